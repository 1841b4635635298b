/**
 * CURVE's nonces: RFC 26 "nonces". A short nonce counts the commands of one
 * direction, in 64 bits; two 32-bit halves count exactly where a number
 * would end at 2^53.
 *
 * @module
 */

import { readU32, writeU32 } from "../base/bytes.ts";
import { protocolError } from "../base/errors.ts";
import { NONCE_LENGTH } from "./curve_crypto.ts";

/** Octets of a short nonce. */
export const SHORT_NONCE = 8;
/** Octets of a long nonce, which is random. */
export const LONG_NONCE = 16;

const MAX_U32 = 0xffffffff;

/** Counts what we send. */
export class NonceCounter {
  /** The short nonce that {@linkcode next} made. Overwritten by the next. */
  readonly octets: Uint8Array = new Uint8Array(SHORT_NONCE);
  #high: number;
  #low: number;

  /** Starts so that the first nonce is one more than the given value. */
  constructor(high = 0, low = 0) {
    this.#high = high;
    this.#low = low;
  }

  /**
   * The next short nonce.
   *
   * @throws {ZmqError} `EPROTO` after 2^64 - 1: a nonce must not come again.
   */
  next(): Uint8Array {
    if (this.#low < MAX_U32) {
      this.#low++;
    } else if (this.#high < MAX_U32) {
      this.#low = 0;
      this.#high++;
    } else {
      throw protocolError(
        "ERR_ZMTP_INVALID_SEQUENCE",
        "Cannot send on this connection: all 2^64 - 1 nonces are used",
      );
    }
    writeU32(this.octets, 0, this.#high);
    writeU32(this.octets, 4, this.#low);
    return this.octets;
  }
}

/** Watches that what the peer sends counts upwards. */
export class NonceWatch {
  /** The short nonce taken last. Overwritten by the next. */
  readonly octets: Uint8Array = new Uint8Array(SHORT_NONCE);
  #high = 0;
  #low = 0;

  /** Takes the first short nonce of the peer that counts. */
  start(bytes: Uint8Array, at: number): Uint8Array {
    this.#high = readU32(bytes, at);
    this.#low = readU32(bytes, at + 4);
    return this.#copy(bytes, at);
  }

  /**
   * Takes a short nonce. Gaps are fine: RFC 26 wants no more than order.
   *
   * @throws {ZmqError} `EPROTO` when it is not greater than the last.
   */
  accept(bytes: Uint8Array, at: number): Uint8Array {
    const high = readU32(bytes, at);
    const low = readU32(bytes, at + 4);
    if (high < this.#high || (high === this.#high && low <= this.#low)) {
      throw protocolError(
        "ERR_ZMTP_INVALID_SEQUENCE",
        "Cannot accept a command whose nonce is not above the last one's",
      );
    }
    this.#high = high;
    this.#low = low;
    return this.#copy(bytes, at);
  }

  #copy(bytes: Uint8Array, at: number): Uint8Array {
    for (let i = 0; i < SHORT_NONCE; i++) this.octets[i] = bytes[at + i]!;
    return this.octets;
  }
}

/** The nonce of a box: a fixed prefix, then what is the box's own. */
export function nonceOf(prefix: Uint8Array, own: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(NONCE_LENGTH);
  nonce.set(prefix);
  nonce.set(own, prefix.length);
  return nonce;
}
