/**
 * Masks of WebSocket frames: RFC 6455 §5.3. What is masked is the exclusive or
 * of the octets and a key of four, again and again; unmasking is the same.
 *
 * A key is a number here: its first octet is the lowest one.
 *
 * @module
 */

/** Octets of random keys that are got at once. */
const POOL = 8192;
/** Fewer octets are done one by one. */
const LEAST_WORDS = 16;

/** Words of four octets have the first octet lowest: almost everywhere. */
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

let pool = new Int32Array(0);
let used = 0;

/**
 * A key that nobody can predict. RFC 6455 §5.3: "The masking key needs to be
 * unpredictable". Each is used once.
 */
export function nextKey(): number {
  if (used === pool.length) {
    pool = crypto.getRandomValues(new Int32Array(POOL / 4));
    used = 0;
  }
  return pool[used++]!;
}

/** The key in four octets. */
export function readKey(octets: Uint8Array, at: number): number {
  return octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) |
    (octets[at + 3]! << 24);
}

/** Writes a key as four octets; returns where they end. */
export function writeKey(octets: Uint8Array, at: number, key: number): number {
  octets[at] = key;
  octets[at + 1] = key >>> 8;
  octets[at + 2] = key >>> 16;
  octets[at + 3] = key >>> 24;
  return at + 4;
}

/** The key as it goes on after so many octets. */
export function turned(key: number, octets: number): number {
  const bits = (octets & 3) << 3;
  return bits === 0 ? key : (key >>> bits) | (key << (32 - bits));
}

/** Masks and unmasks, four octets at once where they are many. */
export class Masker {
  // The memory that was masked in last, seen as words.
  #buffer: ArrayBufferLike | undefined;
  #words: Int32Array | undefined;

  /** Masks octets where they are. */
  apply(octets: Uint8Array, from: number, to: number, key: number): void {
    let at = from;
    let turning = key;
    if (isLittleEndian && to - from >= LEAST_WORDS) {
      const { byteOffset } = octets;
      for (; ((byteOffset + at) & 3) !== 0; at++) {
        octets[at]! ^= turning;
        turning = (turning >>> 8) | (turning << 24);
      }
      const words = this.#wordsOf(octets.buffer);
      let word = (byteOffset + at) >>> 2;
      const end = word + ((to - at) >>> 2);
      for (; word < end; word++) words[word]! ^= turning;
      at = (end << 2) - byteOffset;
    }
    for (; at < to; at++) {
      octets[at]! ^= turning;
      turning = (turning >>> 8) | (turning << 24);
    }
  }

  /** Lets go of the memory. */
  forget(): void {
    this.#buffer = this.#words = undefined;
  }

  #wordsOf(buffer: ArrayBufferLike): Int32Array {
    if (this.#buffer !== buffer) {
      this.#words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
      this.#buffer = buffer;
    }
    return this.#words!;
  }
}
