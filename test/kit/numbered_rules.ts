/**
 * What RFC 41 says of SERVER and RFC 51 of PEER, in the same words.
 *
 * @module
 */

import assert from "node:assert/strict";
import { gather, partners, Party } from "./party.ts";
import { delivers, queuesFairly } from "./queue_rules.ts";
import { RawStream } from "./raw_stream.ts";
import type { Says } from "./rfc.ts";
import { discardsNothing, discardsParts, refusesParts } from "./send_rules.ts";
import { frame } from "./session_host.ts";
import { Stage } from "./stage.ts";
import { until } from "./wait.ts";

/** The type. */
export type Numbered = "SERVER" | "PEER";

/** "SHALL identify each double queue using a unique "routing id"". */
async function numbersItsPeers(type: Numbered): Promise<void> {
  await using stage = new Stage("inproc");
  const { ids } = await gather(stage, type, 20);
  assert.equal(new Set(ids).size, 20);
  for (const id of ids as number[]) {
    assert.ok(Number.isInteger(id) && id > 0 && id <= 0xffffffff, `${id}`);
  }
}

/** "SHALL NOT allow the peer to specify its routing id explicitly". */
async function choosesItself(type: Numbered): Promise<void> {
  await using stage = new Stage("tcp");
  const own = new Party(stage, type);
  const endpoint = await own.socket.bind(stage.place());
  const raw = await RawStream.meet(
    stage,
    own.socket,
    endpoint,
    partners[type]!,
    1,
    "\x08Identity\0\0\0\x04\x07\x07\x07\x07",
  );
  raw.say(frame(0, "x"));
  assert.equal(await own.heard(), "x");
  assert.equal(typeof own.to, "number");
  assert.notEqual(own.to, 0x07070707);
  assert.equal(own.trySend("back"), true);
  await until(() => raw.heard.endsWith(frame(0, "back")), "the answer");
}

/** "an API to retrieve" and "to set the message routing-id". */
async function knowsWhoSent(type: Numbered): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers, ids } = await gather(stage, type, 3);
  for (const [i, peer] of peers.entries()) {
    peer.trySend(`${i}`);
    assert.equal(await own.heard(), `${i}`);
    assert.equal(own.to, ids[i]);
  }
}

async function answersWhomItWants(type: Numbered): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers, ids } = await gather(stage, type, 3);
  for (const i of [2, 0, 1, 1]) {
    own.to = ids[i];
    assert.ok(own.trySend(`to ${i}`));
    assert.equal(await peers[i]!.heard(), `to ${i}`);
  }
  assert.throws(
    () => own.socket.trySend("nobody", {} as never),
    { code: "EINVAL" },
  );
}

/** "SHALL route the message to the outgoing queue if that queue exists". */
async function routesWhereThereIsRoom(type: Numbered): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers, ids } = await gather(
    stage,
    type,
    2,
    { sendHighWaterMark: 1 },
    { receiveHighWaterMark: 1 },
  );
  own.to = ids[0];
  const room = [own.trySend("0"), own.trySend("1"), own.trySend("2")];
  assert.deepEqual(room, [true, true, false]);
  own.to = ids[1];
  assert.ok(own.trySend("other"));
  assert.deepEqual(peers[1]!.all(), ["other"]);
  assert.deepEqual(peers[0]!.all(), ["0", "1"]);
}

/** "SHALL return an error if the queue does not exist". */
async function failsWithoutPeer(type: Numbered): Promise<void> {
  await using stage = new Stage("inproc");
  const own = new Party(stage, type);
  for (const id of [1, 12345, 0xffffffff]) {
    own.to = id;
    assert.throws(() => own.trySend("x"), { code: "EHOSTUNREACH" });
    await assert.rejects(own.send({}, "x"), { code: "EHOSTUNREACH" });
  }
}

/** "SHALL block on sending, if the queue is full". */
async function waitsWhenFull(type: Numbered): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers: [peer], ids } = await gather(
    stage,
    type,
    1,
    { sendHighWaterMark: 1 },
    { receiveHighWaterMark: 1 },
  );
  own.to = ids[0];
  while (own.trySend("fill"));
  await assert.rejects(own.send({ timeout: 10 }, "x"), { code: "EAGAIN" });
  const sending = own.send({ timeout: 5000 }, "waits");
  const heard = peer!.all();
  await sending;
  assert.equal([...heard, ...peer!.all()].at(-1), "waits");
}

/** Registers the sentences after those of the queues. */
export function numberedSentences(says: Says, type: Numbered): void {
  says(
    'SHALL identify each double queue using a unique "routing id"',
    () => numbersItsPeers(type),
  );
  says(
    "SHALL NOT allow the peer to specify its routing id explicitly",
    () => choosesItself(type),
  );
  says(
    "SHALL receive incoming messages from its peers using a fair-queuing",
    () => queuesFairly(type),
  );
  says(
    "SHALL deliver the resulting messages to its calling application",
    () => delivers(type),
  );
  says(
    "SHALL provide the application with an API to retrieve the message",
    () => knowsWhoSent(type),
  );
  says(
    "MUST discard any part of a multipart message",
    () => discardsParts(type),
  );
  says(
    "SHALL provide the application with an API to set the message routing-id",
    () => answersWhomItWants(type),
  );
  says(
    "SHALL route the message to the outgoing queue if that queue exists",
    () => routesWhereThereIsRoom(type),
  );
  says(
    "SHALL return an error if the queue does not exist",
    () => failsWithoutPeer(type),
  );
  says(
    "SHALL block on sending, if the queue is full, unless otherwise configured",
    () => waitsWhenFull(type),
  );
  says(
    "SHALL NOT discard messages that it cannot queue",
    () => discardsNothing(type),
  );
  says("MUST NOT send multi-part messages", () => refusesParts(type));
}
