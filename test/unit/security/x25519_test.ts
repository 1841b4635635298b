// RFC 7748 §5.2 and §6.1, and agreement with noble.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { x25519 as reference } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { fromHex, randomBytes, toHex } from "../../../src/base/bytes.ts";
import { x25519, x25519PublicKey } from "../../../src/security/x25519.ts";

const VECTORS: readonly (readonly [string, string, string])[] = [
  [
    "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
  ],
  [
    "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
  ],
];

/** 2^255 - 19, little-endian. */
const MODULUS = "ed" + "ff".repeat(30) + "7f";

/** Points whose multiples by a clamped scalar are all zero. */
const LOW_ORDER: readonly string[] = [
  "00".repeat(32),
  "01" + "00".repeat(31),
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ec" + "ff".repeat(30) + "7f",
  MODULUS,
  "ee" + "ff".repeat(30) + "7f",
];

describe("x25519()", () => {
  it("gives the results of RFC 7748 §5.2", () => {
    for (const [scalar, point, result] of VECTORS) {
      assert.equal(toHex(x25519(fromHex(scalar), fromHex(point))), result);
    }
  });

  it("gives the results of RFC 7748 §5.2 after 1 and 1000 iterations", () => {
    let scalar: Uint8Array = fromHex("09" + "00".repeat(31));
    let point = scalar;
    for (let i = 1; i <= 1000; i++) {
      [scalar, point] = [x25519(scalar, point), scalar];
      if (i > 1) continue;
      const first =
        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
      assert.equal(toHex(scalar), first);
    }
    const last =
      "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51";
    assert.equal(toHex(scalar), last);
  });

  it("gives the shared secret of RFC 7748 §6.1 to both", () => {
    const alice = fromHex(
      "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    );
    const bob = fromHex(
      "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    );
    const publicAlice = x25519PublicKey(alice);
    const publicBob = x25519PublicKey(bob);
    assert.equal(
      toHex(publicAlice),
      "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    );
    assert.equal(
      toHex(publicBob),
      "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
    );
    const secret =
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    assert.equal(toHex(x25519(alice, publicBob)), secret);
    assert.equal(toHex(x25519(bob, publicAlice)), secret);
  });

  it("gives zeros for points of low order", () => {
    for (const point of LOW_ORDER) {
      const result = x25519(randomBytes(32), fromHex(point));
      assert.equal(toHex(result), "00".repeat(32), point);
    }
  });

  it("ignores the top bit of a point and reduces it", () => {
    const scalar = randomBytes(32);
    const point = fromHex("0a" + "00".repeat(31));
    const result = toHex(x25519(scalar, point));
    // 10 + p, then 10 with the bit set.
    const beyond = fromHex("f7" + "ff".repeat(30) + "7f");
    assert.equal(toHex(x25519(scalar, beyond)), result);
    point[31] = 0x80;
    assert.equal(toHex(x25519(scalar, point)), result);
  });

  it("leaves its arguments as they are", () => {
    const [scalar, point] = [randomBytes(32), randomBytes(32)];
    const before = toHex(scalar) + toHex(point);
    x25519(scalar, point);
    assert.equal(toHex(scalar) + toHex(point), before);
  });

  it("agrees with noble on random and on extreme octets", () => {
    const octet = fc.oneof(fc.constantFrom(0, 0xff), fc.nat(255));
    const key = fc.array(octet, { minLength: 32, maxLength: 32 })
      .map((octets) => Uint8Array.from(octets));
    fc.assert(
      fc.property(key, key, (scalar, point) => {
        let expected = "00".repeat(32);
        try {
          expected = toHex(reference.scalarMult(scalar, point));
        } catch {
          // noble refuses points of low order; the result is zero.
        }
        assert.equal(toHex(x25519(scalar, point)), expected);
      }),
      { numRuns: 60 },
    );
  });
});
