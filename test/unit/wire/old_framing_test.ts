// RFC 13 "The Framing Layer": every chunking, every limit, hostile lengths.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { concat, fromHex, toHex } from "../../../src/base/bytes.ts";
import { MORE } from "../../../src/wire/framing.ts";
import {
  encodeOldFrame,
  OldFrameDecoder,
  oldHeaderSize,
} from "../../../src/wire/old_framing.ts";

interface Seen {
  flags: number;
  hex: string;
}

function collect(
  limits = { message: -1, command: -1 },
  goOn: () => boolean = () => true,
): { decoder: OldFrameDecoder; seen: Seen[]; sizes: number[] } {
  const seen: Seen[] = [];
  const sizes: number[] = [];
  const sink = {
    frame(flags: number, body: Uint8Array): boolean {
      seen.push({ flags, hex: toHex(body) });
      return goOn();
    },
  };
  const memory = {
    allocate(length: number): Uint8Array {
      sizes.push(length);
      return new Uint8Array(length);
    },
  };
  return { decoder: new OldFrameDecoder(sink, limits, memory), seen, sizes };
}

/** RFC 13: "the length includes the flags field". */
const vectors: readonly [string, string, number, string][] = [
  ["a final frame", "060068656c6c6f", 0, "68656c6c6f"],
  ["an empty frame", "0100", 0, ""],
  ["an empty frame with MORE", "0101", MORE, ""],
  ["the longest short frame", `fe00${"61".repeat(253)}`, 0, "61".repeat(253)],
  [
    "the shortest long frame",
    `ff00000000000000ff01${"61".repeat(254)}`,
    MORE,
    "61".repeat(254),
  ],
];

describe("encodeOldFrame()", () => {
  for (const [what, octets, flags, body] of vectors) {
    it(`writes ${what}`, () => {
      assert.equal(toHex(encodeOldFrame(flags, fromHex(body))), octets);
      const header = octets.length / 2 - body.length / 2;
      assert.equal(oldHeaderSize(body.length / 2), header);
    });
  }
});

describe("OldFrameDecoder", () => {
  const lenient: typeof vectors = [
    // RFC 13: "For frames with lengths of 1 to 254 octets this encoding MAY
    // be also used."
    ["a long form of a short frame", "ff000000000000000200ff", 0, "ff"],
    ["a long form of an empty frame", "ff000000000000000101", MORE, ""],
  ];
  for (const [what, octets, flags, body] of [...vectors, ...lenient]) {
    it(`reads ${what}, in any two chunks`, () => {
      const twice = fromHex(octets + octets);
      for (let cut = 0; cut <= twice.length; cut++) {
        const { decoder, seen } = collect();
        decoder.push(twice.slice(0, cut));
        decoder.push(twice.slice(cut));
        const one = { flags, hex: body };
        assert.deepEqual(seen, [one, one], `cut at ${cut}`);
      }
    });
  }

  it("gives the same frames for every chunking", () => {
    const frame = fc.record({
      flags: fc.constantFrom(0, MORE),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ minLength: 250, maxLength: 260 }),
        fc.uint8Array({ maxLength: 3000 }),
      ),
    });
    const cuts = fc.array(fc.nat(6000), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), cuts, (frames, at) => {
        const octets = concat(
          frames.map(({ flags, body }) => encodeOldFrame(flags, body)),
        );
        const { decoder, seen } = collect();
        let from = 0;
        for (const cut of [...at.sort((a, b) => a - b), octets.length]) {
          decoder.push(octets.slice(from, cut));
          from = Math.max(from, cut);
        }
        assert.deepEqual(
          seen,
          frames.map(({ flags, body }) => ({ flags, hex: toHex(body) })),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("stops after the frame at which the sink says so, and resumes", () => {
    let open = false;
    const { decoder, seen } = collect(undefined, () => open);
    decoder.push(fromHex("02006101000200620200"));
    assert.equal(decoder.stopped, true);
    assert.deepEqual(seen.map(({ hex }) => hex), ["61"]);
    decoder.push(fromHex("630200"));
    assert.equal(seen.length, 1);
    decoder.resume();
    assert.deepEqual(seen.map(({ hex }) => hex), ["61", ""]);
    open = true;
    decoder.resume();
    assert.deepEqual(seen.map(({ hex }) => hex), ["61", "", "62", "63"]);
    assert.equal(decoder.stopped, false);
    decoder.push(fromHex("64"));
    assert.equal(seen.length, 5);
  });

  it("refuses a length of 0 on sight, in either form", () => {
    // RFC 13: "a length of 0 is invalid". Nothing says where such a frame
    // ends, so it cannot be passed over.
    for (const octets of ["00", "ff0000000000000000"]) {
      const { decoder } = collect();
      assert.throws(() => decoder.push(fromHex(octets)), {
        code: "EPROTO",
        reason: "ERR_ZMTP_UNSPECIFIED",
        message: /length 0/,
      });
    }
  });

  it("refuses every reserved bit", () => {
    for (const bit of [2, 4, 8, 16, 32, 64, 128]) {
      for (const head of ["02", "ff0000000000000002"]) {
        const { decoder } = collect();
        decoder.push(fromHex(head));
        assert.throws(() => decoder.push(Uint8Array.of(bit)), {
          code: "EPROTO",
        });
      }
    }
  });

  it("refuses a frame beyond its limit by its header alone", () => {
    const lengths = ["0000000000000102", "0000000100000000"];
    for (const length of [...lengths, "001fffffffffffff"]) {
      const { decoder, sizes } = collect({ message: 256, command: 0 });
      const header = fromHex(`ff${length}00`);
      assert.throws(() => decoder.push(header), { code: "EMSGSIZE" });
      assert.deepEqual(sizes, []);
    }
    const { decoder, seen } = collect({ message: 256, command: 0 });
    decoder.push(encodeOldFrame(0, new Uint8Array(256)));
    assert.equal(seen.length, 1);
  });

  it("refuses lengths that are no safe numbers, up to 2^64-1", () => {
    const lengths = ["0020000000000000", "8000000000000000"];
    for (const length of [...lengths, "ffffffffffffffff"]) {
      const { decoder } = collect();
      const push = () => decoder.push(fromHex(`ff${length}00`));
      assert.throws(push, { code: "EPROTO" });
    }
  });

  it("holds memory for what arrived, not for what was announced", () => {
    const { decoder, seen, sizes } = collect();
    decoder.push(fromHex("ff000000010000000000"));
    decoder.push(new Uint8Array(100));
    assert.deepEqual(sizes, [16 * 1024]);
    decoder.push(new Uint8Array(300 * 1024));
    assert.ok(sizes.every((size) => size <= 2 * 301 * 1024), `${sizes}`);
    assert.equal(seen.length, 0);
  });

  it("has room for the rest of a long frame, and goes on behind it", () => {
    const { decoder, seen } = collect();
    const body = Uint8Array.from({ length: 100_000 }, (_, i) => i * 31);
    const frame = encodeOldFrame(0, body);
    decoder.push(frame.slice(0, 5000));
    let at = 5000;
    for (let room = decoder.room; room; room = decoder.room) {
      const length = Math.min(room.length, 7000, frame.length - at);
      room.set(frame.subarray(at, at + length));
      decoder.filled(length);
      at += length;
    }
    assert.ok(at > 5000);
    decoder.push(concat([frame.subarray(at), fromHex("020161")]));
    assert.deepEqual(seen, [
      { flags: 0, hex: toHex(body) },
      { flags: MORE, hex: "61" },
    ]);
  });
});
