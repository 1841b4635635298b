/**
 * CURVE's cryptography from the noble packages. Only a dynamic import may
 * reach this file: it is loaded when the first CURVE socket needs it.
 *
 * @module
 */

import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { hsalsa, salsa20, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { x25519 } from "@noble/curves/ed25519.js";

import { equalConstantTime, toBytes } from "../base/bytes.ts";
import {
  type BoxStream,
  type CurveCrypto,
  KEY_LENGTH,
  PREFIX_LENGTH,
  SEAL_ROOM,
  TAG_LENGTH,
} from "./curve_crypto.ts";

const SIGMA = words(toBytes("expand 32-byte k"));
const ZERO_PREFIX = new Uint8Array(PREFIX_LENGTH);

/** Larger boxes get memory of their own, which is not kept. */
const SCRATCH_LENGTH = 16384;

// Boxes are worked on one at a time, and here: allocating 1 kB takes a tenth
// of the time of sealing it, and what is not aligned, a fourth.
let scratch: Uint8Array | undefined;

/** The noble packages behind the interface. */
export const nobleCrypto: CurveCrypto = {
  name: "noble",

  publicKey(secretKey: Uint8Array): Uint8Array {
    return x25519.getPublicKey(secretKey);
  },

  sharedKey(
    publicKey: Uint8Array,
    secretKey: Uint8Array,
  ): Uint8Array | undefined {
    let shared: Uint8Array;
    try {
      shared = x25519.getSharedSecret(secretKey, publicKey);
    } catch {
      // noble throws for points of low order, and for nothing else here: both
      // keys have 32 octets.
      return undefined;
    }
    const key = deriveKey(shared, ZERO_PREFIX);
    shared.fill(0);
    return key;
  },

  seal(key: Uint8Array, nonce: Uint8Array, text: Uint8Array): Uint8Array {
    return xsalsa20poly1305(key, nonce).encrypt(text);
  },

  open(
    key: Uint8Array,
    nonce: Uint8Array,
    box: Uint8Array,
  ): Uint8Array | undefined {
    try {
      return xsalsa20poly1305(key, nonce).decrypt(box);
    } catch {
      return undefined;
    }
  },

  stream(key: Uint8Array, prefix: Uint8Array): BoxStream {
    return new NobleStream(deriveKey(key, prefix));
  },
};

/**
 * XSalsa20-Poly1305 with the half of XSalsa20 done beforehand that depends on
 * the key and the nonce's prefix only: a box costs one block less.
 */
class NobleStream implements BoxStream {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  seal(
    nonce: Uint8Array,
    octets: Uint8Array,
    at: number,
    length: number,
  ): void {
    const from = at + SEAL_ROOM;
    const work = workspace(SEAL_ROOM + length);
    const sealed = work.subarray(SEAL_ROOM);
    work.fill(0, 0, SEAL_ROOM);
    sealed.set(octets.subarray(from, from + length));
    // NaCl's layout: the first 32 octets of the key stream are the key of the
    // tag, the text is encrypted with what follows.
    salsa20(this.#key, nonce, work, work);
    octets.set(
      poly1305(sealed, work.subarray(0, SEAL_ROOM)),
      from - TAG_LENGTH,
    );
    octets.set(sealed, from);
    work.fill(0, 0, SEAL_ROOM);
  }

  open(
    nonce: Uint8Array,
    octets: Uint8Array,
    at: number,
    length: number,
  ): Uint8Array | undefined {
    const from = at + SEAL_ROOM;
    const sealed = octets.subarray(from, from + length);
    const work = workspace(SEAL_ROOM + length);
    work.fill(0, 0, SEAL_ROOM);
    work.set(sealed, SEAL_ROOM);
    salsa20(this.#key, nonce, work, work);
    const tag = poly1305(sealed, work.subarray(0, SEAL_ROOM));
    // Nothing of the text leaves before its tag is proved.
    const isGenuine = equalConstantTime(
      tag,
      octets.subarray(from - TAG_LENGTH, from),
    );
    if (isGenuine) sealed.set(work.subarray(SEAL_ROOM));
    work.fill(0);
    return isGenuine ? sealed : undefined;
  }

  close(): void {
    this.#key.fill(0);
  }
}

/** Aligned memory that holds what was there before. */
function workspace(length: number): Uint8Array {
  if (length > SCRATCH_LENGTH) return new Uint8Array(length);
  scratch ??= new Uint8Array(SCRATCH_LENGTH);
  return scratch.subarray(0, length);
}

/** HSalsa20: a key of a key and 16 octets of nonce. */
function deriveKey(key: Uint8Array, prefix: Uint8Array): Uint8Array {
  const derived = new Uint32Array(KEY_LENGTH / 4);
  const from = words(key);
  hsalsa(SIGMA, from, words(prefix), derived);
  from.fill(0);
  return new Uint8Array(derived.buffer);
}

/** A copy of octets as 32-bit words, aligned. */
function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(new Uint8Array(bytes).buffer);
}
