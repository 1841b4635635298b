/**
 * Waiting for descriptors, by the event loop where it can wait for any.
 *
 * @module
 */

import type { Koffi, KoffiEvents, KoffiPoll } from "./koffi.ts";

/** What a descriptor is ready for, or is to be. */
export interface Readiness {
  /** Something to read: octets, an event, the peer's end, or an error. */
  readonly readable?: boolean;
  /** Room to write, or an error. */
  readonly writable?: boolean;
}

/**
 * A descriptor that is waited for. The callback is called as long as it is
 * ready, once a turn, and sometimes when it is not: the descriptor must not
 * block.
 */
export interface Watch {
  /** Changes what to wait for; nothing pauses. */
  want(events: Readiness): void;
  /** Says whether waiting keeps the process running. Default: yes. */
  hold(keepsProcess: boolean): void;
  /** Ends it; comes before the descriptor is closed. */
  close(): void;
}

/** Told what a descriptor is ready for. */
export type WatchCallback = (events: Readiness) => void;

/** Makes watches. */
export interface Watcher {
  /** Waits for a descriptor that has no other watch. */
  watch(fd: number, events: Readiness, callback: WatchCallback): Watch;
}

/** True when there is something to wait for. */
export function isWanted({ readable, writable }: Readiness): boolean {
  return readable === true || writable === true;
}

/** The event loop of Node, and of Deno. */
export class LoopWatcher implements Watcher {
  readonly #koffi: Koffi;

  /** Takes the package that knows the event loop. */
  constructor(koffi: Koffi) {
    this.#koffi = koffi;
  }

  /** Waits for a descriptor. */
  watch(fd: number, events: Readiness, callback: WatchCallback): Watch {
    return new LoopWatch(this.#koffi, fd, events, callback);
  }
}

class LoopWatch implements Watch {
  readonly #handle: KoffiPoll;
  readonly #callback: WatchCallback;
  #events: Readiness;
  #closed = false;

  constructor(
    koffi: Koffi,
    fd: number,
    events: Readiness,
    callback: WatchCallback,
  ) {
    this.#events = events;
    this.#callback = callback;
    // It has to want something to begin with.
    this.#handle = koffi.node.poll(
      fd,
      isWanted(events) ? exact(events) : { readable: true },
      this.#polled,
    );
    if (!isWanted(events)) this.#handle.stop();
  }

  want(events: Readiness): void {
    if (this.#closed) return;
    this.#events = events;
    this.#arm();
  }

  hold(keepsProcess: boolean): void {
    if (this.#closed) return;
    if (keepsProcess) this.#handle.ref();
    else this.#handle.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handle.close();
  }

  readonly #polled = (status: number, found: KoffiEvents): void => {
    if (this.#closed) return;
    const { readable = false, writable = false } = this.#events;
    try {
      // An error is found by whoever reads or writes next.
      if (status < 0) this.#callback({ readable, writable });
      else this.#callback(exact(found));
    } finally {
      // Deno's handle is told of one event only.
      if (!this.#closed) this.#arm();
    }
  };

  #arm(): void {
    this.#handle.stop();
    if (!isWanted(this.#events)) return;
    this.#handle.start(exact(this.#events), this.#polled);
  }
}

function exact({ readable = false, writable = false }: Readiness): {
  readonly readable: boolean;
  readonly writable: boolean;
} {
  return { readable, writable };
}
