/**
 * Memory that stays where it is: for native code that keeps a pointer, or
 * wants it aligned.
 *
 * @module
 */

import type { Koffi } from "./koffi.ts";

/** Allocated memory; it is not freed by itself. */
export class Memory implements Disposable {
  /** Where it is: a multiple of 16. Also what functions are given. */
  readonly address: bigint;
  /** Its octets, at first zero. Not to be used after `free()`. */
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly #koffi: Koffi;
  #pointer: unknown;

  /** Allocates. */
  constructor(koffi: Koffi, length: number) {
    this.#koffi = koffi;
    this.#pointer = koffi.alloc("uint8_t", length);
    this.address = koffi.address(this.#pointer);
    this.octets = new Uint8Array(koffi.view(this.#pointer, length));
  }

  /** Gives it back to the system; harmless when that was done. */
  free(): void {
    if (this.#pointer === undefined) return;
    this.#koffi.free(this.#pointer);
    this.#pointer = undefined;
  }

  /** The same, at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.free();
  }
}
