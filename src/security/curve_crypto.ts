/**
 * The cryptography that CURVE needs, as one small interface: NaCl's
 * `crypto_box` in the pieces that RFC 26 uses. Any NaCl can stand behind it.
 *
 * @module
 */

/** Octets of a public, a secret and a shared key. */
export const KEY_LENGTH = 32;
/** Octets of a box's nonce. */
export const NONCE_LENGTH = 24;
/** Octets of the part of the nonce that the boxes of a stream share. */
export const PREFIX_LENGTH = 16;
/** Octets that a box has before the encrypted text: its tag. */
export const TAG_LENGTH = 16;
/** Octets that a {@linkcode BoxStream} has before the text. */
export const SEAL_ROOM = 32;

/** Gives as many octets of cryptographic randomness as it is asked for. */
export type RandomSource = (length: number) => Uint8Array;

/** Curve25519, XSalsa20 and Poly1305, as NaCl puts them together. */
export interface CurveCrypto {
  /** Where it comes from, for people: `"noble"`, `"sodium"`. */
  readonly name: string;
  /** The X25519 public key of a secret key. */
  publicKey(secretKey: Uint8Array): Uint8Array;
  /**
   * The key of boxes between two parties, NaCl's `crypto_box_beforenm`, or
   * `undefined` when the public key is a point of low order: the secret would
   * be all zeros, and known to everybody.
   */
  sharedKey(
    publicKey: Uint8Array,
    secretKey: Uint8Array,
  ): Uint8Array | undefined;
  /** A new box: the tag, then the encrypted text. */
  seal(key: Uint8Array, nonce: Uint8Array, text: Uint8Array): Uint8Array;
  /** The text of a box, or `undefined` when it is forged. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    box: Uint8Array,
  ): Uint8Array | undefined;
  /** Boxes under one key whose nonces all begin with the same 16 octets. */
  stream(key: Uint8Array, prefix: Uint8Array): BoxStream;
}

/**
 * The boxes of one direction of a connection, sealed and opened where they
 * are: the text in octets `at + 32` and on, its box in octets `at + 16` and
 * on, 16 longer.
 */
export interface BoxStream {
  /**
   * Seals the text of `length` octets. The 16 octets at `at` are free to be
   * used, and left with nothing secret in them.
   *
   * @param nonce the last 8 octets of the nonce.
   */
  seal(nonce: Uint8Array, octets: Uint8Array, at: number, length: number): void;
  /**
   * Opens the box of a text of `length` octets: gives the text, a view of
   * where the box was, or `undefined` when it is forged. Not one octet of a
   * text may be written before its tag is proved.
   *
   * @param nonce the last 8 octets of the nonce.
   */
  open(
    nonce: Uint8Array,
    octets: Uint8Array,
    at: number,
    length: number,
  ): Uint8Array | undefined;
  /** Overwrites the key. */
  close(): void;
}

/** Where packages with native code come from: a `Runtime` is one. */
export interface AddonHost {
  /** The name of the runtime, for errors. */
  readonly name: string;
  /**
   * What a package with native code exports. Never asks the user.
   *
   * @throws when the package is not installed, or may not be loaded.
   */
  loadAddon?(name: string): unknown;
}

/** A library of cryptography, loaded when the first CURVE socket needs it. */
export interface CurveLibrary {
  /** Its name, for people: `"noble"`, `"sodium"`. */
  readonly name: string;
  /**
   * Loads it.
   *
   * @throws {ZmqError} `ENOTSUP` when it is not installed, or cannot be used.
   */
  load(host: AddonHost): CurveCrypto | Promise<CurveCrypto>;
}
