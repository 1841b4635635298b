/**
 * Octets on their way out that are made anew, collected in few pieces: what is
 * written into memory of its own, and what goes by reference between.
 *
 * @module
 */

/** The octets that are collected in one buffer, at most, unless one needs more. */
const BUFFER = 65536;
const NO_BUFFER = new Uint8Array(0);

/** Collects octets; used for one batch after the other. */
export class Collector {
  /** Where to write, from `end` on, once `reserve` was called. */
  buffer: Uint8Array = NO_BUFFER;
  /** Where what was written ends; whoever writes moves it. */
  end = 0;
  #parts: Uint8Array[] = [];
  #from = 0;
  #expected = 0;

  /** @param expected about how many octets are going to be written. */
  begin(expected: number): void {
    this.#expected = expected;
  }

  /** So many octets go by reference after all. */
  spare(octets: number): void {
    this.#expected = Math.max(0, this.#expected - octets);
  }

  /** Makes sure that so many octets can be written. */
  reserve(size: number): void {
    if (this.buffer.length - this.end >= size) return;
    this.#part();
    const room = Math.min(this.#expected, BUFFER);
    this.buffer = new Uint8Array(Math.max(size, room));
    this.#from = this.end = 0;
  }

  /** Adds octets as they are, after what was written. */
  add(octets: Uint8Array): void {
    this.#part();
    this.#parts.push(octets);
  }

  /** All that was collected. Nothing of it is written to again. */
  finish(): readonly Uint8Array[] {
    this.#part();
    const parts = this.#parts;
    this.#parts = [];
    this.buffer = NO_BUFFER;
    this.#from = this.end = 0;
    return parts;
  }

  #part(): void {
    if (this.end === this.#from) return;
    this.#parts.push(this.buffer.subarray(this.#from, this.end));
    this.#from = this.end;
  }
}

/** How many octets the parts have together. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
