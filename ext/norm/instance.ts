/**
 * The one instance of libnorm that a process has, with its thread: the
 * sessions in it, and what the thread tells of them, taken on the main thread
 * when its descriptor says that there is something.
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

/** Who is told of a session. */
interface Listener {
  readonly handler: NormEventHandler;
  readonly settled: () => void;
}

/**
 * An instance. It is there to the end, its thread as long as somebody uses it:
 * a process that ends while the thread runs may not end well.
 */
export class NormInstance {
  /** The library. */
  readonly library: LibNorm;
  /** The library's name of it. */
  readonly handle: bigint;
  readonly #listeners = new Map<bigint, Listener>();
  /** The sessions that keep the process running. */
  readonly #held = new Set<bigint>();
  readonly #event = new BigUint64Array(normEvent.size / 8);
  readonly #type = new Uint32Array(this.#event.buffer);
  #watch: Watch | undefined;
  #users = 0;
  #isRunning = true;

  /**
   * Starts its thread.
   *
   * @throws {ZmqError} when it cannot.
   */
  constructor(library: LibNorm) {
    this.library = library;
    const handle = library.calls.NormCreateInstance(false);
    if (handle === null) {
      throw library.failure("NormCreateInstance", "Cannot start libnorm");
    }
    this.handle = handle;
  }

  /**
   * Has the thread run, until as many calls of `release`.
   *
   * @throws {ZmqError} when it cannot.
   */
  acquire(): void {
    const { calls } = this.library;
    if (!this.#isRunning && !calls.NormRestartInstance(this.handle)) {
      throw this.library.failure("NormRestartInstance", "Cannot start libnorm");
    }
    this.#isRunning = true;
    this.#users++;
  }

  /** Lets the thread end, if nobody else needs it. */
  release(): void {
    if (--this.#users === 0) this.stop();
  }

  /** Ends the thread: nothing happens any more. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    // It is told of the end, and nobody is there to hear it.
    void this.#watch?.close();
    this.#watch = undefined;
    this.library.calls.NormStopInstance(this.handle);
  }

  /**
   * Begins to take a session's events.
   *
   * @param settled called after some were taken, from inside of none.
   */
  add(
    session: bigint,
    handler: NormEventHandler,
    settled: () => void = () => {},
  ): void {
    this.#listeners.set(session, { handler, settled });
    this.#held.add(session);
    const { ffi, calls } = this.library;
    this.#watch ??= ffi.watch(
      calls.NormGetDescriptor(this.handle),
      { readable: true },
      () => this.take(),
    );
    this.#watch.hold(true);
  }

  /** Takes the events that are there; the descriptor tells of the rest. */
  take(): void {
    for (let i = 0; i < MOST_AT_ONCE; i++) {
      if (!this.#takeOne()) break;
    }
    for (const { settled } of this.#listeners.values()) settled();
  }

  /** Takes all of them, while the thread stands still. */
  drain(): void {
    while (this.#takeOne());
  }

  /** False: there was none, and what the last one named may be gone. */
  #takeOne(): boolean {
    const event = this.#event;
    const { NormGetNextEvent } = this.library.calls;
    if (!NormGetNextEvent(this.handle, event, false)) return false;
    const { session, sender, object } = normEvent.offsets;
    const listener = this.#listeners.get(event[session / 8]!);
    listener?.handler(this.#type[0]!, event[sender / 8]!, event[object / 8]!);
    return true;
  }

  /** Says whether a session keeps the process running. */
  hold(session: bigint, keepsProcess: boolean): void {
    if (!this.#listeners.has(session)) return;
    if (keepsProcess) this.#held.add(session);
    else this.#held.delete(session);
    this.#watch?.hold(this.#held.size > 0);
  }

  /** Takes no events of a session any more. */
  remove(session: bigint): void {
    this.#listeners.delete(session);
    this.#held.delete(session);
    if (this.#listeners.size > 0) {
      this.#watch?.hold(this.#held.size > 0);
      return;
    }
    void this.#watch?.close();
    this.#watch = undefined;
  }
}
