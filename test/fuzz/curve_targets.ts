/**
 * Fuzzing CURVE sessions: somebody between two of them who changes what they
 * say, and a peer that is let in and then seals what no peer should say.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, fromHex, toKey } from "../../src/base/bytes.ts";
import type { CurveLibrary } from "../../src/security/curve_crypto.ts";
import type { ByteSink } from "../../src/transport/transport.ts";
import { COMMAND, encodeFrame } from "../../src/wire/framing.ts";
import { libraries } from "../kit/curve_libraries.ts";
import { MemoryStream } from "../kit/memory_stream.ts";
import { facing, greeting, TestHost } from "../kit/session_host.ts";
import {
  CLIENT_KEYS,
  curveClient,
  SERVER_KEYS,
} from "../unit/security/curve_pair.ts";
import { sealed, sent } from "../unit/security/handshakes.ts";
import { checkHost, checkSilence } from "./checks.ts";
import { mutated, type Mutation, mutations } from "./mutations.ts";
import { messagesOf, type NaiveFrame, readFrames } from "./naive.ts";
import { QuickClock } from "./quick_clock.ts";
import type { Target } from "./target.ts";

const GREETING = 64;
/** How long the last words may take to arrive, in milliseconds. */
const GOODBYE_TIME = 1000;

const serverOptions = {
  securityMechanism: "curve",
  curveServer: true,
  curveSecretKey: SERVER_KEYS.secretKey,
} as const;
const clientOptions = {
  securityMechanism: "curve",
  curveSecretKey: CLIENT_KEYS.secretKey,
  curvePublicKey: CLIENT_KEYS.publicKey,
  curveServerKey: SERVER_KEYS.publicKey,
} as const;

/** Takes one side's octets, and passes pieces of them on, changed. */
class Relay implements ByteSink {
  to!: MemoryStream;
  readonly from: MemoryStream;
  readonly #plan: readonly (readonly Mutation[])[];
  #octets: Uint8Array = new Uint8Array(0);
  #count = 0;
  #isGreeted = false;

  constructor(from: MemoryStream, plan: readonly (readonly Mutation[])[]) {
    this.from = from;
    this.#plan = plan;
  }

