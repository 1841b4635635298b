/**
 * Blocks of words in one growing array: what many small objects would hold,
 * without an object each and without work for the garbage collector.
 *
 * @module
 */

const FIRST_WORDS = 64;
/**
 * Words up to which there is room. An octet's position must be a number of 31
 * bits, and what is changed after the last question has to fit as well.
 */
const MOST_WORDS = 2 ** 29 - 2 ** 23;
/** Blocks of up to so many words are as long as was asked for. */
const EXACT_WORDS = 32;

/** The length that a block really has: few lengths make few kinds of holes. */
function rounded(size: number): number {
  if (size <= EXACT_WORDS) return size;
  // An eighth of the power of two below: at most that much is wasted.
  const step = 1 << (28 - Math.clz32(size));
  return (size + step - 1) & -step;
}

/**
 * Numbered blocks. A block is known by the position of its first word, which
 * is never 0.
 */
export class BlockArena {
  /** The words of all blocks. Another array after a `take`. */
  words: Int32Array = new Int32Array(FIRST_WORDS);
  /** The same memory in octets. */
  octets: Uint8Array = new Uint8Array(this.words.buffer);
  #end = 1;
  readonly #most: number;
  // By length, the first block of a list that goes on in their first words.
  readonly #free = new Map<number, number>();

  /** @param most words up to which there is room. */
  constructor(most: number = MOST_WORDS) {
    this.#most = most;
  }

  /** True when so many words can surely be taken. */
  hasRoom(size: number): boolean {
    return this.#end + size <= this.#most;
  }

  /** A block of at least so many words, with anything in them. */
  take(size: number): number {
    const length = rounded(size);
    const free = this.#free.get(length) ?? 0;
    if (free !== 0) {
      this.#free.set(length, this.words[free]!);
      return free;
    }
    const block = this.#end;
    this.#end += length;
    if (this.#end > this.words.length) this.#grow();
    return block;
  }

  /** Gives back a block that was taken with this size. */
  give(block: number, size: number): void {
    const length = rounded(size);
    this.words[block] = this.#free.get(length) ?? 0;
    this.#free.set(length, block);
  }

  #grow(): void {
    const grown = new Int32Array(Math.max(this.words.length * 2, this.#end));
    grown.set(this.words);
    this.words = grown;
    this.octets = new Uint8Array(grown.buffer);
  }
}
