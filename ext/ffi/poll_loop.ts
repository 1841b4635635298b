/**
 * Waiting for descriptors with `poll(2)` on another thread, for runtimes whose
 * event loop cannot wait for any: all of them in one call.
 *
 * @module
 */

import type {
  NativeHost,
  Readiness,
  Watch,
  WatchCallback,
} from "../../src/transport/native.ts";
import type { Koffi } from "./koffi.ts";
import type { Library } from "./library.ts";
import { SystemError } from "./errors.ts";
import { Memory } from "./memory.ts";
import type { System } from "./system.ts";
import { struct } from "./struct.ts";
import { isWanted, type Watcher } from "./watch.ts";

const pollfd = struct({ fd: "i32", events: "i16", revents: "i16" });
const POLLIN = 1;
const POLLOUT = 4;
/** `POLLERR`, `POLLHUP` and `POLLNVAL`: who reads or writes finds out. */
const TROUBLE = 8 | 16 | 32;
/** `poll` waits until something happens. */
const FOREVER = -1;
/**
 * How long, in ms, it waits in a worker. What terminates one may have to wait
 * for the thread, and nobody is left there who could wake it.
 */
const IN_WORKER = 400;

/** Resolves with what `poll` returned. */
type Poll = (
  fds: bigint,
  count: number,
  timeout: number,
) => Promise<number>;

/** One thread that waits for all descriptors. */
export class PollLoop implements Watcher {
  readonly #system: System;
  readonly #koffi: Koffi;
  readonly #now: (fds: bigint, count: number, timeout: number) => number;
  readonly #held: Poll;
  readonly #unheld: Poll;
  readonly #watches = new Set<PollWatch>();
  readonly #timeout: number;
  /** What the thread reads and writes: it may outlive all of JavaScript. */
  #memory: Memory | undefined;
  /** The thread waits for it as well: what is written to it wakes the thread. */
  #pipe: readonly [reads: number, writes: number] | undefined;
  #polling = false;
  #woken = false;
  #waiting: Promise<void> = Promise.resolve();

