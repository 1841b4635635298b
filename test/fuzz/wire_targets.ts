/**
 * Fuzzing what cuts octets into frames, greetings, properties and commands.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../../src/base/bytes.ts";
import {
  parseCommand,
  parseError,
  parseGroup,
  parsePing,
  parsePong,
} from "../../src/wire/commands.ts";
import { groupDatagrams } from "../../src/wire/datagrams.ts";
import { FrameDecoder } from "../../src/wire/frame_decoder.ts";
import { encodeFrame } from "../../src/wire/framing.ts";
import { encodeGreeting, GreetingReader } from "../../src/wire/greeting.ts";
import { encodeMetadata, parseMetadata } from "../../src/wire/metadata.ts";
import { errorFrom } from "./checks.ts";
import { chunks, cuts, mutated, mutations } from "./mutations.ts";
import { readFrames } from "./naive.ts";
import type { Target } from "./target.ts";

/** The memory that a frame may get before its octets have arrived. */
const FIRST_TRUST = 16 * 1024;
const LIMITS = { message: 100_000, command: 1000 };

const body = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ minLength: 250, maxLength: 260 }),
  },
  // Long enough for `room`, and to come in pieces.
  {
    weight: 1,
    arbitrary: fc.nat(90_000).map((length) => new Uint8Array(length).fill(7)),
  },
);
const frame = fc.record({ flags: fc.constantFrom(0, 1, 4), body })
  .map(({ flags, body }) => encodeFrame(flags, body));

/** A frame, short enough to be compared quickly. */
function digest(flags: number, body: Uint8Array): string {
  let sum = 0;
  for (const octet of body) sum = (Math.imul(sum, 31) + octet) | 0;
  return `${flags} ${body.length} ${sum}`;
}

interface Decoded {
  readonly frames: string[];
  readonly error: string;
  readonly isPartial: boolean;
}

/** Decodes chunks; stops where it is told to, and reads into `room`. */
function decode(
  pieces: readonly Uint8Array[],
  stops: readonly boolean[],
): Decoded {
  const frames: string[] = [];
  let fed = 0;
  const memory = {
    allocate(size: number): Uint8Array {
      const most = Math.max(FIRST_TRUST, 2 * fed);
      assert.ok(size <= most, `${size} octets for ${fed} that came`);
      return new Uint8Array(size);
    },
  };
  const decoder = new FrameDecoder(
    {
      frame(flags, octets) {
        frames.push(digest(flags, octets));
        return !(stops[frames.length % stops.length] ?? false);
      },
    },
    LIMITS,
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
        rest = rest.subarray(taken.length);
      }
      fed += rest.length;
      if (rest.length > 0) decoder.push(rest);
      while (decoder.stopped) decoder.resume();
    }
  });
  return {
    frames,
    // Of two faults in one header, the one that is seen first is told.
    error: error === undefined ? "" : `${error.code} ${error.reason}`,
    isPartial: error === undefined && decoder.partial,
  };
}

const decoder: Target = {
  name: "decoder",
  runs: 2600,
  property: fc.property(
    fc.array(frame, { maxLength: 6 }),
    mutations,
    cuts,
    fc.array(fc.boolean(), { maxLength: 4 }),
    (pieces, changes, where, stops) => {
      const octets = concat(mutated(pieces, changes));
      const whole = decode([octets], []);
      // Octet by octet is for streams that are not long.
      const some = where === "each" && octets.length > 2000 ? [1, 9] : where;
      assert.deepEqual(decode(chunks(octets, some), stops), whole);
      const { frames, isBroken } = readFrames(octets);
      const read = frames.map(({ flags, body }) => digest(flags, body));
      assert.deepEqual(whole.frames, read.slice(0, whole.frames.length));
      if (whole.error !== "") return;
      assert.ok(!isBroken, "broken frames are refused");
      assert.equal(whole.frames.length, read.length, "every frame is given");
    },
  ),
};

const own = { mechanism: "NULL", asServer: false };

function greet(pieces: readonly Uint8Array[]): unknown[] {
  const reader = new GreetingReader(own);
  let taken = 0;
  const error = errorFrom(() => {
    for (const piece of pieces) {
      const before = reader.sendable;
      taken += reader.push(piece);
      assert.ok(reader.sendable >= before, "nothing is unsaid");
    }
  });
  return [error?.message, reader.greeting, reader.sendable, error ? 0 : taken];
}

