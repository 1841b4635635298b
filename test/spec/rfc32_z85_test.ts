/**
 * RFC 32: Z85.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { z85Decode, z85Encode } from "../../mod.ts";
import { noise } from "../kit/messages.ts";
import { section } from "../kit/rfc.ts";

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz" +
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** A number of 32 bits, encoded by the book. */
function encoded(number: number): string {
  let text = "";
  for (let rest = number, i = 0; i < 5; i++) {
    text = DIGITS[rest % 85] + text;
    rest = Math.floor(rest / 85);
  }
  return text;
}

const form = section(32, "Formal Specification");

form("The binary frame SHALL have a length that is divisible by 4", () => {
  for (const length of [1, 2, 3, 5, 31, 33]) {
    assert.throws(() => z85Encode(new Uint8Array(length)), { code: "EINVAL" });
  }
  for (const length of [0, 4, 32]) {
    assert.equal(z85Encode(new Uint8Array(length)).length, length / 4 * 5);
  }
});
form("The string frame SHALL have a length that is divisible by 5", () => {
  for (const length of [1, 4, 6, 39, 41]) {
    assert.throws(() => z85Decode("0".repeat(length)), { code: "EINVAL" });
  }
  for (const length of [0, 5, 40]) {
    assert.equal(z85Decode("0".repeat(length)).length, length / 5 * 4);
  }
});
form(
  "The encoding and decoding SHALL use this representation for each base-85",
  () => {
    for (let value = 0; value < 85; value++) {
      const octets = Uint8Array.of(0, 0, 0, value);
      const text = `0000${DIGITS[value]}`;
      assert.equal(z85Encode(octets), text);
      assert.deepEqual(z85Decode(text), octets);
    }
    for (const other of ['"', "'", ",", ";", "\\", "_", "`", "|", "~", " "]) {
      assert.throws(() => z85Decode(`0000${other}`), { code: "EINVAL" });
    }
  },
);
form("SHALL take four octets at a time from the binary frame", () => {
  const octets = noise(40, 1);
  let text = "";
  for (let at = 0; at < 40; at += 4) {
    text += z85Encode(octets.slice(at, at + 4));
  }
  assert.equal(z85Encode(octets), text);
  assert.equal(text.length, 50);
});
form("The four octets SHALL be treated as an unsigned 32-bit integer", () => {
  for (const number of [0, 1, 84, 85, 0x01020304, 0x7fffffff, 0x80000000]) {
    const octets = fromHex(number.toString(16).padStart(8, "0"));
    assert.equal(z85Encode(octets), encoded(number));
  }
  assert.equal(z85Encode(fromHex("ffffffff")), "%nSc0");
});
form(
  "The five characters SHALL be output from most significant to least",
  () => {
    assert.equal(z85Encode(fromHex("00000001")), "00001");
    assert.equal(z85Encode(fromHex("031c84b1")), "10000");
  },
);
form("SHALL take five characters at a time from the string", () => {
  const text = z85Encode(noise(40, 2));
  let octets = "";
  for (let at = 0; at < 50; at += 5) {
    octets += toHex(z85Decode(text.slice(at, at + 5)));
  }
  assert.equal(toHex(z85Decode(text)), octets);
});
form("The five characters SHALL each be converted into a value 0 to 84", () => {
  for (const text of ["00001", "10000", "01000", "%nSc0", "Hello"]) {
    let number = 0;
    for (const digit of text) number = number * 85 + DIGITS.indexOf(digit);
    const hex = number.toString(16).padStart(8, "0");
    assert.equal(toHex(z85Decode(text)), hex);
  }
  // More than 32 bits are no four octets.
  for (const text of ["%nSc1", "#####"]) {
    assert.throws(() => z85Decode(text), { code: "EINVAL" });
  }
});

const example = section(32, "Test Case");

example("SHALL encode as the following 10 characters", () => {
  const octets = fromHex("864fd26fb559f75b");
  assert.equal(z85Encode(octets), "HelloWorld");
  assert.deepEqual(z85Decode("HelloWorld"), octets);
});

const security = section(32, "Security Considerations");

security("MUST take care that buffers intended to receive encoded", () => {
  // Buffers are made as large as their content: nothing is cut, nothing added.
  for (const length of [4, 400, 40_000]) {
    const octets = noise(length, length);
    const text = z85Encode(octets);
    const back = z85Decode(text);
    assert.equal(text.length, length / 4 * 5);
    assert.equal(back.buffer.byteLength, length);
    assert.equal(toHex(back), toHex(octets));
  }
});
