// Frames of RFC 6455 that are taken apart again, however they come.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat } from "../../../src/base/bytes.ts";
import {
  FrameCutter,
  frameHeader,
} from "../../../src/transport/frame_cutter.ts";

const LENGTHS = [0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 70_000];

function payload(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
}

describe("frameHeader()", () => {
  it("writes the length in 7 bits, 16 bits or 64 bits: RFC 6455 §5.2", () => {
    assert.deepEqual([...frameHeader(2, 125)], [0x82, 125]);
    assert.deepEqual([...frameHeader(2, 126)], [0x82, 126, 0, 126]);
    assert.deepEqual([...frameHeader(8, 65_535)], [0x88, 126, 255, 255]);
    assert.deepEqual(
      [...frameHeader(1, 2 ** 33 + 65_536)],
      [0x81, 127, 0, 0, 0, 2, 0, 1, 0, 0],
    );
  });
});

describe("FrameCutter", () => {
  const frames = LENGTHS.map((length, i) => ({
    opcode: i === 3 ? 8 : 2,
    payload: payload(length),
  }));
  const octets = concat(
    frames.flatMap(({ opcode, payload }) => [
      frameHeader(opcode, payload.length),
      payload,
    ]),
  );

  for (const size of [1, 2, 3, 7, 1000, 65_537, octets.length]) {
    it(`cuts the same frames out of pieces of ${size} octets`, () => {
      const cut: { opcode: number; payload: Uint8Array }[] = [];
      const cutter = new FrameCutter((opcode, payload) =>
        cut.push({ opcode, payload: payload.slice() })
      );
      for (let at = 0; at < octets.length; at += size) {
        cutter.push(octets.subarray(at, at + size));
      }
      assert.deepEqual(cut, frames);
      assert.ok(cutter.whole);
    });
  }

  it("copies no payload that comes in one piece", () => {
    const part = concat([frameHeader(2, 5), payload(5)]);
    let given: Uint8Array | undefined;
    new FrameCutter((_, payload) => given = payload).push(part);
    assert.equal(given!.buffer, part.buffer);
  });

  it("is whole between frames only", () => {
    const cutter = new FrameCutter(() => {});
    assert.ok(cutter.whole);
    cutter.push(Uint8Array.of(0x82));
    assert.ok(!cutter.whole);
    cutter.push(Uint8Array.of(2, 1));
    assert.ok(!cutter.whole);
    cutter.push(Uint8Array.of(1));
    assert.ok(cutter.whole);
  });
});
