/**
 * What the RFCs of socket types say of sending, and of messages of one part,
 * in the same words for many types: one check for each sentence.
 *
 * @module
 */

import assert from "node:assert/strict";
import { coreOf } from "../../src/socket/socket.ts";
import { gather, type Gathering, partners, Party } from "./party.ts";
import { RawStream } from "./raw_stream.ts";
import { frame } from "./session_host.ts";
import { socketClasses, type TypeName } from "./sockets.ts";
import { Stage } from "./stage.ts";

/** What a group is, before the frame of a message of RADIO. */
const GROUP = "group";

/** Two messages fit between two sockets of one process with these. */
const TINY = { sendHighWaterMark: 1 } as const;
const TINY_PEER = { receiveHighWaterMark: 1 } as const;

function two(stage: Stage, type: TypeName): Promise<Gathering> {
  return gather(stage, type, 2, TINY, TINY_PEER);
}

/** Sends numbers until there is no room. */
function fill(own: Party): number {
  let count = 0;
  while (count < 100 && own.trySend(`${count}`)) count++;
  return count;
}

/** "SHALL only send messages". */
export function onlySends(type: TypeName): void {
  const socket = new socketClasses[type]();
  assert.equal("receive" in socket || "tryReceive" in socket, false);
  assert.ok("trySend" in socket);
  assert.equal(coreOf(socket).pattern.receives, false);
  void socket.close();
}

/** "SHALL only receive messages". */
export function onlyReceives(type: TypeName): void {
  const socket = new socketClasses[type]();
  assert.equal("send" in socket || "trySend" in socket, false);
  assert.ok("tryReceive" in socket);
  assert.equal(coreOf(socket).pattern.sends, false);
  void socket.close();
}

/** "SHALL consider a peer as available only when … not full". */
export async function skipsTheFull(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers } = await two(stage, type);
  assert.equal(fill(own), 4);
  // Only the second one reads: everything goes to it now.
  for (let i = 0; i < 5; i++) {
    peers[1]!.all();
    assert.ok(own.trySend(`more ${i}`));
  }
  assert.deepEqual(peers[0]!.all(), ["0", "2"]);
}

/** A peer alone that is full is not available. */
export async function waitsForTheOnly(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers: [peer] } = await gather(
    stage,
    type,
    1,
    TINY,
    TINY_PEER,
  );
  assert.equal(fill(own), 2);
  assert.equal(own.trySend("no"), false);
  assert.deepEqual(peer!.all(), ["0", "1"]);
  assert.equal(own.trySend("yes"), true);
}

/** "SHALL route … to available peers using a round-robin strategy". */
export async function takesTurns(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers } = await gather(stage, type, 3);
  for (let i = 0; i < 9; i++) assert.ok(own.trySend(`${i}`));
  assert.deepEqual(peers.map((peer) => peer.all().join("")), [
    "036",
    "147",
    "258",
  ]);
}

/** "SHALL block on sending, or return a suitable error". */
export async function blocks(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const own = new Party(stage, type);
  assert.equal(own.trySend("x"), false);
  await assert.rejects(own.send({ timeout: 10 }, "x"), { code: "EAGAIN" });
  const sending = own.send({ timeout: 5000 }, "waits");
  const peer = new Party(stage, partners[type]!);
  const endpoint = await own.socket.bind(stage.place());
  peer.connect(endpoint);
  await sending;
  assert.equal(await peer.heard(), "waits");
}

/** "SHALL not accept further messages when it has no available peers". */
export async function acceptsNoMore(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const none = new Party(stage, type);
  assert.equal(none.trySend("x"), false);
  assert.equal(none.socket.stats.sent.messages, 0);
  const { own } = await gather(stage, type, 1, TINY, TINY_PEER);
  const before = own.socket.stats.sent.messages;
  assert.equal(fill(own), 2);
  assert.equal(own.trySend("x"), false);
  assert.equal(own.socket.stats.sent.messages, before + 2);
}

/** "SHALL NOT discard messages that it cannot queue". */
export async function discardsNothing(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers: [peer] } = await gather(
    stage,
    type,
    1,
    TINY,
    TINY_PEER,
  );
  const to = own.to;
  const accepted = fill(own);
  const sending = Array.from({ length: 20 }, (_, i) => {
    own.to = to;
    return own.send({ timeout: 5000 }, `${accepted + i}`);
  });
  for (let i = 0; i < accepted + sending.length; i++) {
    assert.equal(await peer!.heard(), `${i}`);
  }
  await Promise.all(sending);
  assert.equal(own.socket.stats.dropped, 0);
}

/** "MUST be thread-safe": any number of calls at once. */
export async function servesManyCallers(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers: [peer] } = await gather(stage, type, 1, {}, {});
  const sender = "trySend" in own.socket ? own : peer!;
  const receiver = sender === own ? peer! : own;
  for (const [from, to] of [[sender, receiver], [receiver, sender]] as const) {
    if (!("trySend" in from.socket)) continue;
    const callers = Array.from({ length: 50 }, (_, i) => i);
    const socket = to.socket as unknown as {
      receive(options: object): Promise<unknown[]>;
    };
    const heard = callers.map(() => socket.receive({ timeout: 5000 }));
    await Promise.all(callers.map((i) => from.send({}, Uint8Array.of(i))));
    const octets = (await Promise.all(heard)).map((message) =>
      (message[0] as Uint8Array)[0]!
    );
    assert.deepEqual(octets, callers);
  }
}

/** "MUST NOT send multipart messages". */
export async function refusesParts(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers: [peer] } = await gather(stage, type, 1);
  for (const parts of [["a", "b"], ["a", "b", "c"]]) {
    assert.throws(() => own.trySend(...parts), { code: "EINVAL" });
    await assert.rejects(own.send({}, ...parts), { code: "EINVAL" });
  }
  assert.ok(own.trySend("whole"));
  assert.deepEqual(peer!.all(), ["whole"]);
}

/** "MUST discard any part of a multipart message". */
export async function discardsParts(type: TypeName): Promise<void> {
  await using stage = new Stage("tcp");
  const own = new Party(stage, type);
  const endpoint = await own.socket.bind(stage.place());
  const partner = partners[type]!;
  const raw = await RawStream.meet(stage, own.socket, endpoint, partner);
  if (type === "DISH") {
    // A group and one frame are a message; what has more ends the connection.
    raw.say(frame(1, GROUP) + frame(0, "whole"));
    raw.say(frame(1, GROUP) + frame(1, "a") + frame(0, "b"));
    await raw.end();
    assert.deepEqual(own.all(), ["whole"]);
    return;
  }
  raw.say(frame(1, "a") + frame(0, "b"));
  raw.say(frame(1, "") + frame(1, "") + frame(0, "b"));
  raw.say(frame(0, "whole"));
  assert.equal(await own.heard(), "whole");
  assert.deepEqual(own.all(), []);
}
