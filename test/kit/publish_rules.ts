/**
 * What RFC 29 says of PUB and XPUB, and RFC 48 of RADIO, in the same words.
 *
 * @module
 */

import assert from "node:assert/strict";
import { coreOf } from "../../src/socket/socket.ts";
import { gather, partners, Party } from "./party.ts";
import { RawStream } from "./raw_stream.ts";
import { command, frame } from "./session_host.ts";
import { Stage } from "./stage.ts";
import { until } from "./wait.ts";

/** A type that publishes. */
export type Publishing = "PUB" | "XPUB" | "RADIO";

const TINY = [{ sendHighWaterMark: 1 }, { receiveHighWaterMark: 1 }] as const;

/** "SHALL silently drop the message if the queue … is full". */
export async function dropsForTheFull(type: Publishing): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers } = await gather(stage, type, 2, ...TINY);
  for (let i = 0; i < 10; i++) {
    assert.equal(own.trySend(`${i}`), true);
    assert.deepEqual(peers[1]!.all(), [`${i}`]);
  }
  assert.deepEqual(peers[0]!.all(), ["0", "1"]);
  assert.equal(own.socket.stats.dropped, 8);
}

/** "SHALL NOT block on sending". */
export async function neverWaits(type: Publishing): Promise<void> {
  await using stage = new Stage("inproc");
  const alone = new Party(stage, type);
  const { own } = await gather(stage, type, 1, ...TINY);
  for (let i = 0; i < 100; i++) {
    await alone.send({ timeout: 0 }, `${i}`);
    await own.send({ timeout: 0 }, `${i}`);
  }
}

/** "SHALL silently discard any messages that subscribers send it". */
export async function ignoresMessages(type: "PUB" | "RADIO"): Promise<void> {
  await using stage = new Stage("tcp");
  const own = new Party(stage, type);
  const endpoint = await own.socket.bind(stage.place());
  const partner = partners[type]!;
  const raw = await RawStream.meet(stage, own.socket, endpoint, partner);
  raw.say(frame(0, "hello") + frame(1, "a") + frame(0, "b"));
  // It still listens: the PONG comes after what was discarded.
  raw.say(command("PING", "\0\0done"));
  await until(() => raw.heard.endsWith(command("PONG", "done")), "a PONG");
  assert.equal(own.socket.stats.queued.incoming, 0);
  assert.equal(coreOf(own.socket).pattern.canReceive, false);
  assert.equal(own.socket.peers.length, 1);
}

/** The commands to ask for a topic or a group, and not to want it any more. */
const COMMANDS = {
  PUB: ["SUBSCRIBE", "CANCEL"],
  XPUB: ["SUBSCRIBE", "CANCEL"],
  RADIO: ["JOIN", "LEAVE"],
} as const;

/** What says "group" to RADIO's peers before the body. */
function wire(type: Publishing, body: string): string {
  return type === "RADIO" ? frame(1, "group") + frame(0, body) : frame(0, body);
}

/** "SHALL receive subscribe and unsubscribe requests". */
export async function takesRequests(type: Publishing): Promise<void> {
  await using stage = new Stage("tcp");
  const own = new Party(stage, type);
  const endpoint = await own.socket.bind(stage.place());
  const partner = partners[type]!;
  const raw = await RawStream.meet(stage, own.socket, endpoint, partner);
  const [want, leave] = COMMANDS[type];
  let asked = 0;
  const ask = async (octets: string) => {
    raw.say(octets + command("PING", `\0\0${++asked}`));
    await until(
      () => raw.heard.includes(command("PONG", `${asked}`)),
      "a PONG",
    );
  };
  own.trySend("group: too early");
  await ask(command(want, "group"));
  own.trySend("group: now");
  await until(() => raw.heard.endsWith(wire(type, "group: now")), "a message");
  await ask(command(leave, "group"));
  own.trySend("group: too late");
  await ask("");
  assert.ok(!raw.heard.includes(wire(type, "group: too early")));
  assert.ok(!raw.heard.includes(wire(type, "group: too late")));
}

/** "SHALL NOT deliver these commands to its calling application". */
export async function keepsRequests(type: "PUB" | "RADIO"): Promise<void> {
  await using stage = new Stage("inproc");
  const { own } = await gather(stage, type, 3);
  assert.equal(own.socket.stats.queued.incoming, 0);
  const { pattern } = coreOf(own.socket);
  assert.equal(pattern.canReceive, false);
  assert.throws(() => pattern.receive(), { code: "ENOTSUP" });
}
