/**
 * CURVE's cryptography from libsodium.
 *
 * @module
 */

import { hsalsa } from "@noble/ciphers/salsa.js";

import type { BoxStream, CurveCrypto } from "../../mod.ts";
import type { SodiumNative } from "./native.ts";

const KEY_LENGTH = 32;
const NONCE_LENGTH = 24;
const PREFIX_LENGTH = 16;
const TAG_LENGTH = 16;
const TEXT_AT = 32;

/** libsodium behind the interface of the engine. */
export function makeCrypto(native: SodiumNative): CurveCrypto {
  return {
    name: "sodium",

    publicKey(secretKey) {
      const publicKey = new Uint8Array(KEY_LENGTH);
      native.crypto_scalarmult_base(publicKey, secretKey);
      return publicKey;
    },

    sharedKey(publicKey, secretKey) {
      const secret = new Uint8Array(KEY_LENGTH);
      try {
        native.crypto_scalarmult(secret, secretKey, publicKey);
      } catch {
        // It throws for points of low order, and for nothing else here: both
        // keys have 32 octets.
        return undefined;
      }
      return keyOfSecret(secret);
    },

    seal(key, nonce, text) {
      const box = new Uint8Array(TAG_LENGTH + text.length);
      const sealed = box.subarray(TAG_LENGTH);
      const tag = box.subarray(0, TAG_LENGTH);
      native.crypto_secretbox_detached(sealed, tag, text, nonce, key);
      return box;
    },

    open(key, nonce, box) {
      if (box.length < TAG_LENGTH) return undefined;
      const text = new Uint8Array(box.length - TAG_LENGTH);
      const sealed = box.subarray(TAG_LENGTH);
      const tag = box.subarray(0, TAG_LENGTH);
      return native.crypto_secretbox_open_detached(
          text,
          sealed,
          tag,
          nonce,
          key,
        )
        ? text
        : undefined;
    },

    stream: (key, prefix) => new SodiumStream(native, key, prefix),
  };
}

/** The boxes of one direction. Nothing is allocated for one but a view. */
class SodiumStream implements BoxStream {
  // Looking a function up among hundreds takes longer than all else here.
  readonly #seal: SodiumNative["crypto_secretbox_detached"];
  readonly #open: SodiumNative["crypto_secretbox_open_detached"];
  readonly #key: Uint8Array;
  readonly #nonce = new Uint8Array(NONCE_LENGTH);
  readonly #tag = new Uint8Array(TAG_LENGTH);

  constructor(native: SodiumNative, key: Uint8Array, prefix: Uint8Array) {
    this.#seal = native.crypto_secretbox_detached;
    this.#open = native.crypto_secretbox_open_detached;
    this.#key = key.slice();
    this.#nonce.set(prefix);
  }

  seal(
    nonce: Uint8Array,
    octets: Uint8Array,
    at: number,
    length: number,
  ): void {
    const from = at + TEXT_AT;
    const text = viewOf(octets, from, length);
    const tag = this.#tag;
    const seal = this.#seal;
    seal(text, tag, text, this.#whole(nonce), this.#key);
    const tagAt = from - TAG_LENGTH;
    for (let i = 0; i < TAG_LENGTH; i++) octets[tagAt + i] = tag[i]!;
  }

  open(
    nonce: Uint8Array,
    octets: Uint8Array,
    at: number,
    length: number,
  ): Uint8Array | undefined {
    const from = at + TEXT_AT;
    const text = viewOf(octets, from, length);
    const tag = this.#tag;
    const tagAt = from - TAG_LENGTH;
    for (let i = 0; i < TAG_LENGTH; i++) tag[i] = octets[tagAt + i]!;
    const open = this.#open;
    return open(text, text, tag, this.#whole(nonce), this.#key)
      ? text
      : undefined;
  }

  close(): void {
    this.#key.fill(0);
  }

  #whole(own: Uint8Array): Uint8Array {
    const nonce = this.#nonce;
    for (let i = PREFIX_LENGTH; i < NONCE_LENGTH; i++) {
      nonce[i] = own[i - PREFIX_LENGTH]!;
    }
    return nonce;
  }
}

/** Cheaper than `subarray`, and never a Buffer. */
function viewOf(octets: Uint8Array, at: number, length: number): Uint8Array {
  return new Uint8Array(octets.buffer, octets.byteOffset + at, length);
}

/**
 * NaCl's `crypto_box_beforenm` once X25519 is done: HSalsa20 of the secret and
 * 16 zeros, which sodium-native does not offer.
 */
function keyOfSecret(secret: Uint8Array): Uint8Array {
  const key = new Uint32Array(KEY_LENGTH / 4);
  const from = new Uint32Array(secret.buffer);
  hsalsa(SIGMA, from, new Uint32Array(PREFIX_LENGTH / 4), key);
  from.fill(0);
  return new Uint8Array(key.buffer);
}

/** "expand 32-byte k" */
const SIGMA = new Uint32Array(
  new TextEncoder().encode("expand 32-byte k").buffer,
);
