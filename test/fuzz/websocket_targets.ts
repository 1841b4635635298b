/**
 * Fuzzing the decoder of WebSocket messages: a naive reader says what there is
 * in the octets, and no chunking may change it.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../../src/base/bytes.ts";
import { WebSocketDecoder } from "../../src/wire/websocket_decoder.ts";
import { type FrameChanges, wireFrame } from "../kit/websocket_wire.ts";
import { errorFrom } from "./checks.ts";
import { chunks, cuts, mutated, mutations } from "./mutations.ts";
import { digest, readWebSocket } from "./naive_websocket.ts";
import type { Target } from "./target.ts";

/** The memory that a body may get before its octets have arrived. */
const FIRST_TRUST = 16 * 1024;
const LIMITS = { message: 100_000, command: 1000 };

const payload = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 120, maxLength: 130 }) },
  // Long enough for `room`, and to come in pieces.
  {
    weight: 1,
    arbitrary: fc.nat(90_000).map((length) => new Uint8Array(length).fill(7)),
  },
);
const key = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));

/** Makes frames of payloads: a message, whole or in fragments, or a control. */
type Maker = (changes: FrameChanges) => Uint8Array[];

const message = fc.tuple(fc.nat(2), fc.array(payload, { maxLength: 3 }))
  .map(([flag, parts]): Maker => (changes) => {
    const all = [Uint8Array.of(flag), ...parts];
    return all.map((part, i) =>
      wireFrame(i === 0 ? 2 : 0, part, {
        ...changes,
        fin: i === all.length - 1,
      })
    );
  });
const whole = fc.tuple(fc.nat(2), payload).map(([flag, body]): Maker =>
(
  changes,
) => [wireFrame(2, concat([Uint8Array.of(flag), body]), changes)]);
const control = fc.tuple(
  fc.constantFrom(9, 10),
  fc.uint8Array({ maxLength: 125 }),
).map(([opcode, octets]): Maker => (changes) => [
  wireFrame(opcode, octets, changes),
]);
const close = fc.tuple(fc.constantFrom(1000, 1001, 3000, 1005), fc.boolean())
  .map(([code, isBare]): Maker => (changes) => [
    wireFrame(
      8,
      isBare ? "" : Uint8Array.of(code >> 8, code, 0x6f, 0x6b),
      changes,
    ),
  ]);
const maker = fc.oneof(
  { weight: 4, arbitrary: whole },
  { weight: 3, arbitrary: message },
  { weight: 2, arbitrary: control },
  { weight: 1, arbitrary: close },
);

interface Heard {
  readonly heard: string[];
  readonly error: string;
}

/** Decodes chunks; stops where it is told to, and reads into `room`. */
function decode(
  pieces: readonly Uint8Array[],
  masked: boolean,
  stops: readonly boolean[],
): Heard {
  const heard: string[] = [];
  let fed = 0;
  const memory = {
    allocate(size: number): Uint8Array {
      const most = Math.max(FIRST_TRUST, 2 * fed);
      assert.ok(size <= most, `${size} octets for ${fed} that came`);
      return new Uint8Array(size);
    },
  };
  const decoder = new WebSocketDecoder(
    {
      frame(flags, octets) {
        heard.push(`${flags} ${digest(octets)}`);
        return !(stops[heard.length % stops.length] ?? false);
      },
      pinged: (octets) => void heard.push(`ping ${digest(octets)}`),
      goodbye: (code) => void heard.push(`close ${code}`),
    },
    LIMITS,
    { masked, commands: true },
    memory,
  );
  const error = errorFrom(() => {
    for (const piece of pieces) {
      let rest = piece;
      const room = decoder.room;
      if (room !== undefined) {
        const taken = rest.subarray(0, room.length);
        room.set(taken);
        fed += taken.length;
        decoder.filled(taken.length);
        while (decoder.stopped) decoder.resume();
        rest = rest.subarray(taken.length);
      }
      fed += rest.length;
      // What is pushed is the decoder's: it unmasks it where it is.
      if (rest.length > 0) decoder.push(rest.slice());
      while (decoder.stopped) decoder.resume();
    }
  });
  return { heard, error: error === undefined ? "" : error.code };
}

/** The decoder of WebSocket messages. */
export const webSocketTargets: readonly Target[] = [{
  name: "websocket",
  runs: 2600,
  property: fc.property(
    fc.array(maker, { maxLength: 6 }),
    fc.boolean(),
    key,
    mutations,
    cuts,
    fc.array(fc.boolean(), { maxLength: 5 }),
    (makers, masked, key, changes, where, stops) => {
      const manner = masked ? { key } : {};
      const pieces = makers.flatMap((make) => make(manner));
      const octets = concat(mutated(pieces, changes));
      const whole = decode([octets], masked, []);
      // Octet by octet is for streams that are not long.
      const some = where === "each" && octets.length > 2000 ? [1, 9] : where;
      assert.deepEqual(
        decode(chunks(octets, some), masked, stops),
        whole,
        "any chunking",
      );
      const naive = readWebSocket(octets, masked, LIMITS);
      assert.deepEqual(whole.heard, naive.heard);
      assert.equal(whole.error !== "", naive.isBroken, whole.error);
      if (changes.length === 0 && !naive.hasClose) {
        // But for a command that is too long.
        assert.ok(["", "EMSGSIZE"].includes(whole.error), "nothing was wrong");
      }
    },
  ),
}];
