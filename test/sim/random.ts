// Everything that is left to chance in a simulation, from one seed.

/** Numbers that look random and are the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
    // Neighbouring seeds are to have nothing in common.
    for (let i = 0; i < 4; i++) this.#state = this.#word();
  }

  /** A number from 0 to less than 1. */
  next(): number {
    return this.#word() / 0x1_0000_0000;
  }

  /** An integer from 0 to less than the limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** An integer of the range, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True so often. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of them. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Fills octets. */
  fill<T extends ArrayBufferView>(view: T): T {
    const octets = new Uint8Array(
      view.buffer,
      view.byteOffset,
      view.byteLength,
    );
    for (let i = 0; i < octets.length; i++) octets[i] = this.#word();
    return view;
  }

  /** Another source, which what this one gives does not depend on. */
  fork(): Random {
    return new Random(this.#word());
  }

  /** Mulberry32. */
  #word(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 15), word | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  }
}
