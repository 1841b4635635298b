// thorough
// R25: three implementations of the same cryptography, and libsodium's above
// all, agree on random inputs and on those that are known to be hard: points
// of low order, on the twist, not reduced, and numbers full of carries.
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";
import type { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import {
  concat,
  fromHex,
  randomBytes,
  toHex,
} from "../../../src/base/bytes.ts";
import { NONCE_LENGTH } from "../../../src/security/curve_crypto.ts";
import { x25519, x25519PublicKey } from "../../../src/security/x25519.ts";
import { libraries, loadLibrary } from "../../kit/curve_libraries.ts";
import { runtimeName } from "../../kit/runtime.ts";
import { verdict } from "../../kit/verdict.ts";

const RANDOM = 200;
const P = 2n ** 255n - 19n;

/** A number as 32 octets, least significant first. */
function encode(value: bigint): Uint8Array {
  const octets = new Uint8Array(32);
  for (let i = 0; i < 32; i++) {
    octets[i] = Number((value >> BigInt(8 * i)) & 255n);
  }
  return octets;
}

/** Points whose multiples are all zero, RFC 7748 §6.1; reduced and not. */
const LOW_ORDER: readonly Uint8Array[] = [
  encode(0n),
  encode(1n),
  encode(P - 1n),
  encode(P),
  encode(P + 1n),
  fromHex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
  fromHex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
].flatMap((point) => {
  const high = point.slice();
  high[31]! |= 128;
  return [point, high];
});

/** Coordinates around every limb's and the modulus' edges. */
function hardPoints(): Uint8Array[] {
  const values: bigint[] = [];
  for (let i = 2n; i <= 21n; i++) values.push(i, P - i, P + i);
  for (let bit = 8n; bit <= 255n; bit += 8n) {
    values.push(2n ** bit - 1n, 2n ** bit, 2n ** bit + 1n);
    values.push(2n ** 255n - 1n - (2n ** bit - 1n));
  }
  for (const limb of [16n, 26n, 28n, 32n, 51n, 64n]) {
    // Every other limb full: the carries run through all of them.
    let value = 0n;
    for (let at = 0n; at < 255n; at += 2n * limb) {
      value |= (2n ** limb - 1n) << at;
    }
    values.push(value, 2n ** 256n - 1n - value);
  }
  return values.map((value) => encode(value % 2n ** 256n));
}

/** Secrets with few and with many bits, before they are clamped. */
const HARD_SECRETS: readonly Uint8Array[] = [
  encode(0n),
  encode(2n ** 256n - 1n),
  encode(2n ** 254n),
  encode(2n ** 254n + 8n),
  encode(2n ** 255n - 8n),
  encode((2n ** 256n - 1n) / 3n),
  encode((2n ** 256n - 1n) / 5n),
];

/** Every pair of a secret and a point that is asked about. */
function pairs(): [Uint8Array, Uint8Array][] {
  const hard = hardPoints();
  const all = HARD_SECRETS.flatMap((secret) =>
    hard.map((point): [Uint8Array, Uint8Array] => [secret, point])
  );
  for (let i = 0; i < RANDOM; i++) {
    // Half of all coordinates are on the twist.
    all.push([randomBytes(32), randomBytes(32)]);
  }
  return all;
}

const ZEROS = "00".repeat(32);
const REFUSED = "refused";

function textOf(octets: Uint8Array | undefined): string {
  return octets === undefined ? REFUSED : toHex(octets);
}

/** X25519 by the runtime's own library, which refuses to say zeros. */
function builtIn(secret: Uint8Array, point: Uint8Array): string {
  const der = (head: string, octets: Uint8Array) => ({
    key: concat([fromHex(head), octets]) as Buffer,
    format: "der" as const,
  });
  // RFC 8410 §7 and §4: the keys of id-X25519.
  const privateKey = createPrivateKey({
    ...der("302e020100300506032b656e04220420", secret),
    type: "pkcs8",
  });
  const publicKey = createPublicKey({
    ...der("302a300506032b656e032100", point),
    type: "spki",
  });
  try {
    return textOf(diffieHellman({ privateKey, publicKey }));
  } catch {
    return ZEROS;
  }
}

describe("the cryptography of CURVE", () => {
  it("agrees on the shared secret of any two keys", async () => {
    const [noble, sodium] = await Promise.all(libraries.map(loadLibrary));
    const asked = pairs();
    let agreed = 0;
    for (const [secret, point] of asked) {
      const one = textOf(noble!.sharedKey(point, secret));
      const other = textOf(sodium!.sharedKey(point, secret));
      const raw = textOf(x25519(secret, point));
      const refused = one === REFUSED;
      const own = refused === (raw === ZEROS) &&
        (runtimeName !== "node" || builtIn(secret, point) === raw);
      const keys = textOf(x25519PublicKey(secret)) ===
        textOf(sodium!.publicKey(secret));
      if (one === other && own && keys) agreed++;
    }
    verdict("R25", {
      of: "X25519: noble, libsodium, our own" +
        (runtimeName === "node" ? ", OpenSSL" : ""),
      figure: `${agreed} of ${asked.length}`,
      target: "all",
      ok: agreed === asked.length,
    });
  });

  it("refuses every point of low order", async () => {
    const cryptos = await Promise.all(libraries.map(loadLibrary));
    const secrets = [...HARD_SECRETS, randomBytes(32)];
    let refused = 0;
    let asked = 0;
    for (const point of LOW_ORDER) {
      for (const secret of secrets) {
        for (const crypto of cryptos) {
          asked++;
          if (crypto.sharedKey(point, secret) === undefined) refused++;
        }
      }
    }
    verdict("R25", {
      of: "points of low order",
      figure: `${refused} of ${asked} refused`,
      target: "all",
      ok: refused === asked,
    });
  });

  it("agrees on boxes of every length, and opens no other", async () => {
    const [noble, sodium] = await Promise.all(libraries.map(loadLibrary));
    let agreed = 0;
    const lengths = [...Array(200).keys(), 255, 256, 1023, 1024, 8193, 65536];
    for (const length of lengths) {
      const [key, nonce] = [randomBytes(32), randomBytes(NONCE_LENGTH)];
      const text = randomBytes(length);
      const box = noble!.seal(key, nonce, text);
      const same = toHex(sodium!.seal(key, nonce, text)) === toHex(box);
      const opened = [noble!, sodium!].map((each) =>
        each.open(key, nonce, box)
      );
      const bad = box.slice();
      bad[length % box.length]! ^= 1 << (length % 8);
      const forged = [noble!, sodium!].map((each) =>
        each.open(key, nonce, bad)
      );
      if (
        same && forged.every((each) => each === undefined) &&
        opened.every((each) => each && toHex(each) === toHex(text))
      ) agreed++;
    }
    assert.ok(lengths.length > 200);
    verdict("R25", {
      of: "XSalsa20-Poly1305: noble, libsodium",
      figure: `${agreed} of ${lengths.length} lengths`,
      target: "all",
      ok: agreed === lengths.length,
    });
  });
});