  data(chunk: Uint8Array): void {
    this.#octets = concat([this.#octets, chunk]);
    if (!this.#isGreeted) {
      if (this.#octets.length < GREETING) {
        // The greeting is said step by step: each waits for the other's.
        this.to.write([chunk]);
        return;
      }
      const before = this.#octets.length - chunk.length;
      this.to.write([chunk.subarray(0, GREETING - before)]);
      this.#octets = this.#octets.slice(GREETING);
      this.#isGreeted = true;
    }
    const { frames } = readFrames(this.#octets);
    let length = 0;
    const pieces: Uint8Array[] = [];
    for (const { flags, body } of frames) {
      const frame = encodeFrame(flags, body);
      length += frame.length;
      pieces.push(...mutated([frame], this.#plan[this.#count++] ?? []));
    }
    this.#octets = this.#octets.slice(length);
    if (pieces.length > 0) this.to.write(pieces);
  }

  drain(): void {}

  end(): void {
    this.to.end();
  }

  closed(): void {
    this.to.close();
  }
}

function host(
  type: "DEALER" | "ROUTER",
  clock: QuickClock,
  library: CurveLibrary,
): TestHost {
  const options = type === "ROUTER" ? serverOptions : clientOptions;
  const made = new TestHost(type, clock, options);
  made.library = library;
  made.authenticate = ({ credentials }) =>
    toKey(credentials[0]!) === toKey(CLIENT_KEYS.publicKey);
  made.onMessage = made.onPipe = () => checkSilence(made);
  return made;
}

const message = fc.array(fc.uint8Array({ maxLength: 20 }), {
  minLength: 1,
  maxLength: 3,
});
const messages = fc.array(message, { minLength: 1, maxLength: 3 });

/** What arrives is the first of what was said, and whole. */
async function between(
  said: Uint8Array[][],
  plans: readonly [Mutation[][], Mutation[][]],
  library: CurveLibrary,
): Promise<void> {
  const clock = new QuickClock();
  const [own, near] = MemoryStream.pair();
  const [far, other] = MemoryStream.pair();
  const relays = [new Relay(near, plans[0]), new Relay(far, plans[1])] as const;
  relays[0].to = far;
  relays[1].to = near;
  for (const relay of relays) relay.from.start(relay);
  const client = host("DEALER", clock, library);
  const server = host("ROUTER", clock, library);
  const sessions = [await client.session(own), await server.session(other)];
  await clock.settle();
  for (const { pipes } of [client, server]) {
    for (const frames of said) {
      pipes[0]?.write(frames.map((each) => each.slice()));
    }
  }
  await clock.settle();
  await clock.advance(GOODBYE_TIME);
  const texts = said.map((frames) => frames.map(toKey));
  for (const each of [client, server]) {
    checkHost(each);
    const { length } = each.messages;
    // A frame that is lost on its way can leave a message whole by accident:
    // nonces tell order, not gaps. Nothing else may be made of what was said.
    assert.ok(length <= texts.length, "not more than was said");
    const frames = texts.flat();
    for (const frame of each.messages.flat()) {
      const found = frames.indexOf(frame);
      assert.ok(found >= 0, "only what was said, in its order, and once");
      frames.splice(0, found + 1);
    }
    if (plans.flat(2).length === 0) assert.deepEqual(each.messages, texts);
  }
  for (const session of sessions) session.close();
  await clock.settle();
  for (const each of [client, server]) {
    checkHost(each);
    assert.equal(each.ends.length, 1);
  }
}

const inner = fc.oneof(
  fc.record({
    flags: fc.constantFrom(0, 1),
    body: fc.uint8Array({ maxLength: 20 }),
  }),
  fc.record({
    flags: fc.constantFrom(2, 2, 3, 6, 4, 255),
    body: fc.constantFrom(
      "0450494e470000",
      "0450494e47",
      "04504f4e47",
      "055245414459",
      "095355425343524942450061",
      "0546555454",
      "",
      "ff41",
      "054552524f5203343030",
    ).map(fromHex),
  }),
);

/** Plays a client that seals these frames in order, and much else beside. */
async function insider(
  frames: readonly NaiveFrame[],
  changes: readonly Mutation[],
  library: CurveLibrary,
): Promise<void> {
  const clock = new QuickClock();
  const server = host("ROUTER", clock, library);
  const { session, peer } = await facing(server);
  const client = await curveClient({ library });
  peer.say(greeting("CURVE"));
  await clock.settle();
  let read = GREETING;
  while (client.status !== "ready") {
    for (const body of sent(client)) peer.say(encodeFrame(COMMAND, body));
    await clock.settle();
    const octets = fromHex(peer.received);
    for (const { body } of readFrames(octets.subarray(read)).frames) {
      client.receive(body);
    }
    read = octets.length;
  }
  const boxes = frames.map(({ flags, body }) =>
    encodeFrame(0, sealed(client, flags, body.slice()))
  );
  const pieces = mutated(boxes, changes);
  if (pieces.length > 0) peer.say(concat(pieces));
  await clock.settle();
  checkHost(server);
  // Inside of a box the flags have other places: bit 1 is COMMAND.
  const outer = frames.map(({ flags, body }) => ({
    flags: (flags & 2) === 0 ? flags & 1 : COMMAND,
    body,
  }));
  const there = messagesOf(outer);
  if (changes.length === 0) {
    const { length } = server.messages;
    assert.deepEqual(server.messages, there.slice(0, length));
    if (!session.over) assert.equal(length, there.length);
  }
  session.close();
  await clock.settle();
  checkHost(server);
}

const plan = fc.array(mutations, { maxLength: 6 });

/** CURVE sessions. */
export const curveTargets: readonly Target[] = libraries.flatMap((library) => {
  const isFast = library.name === "sodium";
  return [
    {
      name: `curve-between-${library.name}`,
      runs: isFast ? 400 : 15,
      property: fc.asyncProperty(
        messages,
        fc.tuple(plan, plan),
        (said, plans) => between(said, plans, library),
      ),
    },
    {
      name: `curve-insider-${library.name}`,
      runs: isFast ? 400 : 15,
      property: fc.asyncProperty(
        fc.array(inner, { maxLength: 6 }),
        mutations,
        (frames, changes) => insider(frames, changes, library),
      ),
    },
  ];
});
