// Octet helpers.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  concat,
  equal,
  equalConstantTime,
  fromHex,
  fromKey,
  printable,
  randomBytes,
  readU32,
  toBytes,
  toHex,
  toKey,
  toText,
  writeU32,
} from "../../../src/base/bytes.ts";

describe("toBytes() and toText()", () => {
  it("are UTF-8", () => {
    assert.deepEqual([...toBytes("é")], [0xc3, 0xa9]);
    assert.equal(toText(Uint8Array.of(0xc3, 0xa9)), "é");
  });

  it("make U+FFFD of what is no UTF-8", () => {
    assert.equal(toText(Uint8Array.of(0x61, 0xff)), "a\ufffd");
  });
});

describe("toKey()", () => {
  it("gives every octet string a key of its own, and back", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      assert.deepEqual(fromKey(toKey(bytes)), bytes);
    }));
  });

  it("keeps octets apart that are no UTF-8", () => {
    assert.notEqual(toKey(Uint8Array.of(0xff)), toKey(Uint8Array.of(0xfe)));
  });
});

describe("printable()", () => {
  it("escapes what is not printable ASCII", () => {
    assert.equal(
      printable(Uint8Array.of(0x1b, 0x5b, 0x41, 0x00, 0x7f, 0xff)),
      "\\x1b[A\\x00\\x7f\\xff",
    );
  });

  it("cuts at the limit and says so", () => {
    assert.equal(printable(toBytes("abcdef"), 3), "abc...");
    assert.equal(printable(toBytes("abc"), 3), "abc");
  });
});

describe("equal() and equalConstantTime()", () => {
  it("agree on all octet strings", () => {
    const pairs = fc.tuple(fc.uint8Array(), fc.uint8Array());
    fc.assert(fc.property(pairs, ([a, b]) => {
      const same = toHex(a) === toHex(b);
      assert.equal(equal(a, b), same);
      assert.equal(equalConstantTime(a, b), same);
      assert.ok(equalConstantTime(a, a.slice()));
    }));
  });

  it("tell a string from its beginning, either way round", () => {
    const whole = Uint8Array.of(1, 2, 0);
    const part = Uint8Array.of(1, 2);
    for (const same of [equal, equalConstantTime]) {
      assert.equal(same(whole, part), false);
      assert.equal(same(part, whole), false);
    }
  });
});

describe("readU32() and writeU32()", () => {
  it("are big-endian and unsigned", () => {
    const bytes = new Uint8Array(6);
    writeU32(bytes, 1, 0xfedcba98);
    assert.equal(toHex(bytes), "00fedcba9800");
    assert.equal(readU32(bytes, 1), 0xfedcba98);
  });
});

describe("concat(), fromHex() and randomBytes()", () => {
  it("joins parts in order", () => {
    const parts = [fromHex("01"), fromHex(""), fromHex("0203")];
    assert.equal(toHex(concat(parts)), "010203");
  });

  it("gives as many octets as asked for, and others each time", () => {
    assert.equal(randomBytes(32).length, 32);
    assert.notEqual(toHex(randomBytes(32)), toHex(randomBytes(32)));
  });
});
