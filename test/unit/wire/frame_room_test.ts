// The decoder's room: where a stream may read the rest of a long frame to.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FrameDecoder } from "../../../src/wire/frame_decoder.ts";
import { encodeFrame } from "../../../src/wire/framing.ts";

const KIBI = 1024;

function makeDecoder(goOn = true) {
  const frames: Uint8Array[] = [];
  const sizes: number[] = [];
  const sink = {
    frame(_flags: number, body: Uint8Array): boolean {
      frames.push(body);
      return goOn;
    },
  };
  const memory = {
    allocate(length: number): Uint8Array {
      sizes.push(length);
      return new Uint8Array(length).fill(0xee);
    },
  };
  const limits = { message: -1, command: -1 };
  return { decoder: new FrameDecoder(sink, limits, memory), frames, sizes };
}

function bodyOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => i * 31 + (i >> 8));
}

/** Reads the rest of a frame as a stream does that asks for room. */
function readInto(decoder: FrameDecoder, octets: Uint8Array, most: number) {
  let at = 0;
  let reads = 0;
  for (let room = decoder.room; room; room = decoder.room) {
    const length = Math.min(room.length, most, octets.length - at);
    if (length === 0) break;
    room.set(octets.subarray(at, at + length));
    at += length;
    reads++;
    decoder.filled(length);
  }
  decoder.push(octets.slice(at));
  return reads;
}

describe("FrameDecoder.room", () => {
  it("takes the octets of a long frame, read by read, in their order", () => {
    for (const most of [1000, 40_000, 1_000_000]) {
      const { decoder, frames } = makeDecoder();
      const body = bodyOf(200 * KIBI);
      const frame = encodeFrame(0, body);
      decoder.push(frame.slice(0, 5000));
      assert.ok(readInto(decoder, frame.subarray(5000), most) > 0);
      assert.equal(frames.length, 1);
      assert.deepEqual(frames[0], body);
      assert.equal(decoder.partial, false);
    }
  });

  it("is not there between frames, nor for the rest of a short one", () => {
    const { decoder } = makeDecoder();
    assert.equal(decoder.room, undefined);
    const frame = encodeFrame(0, bodyOf(20 * KIBI));
    decoder.push(frame.slice(0, 100));
    assert.equal(decoder.room, undefined);
    decoder.push(frame.slice(100));
    assert.equal(decoder.room, undefined);
  });

  it("is not there while the sink wants no more", () => {
    const { decoder } = makeDecoder(false);
    const head = encodeFrame(0, bodyOf(64 * KIBI)).slice(0, 100);
    decoder.push(Uint8Array.of(0, 1, 7, ...head));
    assert.ok(decoder.stopped);
    assert.equal(decoder.room, undefined);
    decoder.resume();
    assert.ok(decoder.room !== undefined);
  });

  it("follows what has arrived, not what is announced", () => {
    const { decoder, sizes } = makeDecoder();
    // 2^40 octets are announced, and 100 come.
    const head = Uint8Array.of(2, 0, 0, 1, 0, 0, 0, 0, 0);
    decoder.push(head);
    decoder.push(new Uint8Array(100));
    assert.ok(decoder.room !== undefined);
    assert.ok(sizes.every((size) => size <= 16 * KIBI), `${sizes}`);
    readInto(decoder, new Uint8Array(300 * KIBI), 64 * KIBI);
    assert.ok(sizes.every((size) => size <= 2 * 301 * KIBI), `${sizes}`);
  });

  it("has the whole frame at once for a peer that has sent such a one", () => {
    const { decoder, frames, sizes } = makeDecoder();
    const frame = encodeFrame(0, bodyOf(100 * KIBI));
    for (let i = 0; i < 2; i++) {
      sizes.length = 0;
      decoder.push(frame.slice(0, 9));
      readInto(decoder, frame.subarray(9), 64 * KIBI);
    }
    assert.deepEqual(sizes, [100 * KIBI]);
    assert.deepEqual(frames[1], bodyOf(100 * KIBI));
  });
});
