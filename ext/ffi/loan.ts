/**
 * Memory that a call off the main thread has of its own instead of views: what
 * ends in the middle of it, such as a worker that is terminated, would take
 * theirs away while the thread works in it.
 *
 * @module
 */

import type { Koffi } from "./koffi.ts";
import { Memory } from "./memory.ts";

/** What one call is given. */
export class Loan {
  /** The values as threads take them: addresses instead of views. */
  readonly values: readonly unknown[];
  readonly #memory = new Map<ArrayBufferView, Memory>();

  /** Copies what the views have. */
  constructor(koffi: Koffi, values: readonly unknown[]) {
    this.values = values.map((value) =>
      ArrayBuffer.isView(value) ? this.#lend(koffi, value).address : value
    );
  }

  /** The call has returned: the views have what it wrote. */
  settle(): void {
    for (const [view, { octets }] of this.#memory) {
      const own = octetsOf(view);
      own.set(octets.subarray(0, own.length));
    }
  }

  /** No thread works in the memory any more. */
  end(): void {
    for (const memory of this.#memory.values()) memory.free();
  }

  #lend(koffi: Koffi, view: ArrayBufferView): Memory {
    // One view given twice is one piece of memory.
    let memory = this.#memory.get(view);
    if (memory === undefined) {
      memory = new Memory(koffi, Math.max(1, view.byteLength));
      memory.octets.set(octetsOf(view));
      this.#memory.set(view, memory);
    }
    return memory;
  }
}

function octetsOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
