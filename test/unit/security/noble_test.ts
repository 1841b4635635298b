// The cryptography behind CURVE: NaCl's own vector, and streams against boxes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromHex, randomBytes, toHex } from "../../../src/base/bytes.ts";
import {
  type CurveCrypto,
  SEAL_ROOM,
} from "../../../src/security/curve_crypto.ts";
import { loadCrypto } from "../../../src/security/crypto.ts";
import { KEYS } from "./curve_vectors.ts";
import { tampered } from "./handshakes.ts";

// "Cryptography in NaCl" by D. J. Bernstein, §10: crypto_box.
const FIRST_KEY =
  "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389";
const NONCE = fromHex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
const TEXT = fromHex(
  "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc" +
    "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31" +
    "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde" +
    "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864" +
    "5e0705",
);
const BOX = "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce" +
  "48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972" +
  "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae" +
  "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3" +
  "7973f622a43d14a6599b1f654cb45a74e355a5";

/** Seals with a stream at an offset and returns the box. */
function sealAt(
  crypto: CurveCrypto,
  key: Uint8Array,
  nonce: Uint8Array,
  text: Uint8Array,
  at: number,
): { box: Uint8Array; around: Uint8Array } {
  const end = at + SEAL_ROOM + text.length;
  const out = new Uint8Array(end + 5).fill(0xaa);
  out.set(text, at + SEAL_ROOM);
  const stream = crypto.stream(key, nonce.subarray(0, 16));
  stream.seal(nonce.subarray(16), out, at, text.length);
  const around = new Uint8Array([...out.subarray(0, at), ...out.subarray(end)]);
  return { box: out.slice(at + 16, end), around };
}

describe("loadCrypto()", () => {
  it("loads once", async () => {
    const crypto = await loadCrypto();
    assert.equal(crypto.name, "noble");
    assert.equal(loadCrypto(), loadCrypto());
  });
});

describe("noble", () => {
  it("makes the box of the NaCl paper and opens it", async () => {
    const crypto = await loadCrypto();
    const key = fromHex(FIRST_KEY);
    assert.equal(toHex(crypto.seal(key, NONCE, TEXT)), BOX);
    assert.deepEqual(crypto.open(key, NONCE, fromHex(BOX)), TEXT);
  });

  it("makes the shared key of the NaCl paper for both", async () => {
    const crypto = await loadCrypto();
    const alice = fromHex(
      "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    );
    const bob = fromHex(
      "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    );
    const one = crypto.sharedKey(crypto.publicKey(bob), alice);
    const other = crypto.sharedKey(crypto.publicKey(alice), bob);
    assert.equal(toHex(one!), FIRST_KEY);
    assert.equal(toHex(other!), FIRST_KEY);
  });

  it("makes the public and session keys of the CURVE vectors", async () => {
    const crypto = await loadCrypto();
    const publicKey = crypto.publicKey(KEYS.clientTransientSecret);
    assert.equal(toHex(publicKey), toHex(KEYS.clientTransientPublic));
    const key = crypto.sharedKey(publicKey, KEYS.serverTransientSecret);
    assert.equal(toHex(key!), toHex(KEYS.sessionKey));
  });

  it("has no shared key with a point of low order", async () => {
    const crypto = await loadCrypto();
    const points = [
      "00".repeat(32),
      "01" + "00".repeat(31),
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "ed" + "ff".repeat(30) + "7f",
      "ee" + "ff".repeat(30) + "ff",
    ];
    for (const point of points) {
      const key = crypto.sharedKey(fromHex(point), randomBytes(32));
      assert.equal(key, undefined, point);
    }
  });

  it("opens no forged, cut or misdirected box, and does not throw", async () => {
    const crypto = await loadCrypto();
    const key = fromHex(FIRST_KEY);
    const box = fromHex(BOX);
    const prefix = NONCE.subarray(0, 16);
    const open = (sealed: Uint8Array, nonce = NONCE) => {
      const whole = crypto.open(key, nonce, sealed);
      const stream = crypto.stream(key, prefix);
      const streamed = stream.open(nonce.subarray(16), sealed);
      assert.deepEqual(whole, streamed);
      return whole;
    };
    assert.ok(open(box));
    for (let at = 0; at < box.length; at++) {
      assert.equal(open(tampered(box, at)), undefined, `octet ${at}`);
    }
    for (const length of [0, 1, 15, 16, 17, box.length - 1]) {
      assert.equal(open(box.subarray(0, length)), undefined);
    }
    assert.equal(open(box, tampered(NONCE, -1)), undefined);
    assert.equal(crypto.open(randomBytes(32), NONCE, box), undefined);
  });
});

describe("BoxStream", () => {
  it("seals and opens as whole boxes do, at any offset", async () => {
    const crypto = await loadCrypto();
    const octets = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length });
    const cases = fc.tuple(
      octets(32),
      octets(24),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(7),
    );
    fc.assert(fc.property(cases, ([key, nonce, text, at]) => {
      const { box, around } = sealAt(crypto, key, nonce, text, at);
      assert.deepEqual(box, crypto.seal(key, nonce, text));
      assert.ok(around.every((octet) => octet === 0xaa));
      const stream = crypto.stream(key, nonce.subarray(0, 16));
      assert.deepEqual(stream.open(nonce.subarray(16), box), text);
    }));
  });

  it("leaves nothing of its tag's key in the room before the box", async () => {
    const crypto = await loadCrypto();
    const out = new Uint8Array(SEAL_ROOM + 4).fill(0xaa);
    const stream = crypto.stream(randomBytes(32), randomBytes(16));
    stream.seal(new Uint8Array(8), out, 0, 4);
    assert.equal(toHex(out.subarray(0, 16)), "00".repeat(16));
  });

  it("gives text in memory of its own", async () => {
    const crypto = await loadCrypto();
    const stream = crypto.stream(fromHex(FIRST_KEY), NONCE.subarray(0, 16));
    const box = fromHex(BOX);
    const text = stream.open(NONCE.subarray(16), box)!;
    box.fill(0);
    assert.deepEqual(text, TEXT);
  });

  it("does not depend on the caller's key once it is made", async () => {
    const crypto = await loadCrypto();
    const key = fromHex(FIRST_KEY);
    const stream = crypto.stream(key, NONCE.subarray(0, 16));
    key.fill(0);
    assert.deepEqual(stream.open(NONCE.subarray(16), fromHex(BOX)), TEXT);
  });
});
