// Masks of WebSocket frames: RFC 6455 §5.3.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Masker,
  nextKey,
  readKey,
  turned,
  writeKey,
} from "../../../src/wire/masking.ts";
import { KEY } from "../../kit/websocket_wire.ts";

/** Every length up to a few words, and those where another way begins. */
const LENGTHS = [...Array(40).keys(), 511, 512, 513, 5000];

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * 41 + 7);
}

/** RFC 6455 §5.3: "octet i of the transformed data". */
function masked(octets: Uint8Array): Uint8Array {
  return octets.map((octet, i) => octet ^ KEY[i % 4]!);
}

describe("Masker", () => {
  const key = readKey(Uint8Array.from(KEY), 0);

  it("apply() masks octets where they are, wherever that is in memory", () => {
    const masker = new Masker();
    for (const length of LENGTHS) {
      for (let offset = 0; offset < 8; offset++) {
        // Octets before and behind must stay as they are, and the memory does
        // not end at a word.
        const memory = new Uint8Array(offset + length + 7).fill(0xee);
        const octets = memory.subarray(1);
        const at = offset + 2;
        octets.set(noise(length), at);
        masker.apply(octets, at, at + length, key);
        const expected = new Uint8Array(memory.length).fill(0xee);
        expected.set(masked(noise(length)), at + 1);
        assert.deepEqual(memory, expected, `${length} at ${offset}`);
        masker.forget();
      }
    }
  });

  it("copy() gives masked octets, and leaves the others alone", () => {
    const masker = new Masker();
    for (const length of LENGTHS) {
      const source = new Uint8Array([1, 2, 3, ...noise(length), 4]).subarray(1);
      const before = source.slice();
      const target = new Uint8Array(length + 9).fill(0xee);
      masker.copy(source, 2, length, target, 5, key);
      const expected = new Uint8Array(length + 9).fill(0xee);
      expected.set(masked(noise(length)), 5);
      assert.deepEqual(target, expected, `${length}`);
      assert.deepEqual(source, before);
    }
  });

  it("copy() with a key of 0 copies", () => {
    for (const length of LENGTHS) {
      const target = new Uint8Array(length);
      new Masker().copy(noise(length), 0, length, target, 0, 0);
      assert.deepEqual(target, noise(length));
    }
  });

  it("goes on in the middle with the key turned", () => {
    for (let cut = 0; cut < 9; cut++) {
      const octets = noise(100);
      const masker = new Masker();
      masker.apply(octets, 0, cut, key);
      masker.apply(octets, cut, 100, turned(key, cut));
      assert.deepEqual(octets, masked(noise(100)), `${cut}`);
    }
  });
});

describe("a key", () => {
  it("is written and read as its four octets", () => {
    const octets = new Uint8Array(6);
    assert.equal(writeKey(octets, 1, readKey(Uint8Array.from(KEY), 0)), 5);
    assert.deepEqual([...octets], [0, ...KEY, 0]);
  });

  it("is another one each time, over more than one pool", () => {
    const keys = new Set(Array.from({ length: 5000 }, nextKey));
    assert.ok([...keys].every(Number.isInteger));
    // Of 5000 among four thousand million, two may be the same, not three.
    assert.ok(keys.size >= 4998, `${keys.size}`);
    const ones = [...keys].reduce((sum, key) => sum + (key & 1), 0);
    assert.ok(ones > 2000 && ones < 3000, "bits are even");
  });
});
