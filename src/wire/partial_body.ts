/**
 * A body that arrives in pieces. The memory held follows the octets received,
 * never the size announced.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";

/** Who may have memory for less than a new array costs. */
export interface MemorySource {
  /** So many octets of any value, in a buffer of their own. */
  allocate?(length: number): Uint8Array;
}

/**
 * The memory that a body may get before its octets have arrived: this, or
 * twice the longest one that the peer has really sent.
 */
const FIRST_TRUST = 16 * 1024;
/** With less to come, what follows the body is better read along with it. */
const LEAST_ROOM = 32 * 1024;

/** The bodies of one peer that do not come whole, one after the other. */
export class PartialBody {
  readonly #memory: MemorySource;
  #octets: Uint8Array = EMPTY;
  #length = 0;
  #missing = 0;
  #isOpen = false;
  #trust = FIRST_TRUST;

  /** @param memory where bodies get theirs. */
  constructor(memory: MemorySource) {
    this.#memory = memory;
  }

  /** How many octets of the body have come. */
  get length(): number {
    return this.#length;
  }

  /** How many are known to be still to come. */
  get missing(): number {
    return this.#missing;
  }

  /**
   * So many octets more belong to the body.
   *
   * @param isOpen true when that may not be all.
   */
  expect(length: number, isOpen = false): void {
    this.#missing += length;
    this.#isOpen = isOpen;
  }

  /** Adds a piece, of what is missing at most. */
  add(piece: Uint8Array): void {
    if (this.#octets.length - this.#length < piece.length) {
      this.#grow(piece.length);
    }
    this.#octets.set(piece, this.#length);
    this.#length += piece.length;
    this.#missing -= piece.length;
  }

  /**
   * Where the next octets belong, when there are many to come: who can read
   * into it saves a copy, and calls `filled`.
   */
  get room(): Uint8Array | undefined {
    if (this.#missing < LEAST_ROOM) return undefined;
    if (this.#octets.length === this.#length) this.#grow(1);
    return this.#octets.subarray(this.#length, this.#length + this.#missing);
  }

  /** So many octets were read into `room`; gives them. */
  filled(length: number): Uint8Array {
    const from = this.#length;
    this.#length += length;
    this.#missing -= length;
    return this.#octets.subarray(from, this.#length);
  }

  /** The body that has become whole; the next one begins. */
  take(): Uint8Array {
    const octets = this.#octets;
    const length = this.#length;
    this.#octets = EMPTY;
    this.#length = 0;
    this.#trust = Math.max(this.#trust, 2 * length);
    // Who has the body has all of its buffer: what is behind it may be left
    // over from somebody else, and what is shared is nobody's to transfer.
    return octets.length === length && length > 0
      ? octets
      : octets.slice(0, length);
  }

  #grow(needed: number): void {
    const have = this.#length;
    const double = 2 * (have + needed);
    const known = have + this.#missing;
    // What may still come of an open one is not known: it grows with what
    // came, however long others were.
    const most = this.#isOpen ? Math.max(FIRST_TRUST, known, double) : known;
    const size = Math.min(most, Math.max(this.#trust, double));
    const grown = this.#memory.allocate?.(size) ?? new Uint8Array(size);
    grown.set(this.#octets.subarray(0, have));
    this.#octets = grown;
  }
}
