// The cryptography behind CURVE, by each library: NaCl's own vector, and
// streams against boxes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  concat,
  fromHex,
  randomBytes,
  toHex,
} from "../../../src/base/bytes.ts";
import {
  type CurveCrypto,
  SEAL_ROOM,
  TAG_LENGTH,
} from "../../../src/security/curve_crypto.ts";
import { loadNoble } from "../../../src/security/crypto.ts";
import { libraries, loadLibrary } from "../../kit/curve_libraries.ts";
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

/** A text or box in the place where a stream works on it. */
function placed(
  octets: Uint8Array,
  at: number,
  before: number,
): { memory: Uint8Array; around: () => boolean } {
  const from = at + SEAL_ROOM - before;
  const end = from + octets.length;
  const memory = new Uint8Array(end + 5).fill(0xaa);
  memory.set(octets, from);
  return {
    memory,
    around: () =>
      memory.every((octet, i) => (i >= at && i < end) || octet === 0xaa),
  };
}

/** Seals with a stream at an offset and returns the box. */
function sealAt(
  crypto: CurveCrypto,
  key: Uint8Array,
  nonce: Uint8Array,
  text: Uint8Array,
  at: number,
): Uint8Array {
  const { memory, around } = placed(text, at, 0);
  const stream = crypto.stream(key, nonce.subarray(0, 16));
  stream.seal(nonce.subarray(16), memory, at, text.length);
  assert.ok(around(), "octets around the box were changed");
  return memory.slice(at + 16, at + SEAL_ROOM + text.length);
}

/** Opens a box with a stream at an offset, where it is. */
function openAt(
  crypto: CurveCrypto,
  key: Uint8Array,
  nonce: Uint8Array,
  box: Uint8Array,
  at = 0,
): Uint8Array | undefined {
  const { memory, around } = placed(box, at, TAG_LENGTH);
  const before = memory.slice();
  const stream = crypto.stream(key, nonce.subarray(0, 16));
  const length = box.length - TAG_LENGTH;
  const text = stream.open(nonce.subarray(16), memory, at, length);
  assert.ok(around(), "octets around the box were changed");
  if (text === undefined) {
    assert.deepEqual(memory, before, "a forged box was written to");
  } else {
    assert.equal(text.buffer, memory.buffer);
    assert.equal(text.byteOffset, at + SEAL_ROOM);
  }
  return text;
}

describe("loadNoble()", () => {
  it("loads once", async () => {
    const crypto = await loadNoble();
    assert.equal(crypto.name, "noble");
    assert.equal(loadNoble(), loadNoble());
  });
});

