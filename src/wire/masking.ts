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
/** What is copied and masked in one go, at most: of more the copy is faster. */
const MOST_AT_ONCE = 512;

/** Words of four octets have the first octet lowest: almost everywhere. */
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const NO_WORDS = new Int32Array(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));

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
  // The octets that were masked in last, and their memory as words. To ask a
  // view for its buffer costs as much as to make one.
  #octets: Uint8Array | undefined;
  #words: Int32Array = NO_WORDS;
  // The octets that were copied last, from and to, and views of them.
  #source: Uint8Array | undefined;
  #input: DataView = NO_VIEW;
  #target: Uint8Array | undefined;
  #output: DataView = NO_VIEW;

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
      const words = this.#wordsOf(octets);
      let word = (byteOffset + at) >>> 2;
      const end = word + ((to - at) >>> 2);
      for (const most = end - 3; word < most; word += 4) {
        words[word]! ^= turning;
        words[word + 1]! ^= turning;
        words[word + 2]! ^= turning;
        words[word + 3]! ^= turning;
      }
      for (; word < end; word++) words[word]! ^= turning;
      at = end * 4 - byteOffset;
    }
    for (; at < to; at++) {
      octets[at]! ^= turning;
      turning = (turning >>> 8) | (turning << 24);
    }
  }

  /** Copies octets, masked; a key of 0 copies them as they are. */
  copy(
    source: Uint8Array,
    from: number,
    length: number,
    target: Uint8Array,
    at: number,
    key: number,
  ): void {
    if (length > MOST_AT_ONCE) {
      target.set(source.subarray(from, from + length), at);
      if (key !== 0) this.apply(target, at, at + length, key);
      return;
    }
    if (this.#source !== source) {
      this.#source = source;
      this.#input = viewOf(source);
    }
    if (this.#target !== target) {
      this.#target = target;
      this.#output = viewOf(target);
    }
    const input = this.#input;
    const output = this.#output;
    let i = from;
    let to = at;
    const end = i + length;
    for (; i + 4 <= end; i += 4, to += 4) {
      output.setInt32(to, input.getInt32(i, true) ^ key, true);
    }
    let turning = key;
    for (; i < end; i++, to++) {
      output.setUint8(to, input.getUint8(i) ^ turning);
      turning >>>= 8;
    }
  }

  /** Lets go of the memory. */
  forget(): void {
    this.#octets = this.#source = this.#target = undefined;
    this.#words = NO_WORDS;
    this.#input = this.#output = NO_VIEW;
  }

  #wordsOf(octets: Uint8Array): Int32Array {
    if (this.#octets !== octets) {
      const { buffer } = octets;
      this.#words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
      this.#octets = octets;
    }
    return this.#words;
  }
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.length);
}
