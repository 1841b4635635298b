/**
 * A first-in first-out queue that grows by doubling and costs no allocation
 * per element.
 *
 * @module
 */

const FIRST_CAPACITY = 4;

/** A queue of values, oldest first. */
export class Ring<T> {
  #slots: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  /** How many values are queued. */
  get length(): number {
    return this.#length;
  }

  /** Appends a value. */
  push(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    const slots = this.#slots;
    slots[(this.#head + this.#length) & (slots.length - 1)] = value;
    this.#length++;
  }

  /** Takes the oldest value away, `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const head = this.#head;
    const slots = this.#slots;
    const value = slots[head];
    slots[head] = undefined;
    this.#head = (head + 1) & (slots.length - 1);
    this.#length--;
    return value;
  }

  /** The oldest value, left in place. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#slots[this.#head];
  }

  /** All values, oldest first, left in place. */
  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.#length; i++) {
      yield this.#slots[(this.#head + i) & (this.#slots.length - 1)] as T;
    }
  }

  /** The values that came last, so many at most, oldest first. */
  newest(count: number): T[] {
    const values: T[] = [];
    const length = this.#length;
    for (let i = Math.max(0, length - count); i < length; i++) {
      values.push(this.#slots[(this.#head + i) & (this.#slots.length - 1)]!);
    }
    return values;
  }

  /** Takes away the first value that equals the given one. */
  remove(value: T): boolean {
    const mask = this.#slots.length - 1;
    for (let i = 0; i < this.#length; i++) {
      if (this.#slots[(this.#head + i) & mask] !== value) continue;
      for (let j = i; j > 0; j--) {
        this.#slots[(this.#head + j) & mask] =
          this.#slots[(this.#head + j - 1) & mask];
      }
      this.shift();
      return true;
    }
    return false;
  }

  /** Drops everything, and the memory held for it. */
  clear(): void {
    this.#slots = [];
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    // The capacity stays a power of two: positions wrap by a mask.
    const old = this.#slots;
    const grown: (T | undefined)[] = new Array(
      old.length === 0 ? FIRST_CAPACITY : old.length * 2,
    ).fill(undefined);
    for (let i = 0; i < this.#length; i++) {
      grown[i] = old[(this.#head + i) & (old.length - 1)];
    }
    this.#slots = grown;
    this.#head = 0;
  }
}
