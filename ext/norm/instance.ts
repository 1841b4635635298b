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
 * An instance. It is there to the end, its thread as long as somebody uses it.
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
  /** What users are to be told of, once nothing is under way. */
  readonly #news: (() => void)[] = [];
  // Events are being taken, or the thread stands still.
  #isBusy = false;
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
   * Ends it for good, when nobody uses it any more: otherwise its thread alone,
   * for whoever closes something yet asks the library.
   */
  destroy(): void {
    this.stop();
    if (this.#users > 0) return;
    this.library.calls.NormDestroyInstance(this.handle);
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
    const { ffi, calls } = this.library;
    this.#watch ??= ffi.watch(
      calls.NormGetDescriptor(this.handle),
      { readable: true },
      () => this.take(),
    );
    this.#listeners.set(session, { handler, settled });
    this.#held.add(session);
    this.#watch.hold(true);
  }

  /**
   * Takes the events that are there; the descriptor tells of the rest.
   *
   * @param most so many at once.
   */
  take(most: number = MOST_AT_ONCE): void {
    this.#busy(() => {
      for (let i = 0; i < most && this.#takeOne(); i++);
      for (const { settled } of this.#listeners.values()) settled();
    });
  }

  /**
   * Does something while the thread stands still.
   *
   * @param work is given a function that takes all events that are there.
   */
  still(work: (drain: () => void) => void): void {
    const { NormSuspendInstance, NormResumeInstance } = this.library.calls;
    this.#busy(() => {
      NormSuspendInstance(this.handle);
      try {
        work(() => {
          while (this.#takeOne());
        });
      } finally {
        NormResumeInstance(this.handle);
      }
    });
  }

  /**
   * Tells users something at a time at which they may do anything: not from
   * inside of an event, nor while the thread stands still.
   */
  tell(news: () => void): void {
    this.#news.push(news);
    if (!this.#isBusy) this.#tellAll();
  }

  #busy(work: () => void): void {
    const isOutermost = !this.#isBusy;
    this.#isBusy = true;
    try {
      work();
    } finally {
      if (isOutermost) this.#isBusy = false;
    }
    if (isOutermost) this.#tellAll();
  }

  #tellAll(): void {
    // What users do then may add more, and tell of it.
    for (;;) {
      const news = this.#news.shift();
      if (news === undefined) return;
      news();
    }
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

  /**
   * Takes no events of a session any more. Resolves when nothing waits for
   * them either.
   */
  remove(session: bigint): Promise<void> {
    this.#listeners.delete(session);
    this.#held.delete(session);
    const watch = this.#watch;
    if (this.#listeners.size > 0) watch?.hold(this.#held.size > 0);
    else this.#watch = undefined;
    return this.#watch === watch ? Promise.resolve() : watch!.close();
  }
}
