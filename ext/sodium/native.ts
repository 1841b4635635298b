/**
 * The part of the package `sodium-native` that CURVE uses, typed here so that
 * this compiles where it is not installed.
 *
 * @module
 */

/** What `sodium-native` exports, as far as it is needed. */
export interface SodiumNative {
  /** Computes a public key; `q` is the result. */
  crypto_scalarmult_base(q: Uint8Array, n: Uint8Array): void;
  /** Computes a shared secret; throws when it would be all zeros. */
  crypto_scalarmult(q: Uint8Array, n: Uint8Array, p: Uint8Array): void;
  /** Seals `m`; `c` is the result and may be `m` itself. */
  crypto_secretbox_detached(
    c: Uint8Array,
    mac: Uint8Array,
    m: Uint8Array,
    n: Uint8Array,
    k: Uint8Array,
  ): void;
  /**
   * Opens `c` when its tag is right; `m` is the result and may be `c` itself.
   */
  crypto_secretbox_open_detached(
    m: Uint8Array,
    c: Uint8Array,
    mac: Uint8Array,
    n: Uint8Array,
    k: Uint8Array,
  ): boolean;
}