  /**
   * Takes the system's calls.
   *
   * @param library the C library on threads of the loop's own: what waits for
   * all descriptors cannot itself wait for its turn.
   */
  constructor(
    koffi: Koffi,
    system: System,
    library: Library,
    host: Pick<
      NativeHost,
      "joinsThreads" | "inWorker" | "cancelsCalls" | "onExit"
    >,
  ) {
    this.#timeout = host.inWorker ? IN_WORKER : FOREVER;
    this.#koffi = koffi;
    this.#system = system;
    if (host.joinsThreads) host.onExit(() => this.#wake());
    const poll = library.function("poll", "i32", ["pointer", "ulong", "i32"]);
    this.#now = poll;
    const threaded = (keepsProcess: boolean): Poll => async (...values) =>
      (await poll.when({ keepsProcess }, ...values)).value;
    this.#unheld = threaded(false);
    // Not where a worker's end would have koffi call what it has not prepared.
    this.#held = host.inWorker && host.cancelsCalls
      ? threaded(true)
      : pooled(koffi, library);
  }

  /** Waits for a descriptor. */
  watch(fd: number, events: Readiness, callback: WatchCallback): Watch {
    // Here, where the caller is told when there is no descriptor left.
    this.#pipe ??= this.#system.pipe();
    const watch = new PollWatch(this, fd, events, callback);
    this.#watches.add(watch);
    this.changed();
    return watch;
  }

  /** A watch wants something else. */
  changed(): void {
    if (!this.#polling) {
      this.#polling = true;
      // Once for all that is wanted in this turn.
      queueMicrotask(() => this.#run());
    } else this.#wake();
  }

  #wake(): void {
    if (this.#pipe === undefined || this.#woken) return;
    this.#woken = true;
    this.#system.write(this.#pipe[1], new Uint8Array(1));
  }

  /** A watch has ended; resolves when the thread waits for it no more. */
  remove(watch: PollWatch): Promise<void> {
    this.#watches.delete(watch);
    this.changed();
    return this.#waiting;
  }

  async #run(): Promise<void> {
    for (;;) {
      const watches = [...this.#watches].filter(({ events }) =>
        isWanted(events)
      );
      if (watches.length === 0) break;
      try {
        const found = await this.#wait(watches);
        watches.forEach((watch, index) => watch.polled(found[index]!));
      } catch (cause) {
        for (const watch of watches) watch.failed(cause);
      }
    }
    this.#polling = false;
    if (this.#watches.size === 0) this.#end();
  }

  /** What is ready, once something is. */
  async #wait(watches: readonly PollWatch[]): Promise<number[]> {
    const pipe = this.#pipe ??= this.#system.pipe();
    const { size } = pollfd;
    const { address, octets } = this.#room(size * (watches.length + 1));
    pollfd.write(octets, { fd: pipe[0], events: POLLIN });
    watches.forEach(({ fd, events: { readable, writable } }, index) => {
      const events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0);
      pollfd.write(octets, { fd, events }, size * (index + 1));
    });
    const poll = watches.some(({ held }) => held) ? this.#held : this.#unheld;
    const count = watches.length + 1;
    const waiting = poll(address, count, this.#timeout);
    const over = (): void => {};
    this.#waiting = waiting.then(over, over);
    // A signal may have come between. On this thread a failure has a name.
    if (await waiting < 0 && this.#now(address, count, 0) < 0) {
      const errno = this.#koffi.errno();
      throw new SystemError("poll", this.#system.errorName(errno), errno);
    }
    if (pollfd.read(octets).revents !== 0) {
      this.#woken = false;
      this.#system.read(pipe[0], new Uint8Array(64));
    }
    return watches.map((_, index) =>
      pollfd.read(octets, size * (index + 1)).revents
    );
  }

  /** Memory for so many octets, which no thread works in at the moment. */
  #room(length: number): Memory {
    if (this.#memory === undefined || this.#memory.octets.length < length) {
      this.#memory?.free();
      this.#memory = new Memory(this.#koffi, 2 * length);
    }
    return this.#memory;
  }

  #end(): void {
    this.#memory?.free();
    this.#memory = undefined;
    this.#pipe?.forEach((fd) => this.#system.close(fd));
    this.#pipe = undefined;
    this.#woken = false;
  }
}

/** On the runtime's pool, which is quick, and keeps the process running. */
function pooled(koffi: Koffi, { file }: Library): Poll {
  const poll = koffi.load(file)
    .func("poll", "int", ["void *", "unsigned long", "int"]);
  return (...values) =>
    new Promise((resolve, reject) => {
      poll.async(...values, (error: unknown, result: number) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
}

class PollWatch implements Watch {
  readonly fd: number;
  readonly #loop: PollLoop;
  readonly #callback: WatchCallback;
  events: Readiness;
  held = true;
  #closed = false;

  constructor(
    loop: PollLoop,
    fd: number,
    events: Readiness,
    callback: WatchCallback,
  ) {
    this.#loop = loop;
    this.fd = fd;
    this.events = events;
    this.#callback = callback;
  }

  want(events: Readiness): void {
    if (this.#closed) return;
    this.events = events;
    this.#loop.changed();
  }

  hold(keepsProcess: boolean): void {
    if (this.#closed || this.held === keepsProcess) return;
    this.held = keepsProcess;
    this.#loop.changed();
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    return this.#loop.remove(this);
  }

  /** The thread has found something, or nothing. */
  polled(found: number): void {
    if (this.#closed || found === 0) return;
    const { readable = false, writable = false } = this.events;
    const events = {
      readable: readable && (found & (POLLIN | TROUBLE)) !== 0,
      writable: writable && (found & (POLLOUT | TROUBLE)) !== 0,
    };
    if (isWanted(events)) this.#tell(events);
  }

  /** The descriptor cannot be waited for. */
  failed(cause: unknown): void {
    if (this.#closed) return;
    // It would fail again at once.
    this.events = {};
    this.#tell({}, cause);
  }

  #tell(events: Readiness, failure?: unknown): void {
    try {
      this.#callback(events, failure);
    } catch (error) {
      // As loud as a callback of the event loop.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
