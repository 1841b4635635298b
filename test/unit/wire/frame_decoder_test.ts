/**
 * Frames out of octets: every chunking, every limit, hostile sizes.
 *
 * @module
 */

import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import fc from "fast-check";
import { concat, fromHex, toHex } from "../../../src/base/bytes.ts";
import { FrameDecoder } from "../../../src/wire/frame_decoder.ts";
import { COMMAND, encodeFrame, MORE } from "../../../src/wire/framing.ts";

interface Seen {
  flags: number;
  hex: string;
}

function collect(
  limits = { message: -1, command: -1 },
  goOn: () => boolean = () => true,
): { decoder: FrameDecoder; seen: Seen[] } {
  const seen: Seen[] = [];
  const decoder = new FrameDecoder({
    frame(flags, body) {
      seen.push({ flags, hex: toHex(body) });
      return goOn();
    },
  }, limits);
  return { decoder, seen };
}

/** Feeds octets cut at the given places. */
function feed(decoder: FrameDecoder, octets: Uint8Array, cuts: number[]): void {
  let at = 0;
  for (const cut of [...cuts, octets.length]) {
    if (cut <= at) continue;
    decoder.push(octets.slice(at, cut));
    at = cut;
  }
}

describe("FrameDecoder", () => {
  const vectors: [name: string, octets: string, flags: number, body: string][] =
    [
      ["00 05 is the final frame hello", "000568656c6c6f", 0, "68656c6c6f"],
      ["01 00 is an empty frame with MORE", "0100", MORE, ""],
      [
        "04 08 is the command CANCEL A",
        "04080643414e43454c41",
        COMMAND,
        "0643414e43454c41",
      ],
      ["02 and eight octets are a long frame", "020000000000000001ff", 0, "ff"],
    ];
  for (const [name, octets, flags, body] of vectors) {
    it(`${name}, in any two chunks`, () => {
      const bytes = fromHex(octets);
      for (let cut = 0; cut <= bytes.length; cut++) {
        const { decoder, seen } = collect();
        feed(decoder, bytes, [cut]);
        assert.deepEqual(seen, [{ flags, hex: body }], `cut at ${cut}`);
        assert.equal(decoder.partial, false);
      }
    });
  }

  it("gives the same frames for every chunking", () => {
    const frame = fc.record({
      flags: fc.constantFrom(0, MORE, COMMAND),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ minLength: 250, maxLength: 260 }),
        fc.uint8Array({ maxLength: 3000 }),
      ),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 12 }),
        fc.array(fc.nat(6000), { maxLength: 12 }),
        (frames, cuts) => {
          const octets = concat(
            frames.map(({ flags, body }) => encodeFrame(flags, body)),
          );
          const { decoder, seen } = collect();
          feed(decoder, octets, [...cuts].sort((a, b) => a - b));
          assert.deepEqual(
            seen,
            frames.map(({ flags, body }) => ({ flags, hex: toHex(body) })),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("stops after the frame at which the sink says so, and resumes", () => {
    let open = false;
    const { decoder, seen } = collect(undefined, () => open);
    decoder.push(fromHex("000161000162"));
    assert.equal(seen.length, 1);
    assert.equal(decoder.stopped, true);
    decoder.push(fromHex("0001630001"));
    assert.equal(seen.length, 1);
    decoder.resume();
    assert.equal(seen.length, 2);
    open = true;
    decoder.resume();
    assert.deepEqual(seen.map((each) => each.hex), ["61", "62", "63"]);
    decoder.push(fromHex("64"));
    assert.equal(seen.length, 4);
  });

  it("refuses every reserved bit on the first octet", () => {
    for (const bit of [0x08, 0x10, 0x20, 0x40, 0x80]) {
      const { decoder } = collect();
      assert.throws(() => decoder.push(new Uint8Array([bit])), {
        code: "EPROTO",
        reason: "ERR_ZMTP_UNSPECIFIED",
      });
    }
  });

  it("refuses MORE on a command", () => {
    const { decoder } = collect();
    assert.throws(() => decoder.push(fromHex("050161")), { code: "EPROTO" });
  });

  it("refuses a frame beyond its limit by its header alone", () => {
    for (
      const size of ["0000000000000101", "0000000100000000", "001fffffffffffff"]
    ) {
      const { decoder } = collect({ message: 256, command: 256 });
      assert.throws(() => decoder.push(fromHex(`02${size}`)), {
        code: "EMSGSIZE",
      });
    }
  });

  it("refuses sizes that are no safe numbers, limit or not", () => {
    for (
      const size of ["0020000000000000", "7fffffffffffffff", "ffffffffffffffff"]
    ) {
      const { decoder } = collect();
      assert.throws(() => decoder.push(fromHex(`02${size}`)), {
        code: "EPROTO",
      });
    }
  });

  it("holds memory for what arrived, not for what was announced", () => {
    const { decoder, seen } = collect();
    decoder.push(fromHex("020000000040000000"));
    const before = process.memoryUsage().rss;
    decoder.push(new Uint8Array(4096));
    assert.ok(process.memoryUsage().rss - before < 64 * 2 ** 20);
    assert.equal(seen.length, 0);
    assert.equal(decoder.partial, true);
  });
});
