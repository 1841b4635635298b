/**
 * Sockets that are to be closed while their peers have no room: shutdown(2)
 * and close(2) of TIPC would wait for it, up to 8 s. And without shutdown(2)
 * the end is an error to the peer.
 *
 * @module
 */

import type { Clock, Timer } from "../../mod.ts";
import { type Ffi, LIBC, struct, type Watch } from "../ffi/mod.ts";

const pollfd = struct({ fd: "i32", events: "i16", revents: "i16" });
const SHUT_RDWR = 2;
/** Room to write. */
export const POLLOUT = 4;
/** The connection is no more. */
export const POLLHUP = 16;

/** Milliseconds that the peer has to make room: as many as Linux gives it. */
const PATIENCE = 8000;
/** How many threads may wait in shutdown(2) at once. */
const MOST_THREADS = 2;

interface Straggler {
  readonly fd: number;
  watch: Watch | undefined;
  timer: Timer | undefined;
}

/** Closes sockets as soon as that waits for nobody. Never holds the process. */
export class Stragglers {
  readonly #ffi: Ffi;
  readonly #clock: Clock;
  readonly #calls: ReturnType<typeof declare>;
  /** Those whose peers have had their time, in the order of their turns. */
  readonly #overdue: Set<Straggler> = new Set();
  #threads = 0;

  /** Takes native code, and the clock of the runtime. */
  constructor(ffi: Ffi, clock: Clock) {
    this.#ffi = ffi;
    this.#clock = clock;
    this.#calls = declare(ffi);
  }

  /** What poll(2) finds now: 0 is nothing, or that it cannot say. */
  poll(fd: number, events: number): number {
    const octets = pollfd.make({ fd, events });
    const count = this.#calls.poll(octets, 1, 0);
    return count > 0 ? pollfd.read(octets).revents : 0;
  }

  /** Takes a socket that has no watch any more. */
  add(fd: number): void {
    this.#wait({ fd, watch: undefined, timer: undefined });
  }

  #wait(straggler: Straggler): void {
    const { fd } = straggler;
    straggler.timer = this.#clock.setTimer(() => {
      this.#overdue.add(straggler);
      this.#next();
    }, PATIENCE);
    straggler.timer.hold(false);
    try {
      straggler.watch ??= this.#ffi.watch(fd, {}, (_, error) => {
        // What cannot be waited for has its time nevertheless.
        if (error === undefined && this.poll(fd, POLLOUT) !== 0) {
          this.#close(straggler);
        }
      });
      straggler.watch.hold(false);
      straggler.watch.want({ writable: true });
    } catch {
      // There is no descriptor left to wait with: likewise.
    }
  }

  #next(): void {
    for (const straggler of this.#overdue) {
      if (this.#threads === MOST_THREADS) return;
      this.#overdue.delete(straggler);
      this.#threads++;
      void this.#shutDown(straggler);
    }
  }

  /** Waits on a thread, after which the system gives the peer up. */
  async #shutDown(straggler: Straggler): Promise<void> {
    // The thread must not find the number of another socket.
    straggler.watch?.want({});
    try {
      await this.#calls.shutdown.async(straggler.fd, SHUT_RDWR);
      this.#close(straggler);
    } catch {
      // There was no thread, and here it must not wait.
      this.#wait(straggler);
    }
    this.#threads--;
    this.#next();
  }

  #close(straggler: Straggler): void {
    const { fd, watch, timer } = straggler;
    this.#overdue.delete(straggler);
    timer?.cancel();
    const closed = watch?.close() ?? Promise.resolve();
    this.#ffi.descriptor(fd).close(closed);
  }
}

function declare(ffi: Ffi) {
  const libc = ffi.library(LIBC);
  return {
    poll: libc.function("poll", "i32", ["pointer", "ulong", "i32"]),
    shutdown: libc.function("shutdown", "i32", ["i32", "i32"]),
  };
}
