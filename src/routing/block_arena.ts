/**
 * Blocks of words in a few large pages: what many small objects would hold,
 * without an object each and without work for the garbage collector.
 *
 * A block is taken at the end of the last page, and what is given back is
 * never taken again. Of a page that is more dead than alive the living blocks
 * are moved to the end too, a few at a time, and the page goes: at most about
 * half of the memory is dead, whatever the sizes of the blocks and the order
 * in which they came and went. Nothing that takes long is done at once.
 *
 * @module
 */

/** Where the number of the page is in a position; below is the word. */
export const PAGE_SHIFT = 18;
const PAGE_WORDS = 1 << PAGE_SHIFT;
/** What of a position is the word in its page. */
export const IN_PAGE: number = PAGE_WORDS - 1;

const FIRST_WORDS = 64;
/** Blocks of more words have a page each, which is as long as they are. */
const SHARED_WORDS = PAGE_WORDS / 2;
/** Pages up to which there is room: a position is a number of 31 bits. */
const MOST_PAGES = 2 ** (31 - PAGE_SHIFT) - 64;
/**
 * Words up to which there is room: 2 GiB, without what may be changed after
 * the last question.
 */
const MOST_WORDS = 2 ** 29 - 2 ** 23;

const NO_WORDS = new Int32Array(0);
const NO_OCTETS = new Uint8Array(0);

/**
 * Numbered blocks. A block is known by the position of its first word. That
 * word must not be below -1 while the block lives: who looks through a page
 * knows by it what is dead.
 */
export class BlockArena {
  /** The words of each page. The last page may be another array after `take`. */
  readonly words: Int32Array[] = [];
  /** The same memory in octets. */
  readonly octets: Uint8Array[] = [];
  /** Words that `next` may look at; who gives back words owes some. */
  owed = 0;
  // Of each page, how many words were taken, and how many of them live.
  readonly #used: number[] = [];
  readonly #live: number[] = [];
  readonly #freePages: number[] = [];
  // The page at whose end blocks are taken.
  #last: number;
  // Words taken in all pages.
  #taken = 0;
  readonly #most: number;
  // Pages that are more dead than alive, each once, but for those that are
  // gone since; and the one that is being emptied.
  readonly #sparse: number[] = [];
  readonly #isSparse: boolean[] = [];
  #emptied = -1;
  #at = 0;

  /**
   * @param fixed words of the first page, from position 0 on, that stay.
   * @param most words up to which there is room.
   */
  constructor(fixed: number, most: number = MOST_WORDS) {
    this.#most = most;
    this.#open(fixed);
    this.#last = this.#open(FIRST_WORDS);
  }

  /** True when so many words can surely be taken. */
  hasRoom(size: number): boolean {
    return this.#taken + size <= this.#most &&
      this.words.length - this.#freePages.length < MOST_PAGES;
  }

  /** A block of so many words, with anything in them. */
  take(size: number): number {
    let page = this.#last;
    if (size > SHARED_WORDS) page = this.#open(size);
    else if (this.#used[page]! + size > PAGE_WORDS) {
      this.#last = this.#open(PAGE_WORDS);
      this.#look(page);
      page = this.#last;
    }
    const at = this.#used[page]!;
    if (at + size > this.words[page]!.length) this.#grow(page, at + size);
    this.#used[page] = at + size;
    this.#live[page]! += size;
    this.#taken += size;
    return page * PAGE_WORDS + at;
  }

  /** Gives back a block of so many words, or the first words of one. */
  give(block: number, size: number): void {
    const page = block >>> PAGE_SHIFT;
    this.words[page]![block & IN_PAGE] = -1 - size;
    this.#live[page]! -= size;
    this.#look(page);
  }

  /** A block that has to move, so that its page can go; -1 when none has. */
  next(): number {
    while (this.owed > 0) {
      if (this.#emptied < 0 && !this.#begin()) {
        this.owed = 0;
        break;
      }
      const words = this.words[this.#emptied]!;
      const used = this.#used[this.#emptied]!;
      while (this.#at < used && this.owed > 0) {
        const word = words[this.#at]!;
        if (word >= -1) return this.#emptied * PAGE_WORDS + this.#at;
        this.#at -= word + 1;
        this.owed += word + 1;
      }
      if (this.#at >= used) this.#emptied = -1;
    }
    return -1;
  }

  /** Begins with another page that is to be emptied. */
  #begin(): boolean {
    for (let page = this.#sparse.pop(); page; page = this.#sparse.pop()) {
      if (!this.#isSparse[page]) continue;
      this.#isSparse[page] = false;
      this.#emptied = page;
      this.#at = 0;
      return true;
    }
    return false;
  }

  /** Sees what has become of a page of which something died. */
  #look(page: number): void {
    const live = this.#live[page]!;
    if (live === 0 && page !== this.#last) this.#close(page);
    else if (live === 0) {
      this.#taken -= this.#used[page]!;
      this.#used[page] = 0;
    } else if (
      page !== this.#last && page !== this.#emptied &&
      live * 2 < this.#used[page]! && !this.#isSparse[page]
    ) {
      this.#isSparse[page] = true;
      this.#sparse.push(page);
    }
  }

  #open(size: number): number {
    const page = this.#freePages.pop() ?? this.words.length;
    this.words[page] = new Int32Array(size);
    this.octets[page] = new Uint8Array(this.words[page].buffer);
    this.#used[page] = this.#live[page] = 0;
    this.#isSparse[page] = false;
    return page;
  }

  #close(page: number): void {
    this.#taken -= this.#used[page]!;
    this.words[page] = NO_WORDS;
    this.octets[page] = NO_OCTETS;
    this.#isSparse[page] = false;
    if (this.#emptied === page) this.#emptied = -1;
    this.#freePages.push(page);
  }

  #grow(page: number, end: number): void {
    const old = this.words[page]!;
    const size = Math.min(Math.max(old.length * 2, end), PAGE_WORDS);
    const grown = new Int32Array(size);
    grown.set(old);
    this.words[page] = grown;
    this.octets[page] = new Uint8Array(grown.buffer);
  }
}