for (const library of libraries) {
  const load = () => loadLibrary(library);

  describe(`CurveCrypto by ${library.name}`, () => {
    it("has the name of its library", async () => {
      assert.equal((await load()).name, library.name);
    });

    it("makes the box of the NaCl paper and opens it", async () => {
      const crypto = await load();
      const key = fromHex(FIRST_KEY);
      assert.equal(toHex(crypto.seal(key, NONCE, TEXT)), BOX);
      assert.deepEqual(crypto.open(key, NONCE, fromHex(BOX)), TEXT);
    });

    it("makes the shared key of the NaCl paper for both", async () => {
      const crypto = await load();
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
      const crypto = await load();
      const publicKey = crypto.publicKey(KEYS.clientTransientSecret);
      assert.equal(toHex(publicKey), toHex(KEYS.clientTransientPublic));
      const key = crypto.sharedKey(publicKey, KEYS.serverTransientSecret);
      assert.equal(toHex(key!), toHex(KEYS.sessionKey));
    });

    it("has no shared key with a point of low order", async () => {
      const crypto = await load();
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
      const crypto = await load();
      const key = fromHex(FIRST_KEY);
      const box = fromHex(BOX);
      const open = (sealed: Uint8Array, nonce = NONCE) => {
        const whole = crypto.open(key, nonce, sealed);
        if (sealed.length >= TAG_LENGTH) {
          assert.deepEqual(openAt(crypto, key, nonce, sealed), whole);
        }
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

  describe(`BoxStream by ${library.name}`, () => {
    it("seals and opens as whole boxes do, at any offset", async () => {
      const crypto = await load();
      const octets = (length: number) =>
        fc.uint8Array({ minLength: length, maxLength: length });
      const cases = fc.tuple(
        octets(32),
        octets(24),
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(7),
      );
      fc.assert(fc.property(cases, ([key, nonce, text, at]) => {
        const box = sealAt(crypto, key, nonce, text, at);
        assert.deepEqual(box, crypto.seal(key, nonce, text));
        assert.deepEqual(openAt(crypto, key, nonce, box, at), text);
      }));
    });

    it("seals and opens as noble's whole boxes, of any length", async () => {
      const crypto = await load();
      const reference = await loadNoble();
      const key = randomBytes(32);
      // Around a block of Salsa20, and around what noble keeps memory for.
      for (const length of [0, 1, 31, 32, 33, 64, 8193, 16352, 16353, 70000]) {
        const text = randomBytes(Math.min(length, 65536));
        const long = new Uint8Array(length).fill(7);
        long.set(text);
        const box = sealAt(crypto, key, NONCE, long, 3);
        assert.deepEqual(box, reference.seal(key, NONCE, long));
        assert.deepEqual(openAt(crypto, key, NONCE, box, 3), long);
      }
    });

    it("leaves nothing of its tag's key in the room before the box", async () => {
      const crypto = await load();
      const out = new Uint8Array(SEAL_ROOM + 4).fill(0xaa);
      const stream = crypto.stream(randomBytes(32), randomBytes(16));
      stream.seal(new Uint8Array(8), out, 0, 4);
      const room = toHex(out.subarray(0, 16));
      assert.ok(room === "aa".repeat(16) || room === "00".repeat(16), room);
    });

    it("seals what it has opened, and opens what others sealed", async () => {
      const crypto = await load();
      for (const other of libraries) {
        const theirs = await loadLibrary(other);
        const [key, nonce] = [randomBytes(32), randomBytes(24)];
        const text = randomBytes(1000);
        const box = sealAt(theirs, key, nonce, text, 1);
        assert.deepEqual(openAt(crypto, key, nonce, box, 2), text);
      }
    });

    it("keeps two streams, and their nonces, apart", async () => {
      const crypto = await load();
      const [one, other] = [randomBytes(16), randomBytes(16)];
      const key = randomBytes(32);
      const streams = [crypto.stream(key, one), crypto.stream(key, other)];
      for (let count = 1; count < 4; count++) {
        for (const [i, prefix] of [one, other].entries()) {
          const short = new Uint8Array(8).fill(count);
          const out = placed(TEXT, 0, 0).memory;
          streams[i]!.seal(short, out, 0, TEXT.length);
          const box = out.subarray(16, SEAL_ROOM + TEXT.length);
          const nonce = concat([prefix, short]);
          assert.equal(toHex(box), toHex(crypto.seal(key, nonce, TEXT)));
        }
      }
    });

    it("does not depend on the caller's key once it is made", async () => {
      const crypto = await load();
      const key = fromHex(FIRST_KEY);
      const stream = crypto.stream(key, NONCE.subarray(0, 16));
      key.fill(0);
      const { memory } = placed(fromHex(BOX), 0, TAG_LENGTH);
      const text = stream.open(NONCE.subarray(16), memory, 0, TEXT.length);
      assert.deepEqual(text, TEXT);
    });

    it("forgets its key", async () => {
      const crypto = await load();
      const stream = crypto.stream(fromHex(FIRST_KEY), NONCE.subarray(0, 16));
      stream.close();
      const { memory } = placed(fromHex(BOX), 0, TAG_LENGTH);
      const text = stream.open(NONCE.subarray(16), memory, 0, TEXT.length);
      assert.equal(text, undefined);
    });
  });
}
