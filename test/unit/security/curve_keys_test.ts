// Long-term keys as users have them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHex } from "../../../src/base/bytes.ts";
import { z85Decode } from "../../../src/base/z85.ts";
import {
  curveKeyPair,
  curvePublicKey,
  toCurveKey,
  toCurveKeys,
} from "../../../src/security/curve_keys.ts";
import { captures } from "../wire/golden.ts";
import { KEYS, TEXT_KEYS } from "./curve_vectors.ts";
import { errorOf } from "./handshakes.ts";

describe("curveKeyPair()", () => {
  it("makes two keys of 40 characters that belong together", () => {
    const { publicKey, secretKey } = curveKeyPair();
    assert.equal(publicKey.length, 40);
    assert.equal(secretKey.length, 40);
    assert.equal(curvePublicKey(secretKey), publicKey);
  });

  it("makes others each time", () => {
    assert.notEqual(curveKeyPair().secretKey, curveKeyPair().secretKey);
  });
});

describe("curvePublicKey()", () => {
  it("gives the public key of libzmq's sample keys", () => {
    const { clientSecret, serverSecret } = TEXT_KEYS;
    assert.equal(curvePublicKey(clientSecret), TEXT_KEYS.clientPublic);
    assert.equal(curvePublicKey(serverSecret), TEXT_KEYS.serverPublic);
    assert.equal(curvePublicKey(KEYS.serverSecret), TEXT_KEYS.serverPublic);
  });

  it("gives the public keys of pairs that libzmq made", () => {
    const pairs = captures("text/z85.json")
      .filter(({ name }) => name.startsWith("keypair"));
    assert.equal(pairs.length, 3);
    for (const { decoded } of pairs) {
      assert.equal(curvePublicKey(decoded!.secretZ85!), decoded!.publicZ85);
    }
  });

  it("refuses what is no key", () => {
    const wrong = ["", "abc", "~".repeat(40), new Uint8Array(31), 7, null];
    for (const value of wrong) {
      errorOf(() => curvePublicKey(value as never), "EINVAL");
    }
  });
});

describe("toCurveKey()", () => {
  it("takes Z85 text and octets, and copies them", () => {
    const octets = z85Decode(TEXT_KEYS.serverPublic);
    const fromText = toCurveKey(TEXT_KEYS.serverPublic, "curveServerKey");
    const fromOctets = toCurveKey(octets, "curveServerKey");
    octets.fill(0);
    assert.equal(toHex(fromText), toHex(KEYS.serverPublic));
    assert.equal(toHex(fromOctets), toHex(KEYS.serverPublic));
  });

  it("does not share memory with a subclass whose slice() would", () => {
    class Sharing extends Uint8Array {
      override slice(): Uint8Array<ArrayBuffer> {
        return this.subarray();
      }
    }
    const octets = new Sharing(KEYS.serverPublic);
    const key = toCurveKey(octets, "curveServerKey");
    octets.fill(0);
    assert.equal(toHex(key), toHex(KEYS.serverPublic));
  });

  it("names the option, what it got, and what it expected", () => {
    const values: readonly (readonly [unknown, RegExp])[] = [
      ["short", /5 characters as curveServerKey: expected.*40.*32/],
      ["~".repeat(40), /not Z85 as curveServerKey/],
      [new Uint8Array(33), /33 octets as curveServerKey/],
      [undefined, /undefined as curveServerKey/],
    ];
    for (const [value, message] of values) {
      const convert = () => toCurveKey(value as never, "curveServerKey");
      assert.match(errorOf(convert, "EINVAL").message, message);
    }
  });

  it("does not show a secret", () => {
    const secret = `${TEXT_KEYS.serverSecret.slice(1)}~`;
    const { message, cause } = errorOf(
      () => toCurveKey(secret, "curveSecretKey"),
      "EINVAL",
    );
    assert.ok(!message.includes(secret.slice(0, 6)), message);
    assert.equal(cause, undefined);
  });
});

describe("toCurveKeys()", () => {
  it("computes the public key when it is not given", () => {
    const { publicKey, secretKey } = toCurveKeys(TEXT_KEYS.serverSecret);
    assert.equal(toHex(publicKey), toHex(KEYS.serverPublic));
    assert.equal(toHex(secretKey), toHex(KEYS.serverSecret));
  });

  it("takes a pair and refuses two keys that are none", () => {
    const { serverSecret, serverPublic, clientPublic } = TEXT_KEYS;
    toCurveKeys(serverSecret, serverPublic);
    const convert = () => toCurveKeys(serverSecret, clientPublic);
    assert.match(errorOf(convert, "EINVAL").message, /curvePublicKey/);
  });
});
