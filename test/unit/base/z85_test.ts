// RFC 32, and what libzmq makes of the same text.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../../../src/base/bytes.ts";
import { z85Decode, z85Encode } from "../../../src/base/z85.ts";
import { errorOf } from "../security/handshakes.ts";
import { captures } from "../wire/golden.ts";

const VECTORS: readonly (readonly [hex: string, text: string])[] = [
  ["", ""],
  ["864fd26fb559f75b", "HelloWorld"],
  ["00000000", "00000"],
  ["ffffffff", "%nSc0"],
  ["000102030405060708090a0b0c0d0e0f", "009c61o!#m2NH?C3>iWS"],
];

describe("z85Encode()", () => {
  it("writes the text of RFC 32", () => {
    for (const [hex, text] of VECTORS) {
      assert.equal(z85Encode(fromHex(hex)), text);
    }
  });

  it("refuses lengths that are no multiple of 4, naming them", () => {
    for (const length of [1, 2, 3, 5, 31]) {
      const encode = () => z85Encode(new Uint8Array(length));
      assert.match(
        errorOf(encode, "EINVAL").message,
        new RegExp(`${length} octets.*multiple of 4`),
      );
    }
  });

  it("refuses what is no octets", () => {
    errorOf(() => z85Encode("abcd" as never), "EINVAL");
    errorOf(() => z85Encode(undefined as never), "EINVAL");
  });
});

describe("z85Decode()", () => {
  it("reads the text of RFC 32", () => {
    for (const [hex, text] of VECTORS) {
      assert.equal(toHex(z85Decode(text)), hex);
    }
  });

  it("refuses text that stands for no octets", () => {
    const wrong = ["%nSc1", "#####", "abcd", "HelloWorl", '"abcd', "~~~~~"];
    for (const text of [...wrong, "     ", "\u0130aaaa", "aaaa\0", "aaaa\n"]) {
      errorOf(() => z85Decode(text), "EINVAL");
    }
  });

  it("names the character that is no digit, and where it is", () => {
    const error = errorOf(() => z85Decode("Hello;orld"), "EINVAL");
    assert.match(error.message, /";" at 5/);
  });

  it("does not show the whole text, which may be a secret key", () => {
    const secret = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh~";
    const { message } = errorOf(() => z85Decode(secret), "EINVAL");
    assert.ok(!message.includes("JTKVSB"), message);
  });

  it("refuses what is no text", () => {
    errorOf(() => z85Decode(12345 as never), "EINVAL");
    errorOf(() => z85Decode(new Uint8Array(5) as never), "EINVAL");
  });

  it("gives back what z85Encode() was given", () => {
    const words = fc.uint8Array({ maxLength: 64 })
      .map((bytes) => bytes.slice(0, bytes.length & ~3));
    fc.assert(fc.property(words, (bytes) => {
      assert.deepEqual(z85Decode(z85Encode(bytes)), bytes);
    }));
  });

  it("accepts only text that z85Encode() writes", () => {
    const text = fc.string({ unit: "binary-ascii", maxLength: 10 });
    fc.assert(fc.property(text, (candidate) => {
      let bytes: Uint8Array;
      try {
        bytes = z85Decode(candidate);
      } catch {
        return;
      }
      assert.equal(z85Encode(bytes), candidate);
    }));
  });
});

describe("Z85 of libzmq", () => {
  for (const { name, hex, decoded } of captures("text/z85.json")) {
    it(`${name} is the same here`, () => {
      const { z85, secretZ85, publicZ85, publicHex } = decoded!;
      if (secretZ85 !== undefined) {
        assert.equal(z85Encode(fromHex(hex!)), secretZ85);
        assert.equal(z85Encode(fromHex(publicHex!)), publicZ85);
      } else if (hex === null) {
        errorOf(() => z85Decode(z85!), "EINVAL");
      } else {
        assert.equal(toHex(z85Decode(z85!)), hex);
        assert.equal(z85Encode(fromHex(hex!)), z85);
      }
    });
  }
});
