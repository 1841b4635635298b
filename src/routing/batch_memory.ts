/**
 * The memory that messages are encoded into on their way out.
 *
 * A new `Uint8Array` costs more than the messages that fill it: it is cleared,
 * its pages are touched for the first time, and the collector has to be told.
 * So large buffers come back here when their octets have left, and small ones
 * are pieces of one that all connections share.
 *
 * @module
 */

/** Memory to write to: `buffer` from `from` to `limit`. */
export interface Room {
  /** The memory. */
  readonly buffer: Uint8Array;
  /** Where it begins. */
  readonly from: number;
  /** Where it ends. */
  readonly limit: number;
}

/** Octets of a buffer that comes back. */
export const LARGE_BUFFER: number = 80 * 1024;

const SLAB = 64 * 1024;
/** Idle memory is bounded: what is beyond is left to the collector. */
const MOST_SPARE = 8;

const spare: Uint8Array[] = [];
let slab = new Uint8Array(0);
let slabEnd = 0;

/** A buffer of {@linkcode LARGE_BUFFER} octets, to be given back. */
export function takeLarge(): Uint8Array {
  return spare.pop() ?? new Uint8Array(LARGE_BUFFER);
}

/** Gives a large buffer back: nobody may look at it any more. */
export function giveLarge(buffer: Uint8Array): void {
  if (spare.length < MOST_SPARE) spare.push(buffer);
}

/** A piece of the shared buffer; for good. */
export function takeSmall(size: number): Room {
  if (slab.length - slabEnd < size) {
    slab = new Uint8Array(SLAB);
    slabEnd = 0;
  }
  const from = slabEnd;
  slabEnd += size;
  return { buffer: slab, from, limit: slabEnd };
}
