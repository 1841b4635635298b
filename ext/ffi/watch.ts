/**
 * Waiting for descriptors, by the event loop where it can wait for any.
 *
 * @module
 */

import type {
  NativeHost,
  Readiness,
  Watch,
  WatchCallback,
} from "../../src/transport/native.ts";
import type { Koffi, KoffiEvents, KoffiPoll } from "./koffi.ts";

/** Makes watches. */
export interface Watcher {
  /** Waits for a descriptor that has no other watch. */
  watch(fd: number, events: Readiness, callback: WatchCallback): Watch;
}

/** True when there is something to wait for. */
export function isWanted({ readable, writable }: Readiness): boolean {
  return readable === true || writable === true;
}

/** The event loop of Node. */
export class LoopWatcher implements Watcher {
  readonly #koffi: Koffi;
  readonly #watches = new Set<LoopWatch>();

  /** Takes the package that knows the event loop. */
  constructor(koffi: Koffi, host: NativeHost) {
    this.#koffi = koffi;
    // The loop runs once more after the last JavaScript: what it found then
    // would be told to nobody.
    host.onExit(() => this.#watches.forEach((watch) => void watch.close()));
  }

  /** Waits for a descriptor. */
  watch(fd: number, events: Readiness, callback: WatchCallback): Watch {
    const watch = new LoopWatch(this.#koffi, fd, events, callback, () => {
      this.#watches.delete(watch);
    });
    this.#watches.add(watch);
    return watch;
  }
}

class LoopWatch implements Watch {
  readonly #handle: KoffiPoll;
  readonly #callback: WatchCallback;
  readonly #ended: () => void;
  #events: Readiness;
  #closed = false;

  constructor(
    koffi: Koffi,
    fd: number,
    events: Readiness,
    callback: WatchCallback,
    ended: () => void,
  ) {
    this.#ended = ended;
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

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#handle.close();
      this.#ended();
    }
    return Promise.resolve();
  }

  readonly #polled = (status: number, found: KoffiEvents): void => {
    if (this.#closed) return;
    const { readable = false, writable = false } = this.#events;
    if (status >= 0) return this.#callback(exact(found));
    try {
      // The error is found by whoever reads or writes next.
      this.#callback({ readable, writable });
    } finally {
      // libuv has stopped waiting, but an error of a socket may be over.
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
