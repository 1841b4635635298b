/**
 * Calls that wait: served first come, first served, each with an optional
 * deadline and abort signal. Those with a target wait in a queue of their own,
 * for each target: none waits for what another target lacks.
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

/** What a call waits for, where others may have it: a name that compares. */
export type Target = string | number | undefined;

/**
 * Resolves a call with its result and returns `true`, or returns `false` when
 * that call must go on waiting; what it throws goes to that call.
 */
type Serve<T, R> = (task: T, resolve: (value: R) => void) => boolean;

/** One call that waits. */
class Waiter<T, R> {
  readonly task: T;
  readonly target: Target;
  readonly resolve: (value: R) => void;
  readonly reject: (error: unknown) => void;
  timer: Timer | undefined;
  // Stops listening to the signal.
  unlisten: (() => void) | undefined;
  // Why it was given up while it was being served.
  failure: { readonly error: unknown } | undefined;

  constructor(
    task: T,
    target: Target,
    resolve: (value: R) => void,
    reject: (error: unknown) => void,
  ) {
    this.task = task;
    this.target = target;
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

/** The calls that wait for one thing, or for one of each target. */
export class Waiters<T, R> {
  // Those without a target.
  readonly #queue = new Ring<Waiter<T, R>>();
  readonly #queues = new Map<Target, Ring<Waiter<T, R>>>();
  // Whose turn comes when the loop that runs is through with its own.
  readonly #due = new Set<Target>();
  #length = 0;
  #served: Waiter<T, R> | undefined;
  readonly #clock: Clock;
  readonly #what: string;

  /** Makes the queues; `what` is waited for, in error messages. */
  constructor(clock: Clock, what: string) {
    this.#clock = clock;
    this.#what = what;
  }

  /** How many calls wait. */
  get length(): number {
    return this.#length;
  }

  /** True when calls wait for this target. */
  has(target: Target): boolean {
    return target === undefined
      ? this.#queue.length > 0
      : this.#queues.has(target);
  }

  /** Lets a call wait. */
  wait(
    task: T,
    timeout: number,
    signal?: AbortSignal,
    target?: Target,
  ): Promise<R> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (timeout === 0) return Promise.reject(this.#late(0));
    if (signal !== undefined) checkSignal(signal);
    return new Promise<R>((resolve, reject) => {
      const waiter = new Waiter<T, R>(task, target, resolve, reject);
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
      this.#add(waiter);
    });
  }

  /** Serves the calls of one target, or those without one, in order. */
  serve(serve: Serve<T, R>, target?: Target): void {
    // Serving can lead back here, through a flush or a resumed decoder: the
    // loop that runs already takes care of it.
    if (this.#served !== undefined) {
      if (this.#served.target !== target) this.#due.add(target);
      return;
    }
    this.#serveQueue(serve, target);
    if (this.#due.size === 0) return;
    for (const due of this.#due) {
      this.#due.delete(due);
      this.#serveQueue(serve, due);
    }
  }

  /** Serves the calls of each target in order. */
  serveAll(serve: Serve<T, R>): void {
    this.serve(serve);
    if (this.#queues.size === 0) return;
    for (const target of [...this.#queues.keys()]) this.serve(serve, target);
  }

  /** Fails every call that waits. */
  fail(error: ZmqError): void {
    for (const queue of [this.#queue, ...this.#queues.values()]) {
      for (const waiter of [...queue]) this.#giveUp(waiter, error);
    }
  }

  #serveQueue(serve: Serve<T, R>, target: Target): void {
    const queue = target === undefined ? this.#queue : this.#queues.get(target);
    if (queue !== undefined) { while (this.#serveFirst(queue, serve)); }
  }

  #serveFirst(queue: Ring<Waiter<T, R>>, serve: Serve<T, R>): boolean {
    const waiter = queue.peek();
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

  #add(waiter: Waiter<T, R>): void {
    const { target } = waiter;
    let queue = target === undefined ? this.#queue : this.#queues.get(target);
    if (queue === undefined) this.#queues.set(target, queue = new Ring());
    queue.push(waiter);
    this.#length++;
  }

  #take(waiter: Waiter<T, R>): Waiter<T, R> {
    const { target } = waiter;
    const queue = target === undefined
      ? this.#queue
      : this.#queues.get(target)!;
    queue.remove(waiter);
    if (queue !== this.#queue && queue.length === 0) {
      this.#queues.delete(target);
    }
    this.#length--;
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
