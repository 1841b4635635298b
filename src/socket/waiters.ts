/**
 * Calls that wait: served first come, first served, each with an optional
 * deadline and abort signal.
 *
 * @module
 */

import type { Clock, Timer } from "../base/clock.ts";
import { checkOptions, quote, ZmqError } from "../base/errors.ts";
import { Ring } from "../base/ring.ts";
import { onAbort } from "./signals.ts";

/** How long a call may wait. */
export interface WaitOptions {
  /** Gives the call up when it is aborted; nothing is lost or half-done. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait, 0 not at all, -1 for ever. Default: the socket's. */
  readonly timeout?: number | undefined;
}

/** One call that waits. */
class Waiter<T, R> {
  readonly task: T;
  readonly resolve: (value: R) => void;
  readonly reject: (error: unknown) => void;
  timer: Timer | undefined;
  // Stops listening to the signal.
  unlisten: (() => void) | undefined;
  // Why it was given up while it was being served.
  failure: { readonly error: unknown } | undefined;

  constructor(
    task: T,
    resolve: (value: R) => void,
    reject: (error: unknown) => void,
  ) {
    this.task = task;
    this.resolve = resolve;
    this.reject = reject;
  }

  release(): void {
    this.timer?.cancel();
    this.unlisten?.();
  }
}

/**
 * Checks a timeout that was passed to a call.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function checkTimeout(timeout: number): number {
  if (!Number.isInteger(timeout) || timeout < -1) {
    throw new ZmqError(
      "EINVAL",
      `Cannot wait with timeout ${quote(timeout)}: expected an integer of ` +
        "milliseconds, -1 or more",
    );
  }
  return timeout;
}

/**
 * Checks the options that were passed to a call, before it does anything.
 *
 * @throws {ZmqError} `EINVAL` when they are no object, or the reason of their
 * signal when it is aborted.
 */
export function checkCall(options: WaitOptions, action: string): void {
  checkOptions(options, action);
  if (options.signal?.aborted) throw options.signal.reason;
}

/** Checks a signal that was passed to a call; it may be of another realm. */
function checkSignal(signal: AbortSignal): void {
  if (typeof signal?.addEventListener === "function") return;
  throw new ZmqError(
    "EINVAL",
    `Cannot wait with signal ${quote(signal)}: expected an AbortSignal`,
  );
}

/** The calls that wait for one thing. */
export class Waiters<T, R> {
  readonly #queue = new Ring<Waiter<T, R>>();
  #served: Waiter<T, R> | undefined;
  readonly #clock: Clock;
  readonly #what: string;

  /** Makes a queue; `what` is waited for, in error messages. */
  constructor(clock: Clock, what: string) {
    this.#clock = clock;
    this.#what = what;
  }

  /** How many calls wait. */
  get length(): number {
    return this.#queue.length;
  }

  /** Lets a call wait. */
  wait(task: T, timeout: number, signal?: AbortSignal): Promise<R> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (timeout === 0) return Promise.reject(this.#late(0));
    if (signal !== undefined) checkSignal(signal);
    return new Promise<R>((resolve, reject) => {
      const waiter = new Waiter<T, R>(task, resolve, reject);
      if (timeout > 0) {
        waiter.timer = this.#clock.setTimer(
          () => this.#giveUp(waiter, this.#late(timeout)),
          timeout,
        );
      }
      if (signal !== undefined) {
        waiter.unlisten = onAbort(
          signal,
          () => this.#giveUp(waiter, signal.reason),
        );
      }
      this.#queue.push(waiter);
    });
  }

  /**
   * Serves calls in order. `serve` resolves the first call with its result
   * and returns `true`, or returns `false` when that call must go on waiting;
   * what it throws goes to that call.
   */
  serve(serve: (task: T, resolve: (value: R) => void) => boolean): void {
    // Serving can lead back here, through a flush or a resumed decoder: the
    // loop that runs already takes care of it.
    if (this.#served !== undefined) return;
    while (this.#serveFirst(serve));
  }

  /** Fails every call that waits. */
  fail(error: ZmqError): void {
    for (;;) {
      const waiter = this.#queue.shift();
      if (waiter === undefined) return;
      this.#giveUp(waiter, error);
    }
  }

  #serveFirst(
    serve: (task: T, resolve: (value: R) => void) => boolean,
  ): boolean {
    const waiter = this.#queue.peek();
    if (waiter === undefined) return false;
    this.#served = waiter;
    try {
      if (!serve(waiter.task, waiter.resolve)) {
        if (waiter.failure === undefined) return false;
        waiter.reject(waiter.failure.error);
      }
    } catch (error) {
      waiter.reject(error);
    } finally {
      this.#served = undefined;
    }
    this.#take(waiter);
    return true;
  }

  #take(waiter: Waiter<T, R>): Waiter<T, R> {
    this.#queue.remove(waiter);
    waiter.release();
    return waiter;
  }

  #giveUp(waiter: Waiter<T, R>, error: unknown): void {
    // Serving can lead to a listener that aborts or closes: what has been
    // sent or taken by then counts.
    if (this.#served === waiter) waiter.failure ??= { error };
    else this.#take(waiter).reject(error);
  }

  #late(timeout: number): ZmqError {
    return new ZmqError(
      "EAGAIN",
      timeout === 0
        ? `Cannot ${this.#what} now: it would have to wait`
        : `Cannot ${this.#what} within ${timeout} ms`,
    );
  }
}
