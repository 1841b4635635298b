/**
 * Fuzzing whole sessions: each hears a golden conversation that was changed
 * on its way, in any chunks, and a naive reader says what it may have heard.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, toText } from "../../src/base/bytes.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import { facing, TestHost } from "../kit/session_host.ts";
import { checkHost, checkSilence } from "./checks.ts";
import { type Part, parts, PASSWORD, USERNAME } from "./corpus.ts";
import {
  chunks,
  type Cuts,
  cuts,
  mutated,
  type Mutation,
  mutations,
} from "./mutations.ts";
import { messagesOf, readFrames } from "./naive.ts";
import { QuickClock } from "./quick_clock.ts";
import type { Target } from "./target.ts";

const GREETING = 64;
/** How long the last words may take to arrive, in milliseconds. */
const GOODBYE_TIME = 1000;

/** What the peer does when everything is said. */
type Goodbye = "nothing" | "end" | "reset";

/** How a session is played to. */
interface Manner {
  readonly cuts: Cuts;
  /** True: the session is done with each chunk before the next comes. */
  readonly isSlow: boolean;
  readonly goodbye: Goodbye;
}

const isPlain = ({ options }: Part) => options.securityMechanism === "plain";

/** Plays pieces to a session; what its socket was told. */
async function play(
  part: Part,
  pieces: readonly Uint8Array[],
  manner: Manner,
): Promise<{ readonly host: TestHost; readonly isAlive: boolean }> {
  const clock = new QuickClock();
  const host = new TestHost(part.type, clock, part.options);
  let admitted = 0;
  host.authenticate = ({ credentials }) => {
    const [username, password] = credentials.map(toText);
    const isRight = username === USERNAME && password === PASSWORD;
    if (isRight) admitted++;
    return isRight;
  };
  host.onMessage = host.onPipe = () => checkSilence(host);
  const { session, peer, stream } = await facing(host);
  // RFC 24: who says a command of PLAIN waits for the answer to the last.
  for (const octets of isPlain(part) ? pieces : [concat(pieces)]) {
    for (const chunk of chunks(octets, manner.cuts)) {
      peer.say(chunk);
      if (manner.isSlow && !isPlain(part)) await clock.settle();
    }
    await clock.settle();
  }
  checkHost(host);
  const isAlive = !session.over;
  if (!isAlive) await clock.advance(GOODBYE_TIME);
  assert.equal(isAlive, !stream.gone && peer.state === "", "all or nothing");
  assert.equal(isAlive, host.ends.length === 0);
  if (part.options.plainServer && host.names.includes("handshake")) {
    assert.equal(admitted, 1, "nobody comes in unasked");
  }
  if (manner.goodbye === "end") peer.stream.end();
  if (manner.goodbye === "reset") peer.stream.reset();
  await clock.settle();
  session.close();
  await clock.settle();
  checkHost(host);
  assert.equal(host.ends.length, 1, "the connection has ended");
  return { host, isAlive };
}

/** What a socket of the type hands over of the messages that arrive. */
function handedOver(type: SocketType, messages: string[][]): string[][] {
  switch (type) {
    case "PUB":
    case "PUSH":
    case "RADIO":
    case "SCATTER":
      return [];
    case "XPUB":
      return messages.filter(([first]) =>
        !first!.startsWith("\0") && !first!.startsWith("\x01")
      );
  }
  return messages;
}

/** Compares what was handed over with what a naive reader finds. */
function compare(
  type: SocketType,
  octets: Uint8Array,
  host: TestHost,
  isAlive: boolean,
): void {
  // The naive reader knows the greeting of 3.x only.
  if (octets[0] !== 0xff || (octets[9]! & 1) === 0 || octets[10]! < 3) return;
  const { frames, isBroken } = readFrames(octets.subarray(GREETING));
  const there = handedOver(type, messagesOf(frames));
  const { length } = host.messages;
  assert.deepEqual(host.messages, there.slice(0, length), "whole messages");
  if (!isAlive) return;
  assert.ok(!isBroken, "a broken frame ends the connection");
  if (host.names.includes("handshake")) {
    assert.equal(length, there.length, "every message, unless it ends");
  }
}

/** The parts of what a socket was told that no chunking may change. */
function history(host: TestHost): unknown {
  const { messages, commands, changes, events } = host;
  return {
    messages,
    commands,
    changes,
    events: events.map(({ name, error }) =>
      `${name} ${error?.code} ${error?.reason}`
    ),
  };
}

const manner = fc.record({
  cuts,
  isSlow: fc.boolean(),
  goodbye: fc.constantFrom<Goodbye>("nothing", "end", "reset"),
});

function target(name: string, runs: number, some: readonly Part[]): Target {
  return {
    name,
    runs,
    property: fc.asyncProperty(
      fc.constantFrom(...some),
      mutations,
      manner,
      async (part, changes: Mutation[], manner: Manner) => {
        const pieces = mutated(part.pieces, changes);
        const { goodbye } = manner;
        const whole = { cuts: [], isSlow: false, goodbye };
        const { host, isAlive } = await play(part, pieces, whole);
        compare(part.type, concat(pieces), host, isAlive);
        if (changes.length === 0 && part.isAdmitted) {
          assert.ok(host.names.includes("handshake"), part.name);
        }
        const other = await play(part, pieces, manner);
        assert.deepEqual(history(other.host), history(host), "any chunking");
      },
    ),
  };
}

/** Sessions without encryption. */
export const sessionTargets: readonly Target[] = [
  target("session-null", 1300, parts.filter((part) => !isPlain(part))),
  target("session-plain", 400, parts.filter(isPlain)),
];
