/**
 * What libnorm's own thread tells: its events, taken on the main thread when
 * its descriptor says that there are some.
 *
 * @module
 */

import { struct, type Watch } from "../ffi/mod.ts";
import type { LibNorm } from "./library.ts";

/** Events that are taken before others have their turn. */
const MOST_AT_ONCE = 256;

const normEvent = struct({
  type: "u32",
  session: "pointer",
  sender: "pointer",
  object: "pointer",
});

/**
 * Takes an event. What it names stays there until the next one is taken.
 *
 * @param type of `Event`.
 */
export type NormEventHandler = (
  type: number,
  sender: bigint,
  object: bigint,
) => void;

/** The events of one instance. */
export class NormEvents {
  readonly #library: LibNorm;
  readonly #instance: bigint;
  readonly #handler: NormEventHandler;
  readonly #settled: () => void;
  readonly #event = new BigUint64Array(normEvent.size / 8);
  readonly #type = new Uint32Array(this.#event.buffer);
  readonly #watch: Watch;
  #closed = false;

  /**
   * Begins to take them.
   *
   * @param settled called after some were taken, from inside of none.
   */
  constructor(
    library: LibNorm,
    instance: bigint,
    handler: NormEventHandler,
    settled: () => void = () => {},
  ) {
    this.#library = library;
    this.#instance = instance;
    this.#handler = handler;
    this.#settled = settled;
    const { ffi, calls } = library;
    this.#watch = ffi.watch(
      calls.NormGetDescriptor(instance),
      { readable: true },
      () => this.take(),
    );
  }

  /** Takes those that are there; the descriptor tells of the rest. */
  take(): void {
    for (let i = 0; i < MOST_AT_ONCE && !this.#closed; i++) {
      if (!this.#takeOne()) break;
    }
    if (!this.#closed) this.#settled();
  }

  /** Takes all of them, while the library's thread stands still. */
  drain(): void {
    while (this.#takeOne());
  }

  /** False: there was none, and what the last one named may be gone. */
  #takeOne(): boolean {
    const event = this.#event;
    const { NormGetNextEvent } = this.#library.calls;
    if (!NormGetNextEvent(this.#instance, event, false)) return false;
    const { sender, object } = normEvent.offsets;
    this.#handler(this.#type[0]!, event[sender / 8]!, event[object / 8]!);
    return true;
  }

  /** Says whether waiting for them keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#watch.hold(keepsProcess);
  }

  /** Takes none any more; resolves when the descriptor may be closed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#watch.close();
  }
}