const greeting: Target = {
  name: "greeting",
  runs: 1500,
  property: fc.property(
    fc.constantFrom("NULL", "PLAIN", "CURVE", "A"),
    fc.boolean(),
    mutations,
    fc.uint8Array({ maxLength: 80 }),
    cuts,
    (mechanism, asServer, changes, more, where) => {
      const sent = encodeGreeting({ mechanism, asServer });
      // The signature, the version, and the rest.
      const pieces = [[0, 10], [10, 12], [12, 64]].map(([from, to]) =>
        sent.subarray(from, to)
      );
      const octets = concat([...mutated(pieces, changes), more]);
      const whole = greet([octets]);
      assert.deepEqual(greet(chunks(octets, where)), whole);
      const [message, agreed] = whole;
      if (agreed === undefined || message !== undefined) return;
      const name = String.fromCharCode(...octets.subarray(12, 32));
      assert.equal(name, "NULL".padEnd(20, "\0"), "the mechanism, exactly");
    },
  ),
};

const name = fc.oneof(
  fc.constantFrom("Socket-Type", "Identity", "identity", "X-a", "__proto__"),
  fc.stringMatching(/^[A-Za-z.+_-]{1,8}$/),
);
const property = fc.tuple(name, fc.uint8Array({ maxLength: 30 }));

const metadata: Target = {
  name: "metadata",
  runs: 1500,
  property: fc.property(
    fc.array(property, { maxLength: 6 }),
    mutations,
    (properties, changes) => {
      const pieces = properties.map((each) => encodeMetadata([each]));
      const octets = concat(mutated(pieces, changes));
      const error = errorFrom(() => {
        const parsed = parseMetadata(octets);
        let length = 0;
        for (const [name, value] of parsed) {
          length += 1 + name.length + 4 + value.length;
          assert.deepEqual(parsed.get(name.toUpperCase()), value);
          assert.equal(value.buffer.byteLength, value.length, "a copy");
        }
        assert.ok(length <= octets.length, "no more than there was");
        assert.ok(parsed.size <= 64);
      });
      const reason = error?.reason ?? "ERR_ZMTP_INVALID_METADATA";
      assert.equal(reason, "ERR_ZMTP_INVALID_METADATA");
      if (changes.length > 0) return;
      const names = properties.map(([name]) => name.toLowerCase());
      const twice = (name: string) =>
        names.indexOf(name) !== names.lastIndexOf(name);
      assert.equal(
        error !== undefined,
        twice("socket-type") || twice("identity"),
      );
    },
  ),
};

const parsers: readonly ((octets: Uint8Array) => Uint8Array | string)[] = [
  (octets) => parseCommand(octets).data,
  (octets) => parsePing(octets).context,
  parsePong,
  parseGroup,
  parseError,
];

const command: Target = {
  name: "command",
  runs: 1000,
  property: fc.property(
    fc.constantFrom(...parsers),
    fc.oneof(
      fc.uint8Array({ maxLength: 24 }),
      fc.uint8Array({ minLength: 250, maxLength: 300 }),
    ),
    fc.boolean(),
    (parse, octets, fits) => {
      // The first octet is a length in most of them: a right one at times.
      if (fits && octets.length > 0) octets[0] = octets.length - 1;
      errorFrom(() => {
        const parsed = parse(octets);
        assert.ok(parsed.length <= 4 * octets.length);
        if (typeof parsed === "string") assert.match(parsed, /^[\x20-\x7e]*$/);
      });
    },
  ),
};

const datagram: Target = {
  name: "datagrams",
  runs: 20_000,
  property: fc.property(
    fc.uint8Array({ maxLength: 300 }),
    fc.boolean(),
    (octets, fits) => {
      if (fits && octets.length > 0) octets[0] = octets.length >> 1;
      const from = { host: "127.0.0.1", port: 1 };
      const message = groupDatagrams.decode(octets, from);
      if (message === undefined) return;
      assert.ok(octets.length > 0 && !message[0]!.includes(0));
      assert.deepEqual(groupDatagrams.encode(message).octets, octets);
    },
  ),
};

/** Everything of src/wire. */
export const wireTargets: readonly Target[] = [
  decoder,
  greeting,
  metadata,
  command,
  datagram,
];
