/**
 * The system's clock and timers, as every runtime has them.
 *
 * @module
 */

import type { Clock, Timer } from "../src/base/clock.ts";

/** What a runtime does differently with time. */
export interface ClockOptions {
  /** Calls back after the present turn; default `setImmediate`. */
  readonly defer?: (callback: () => void) => void;
  /** Says whether a timer that is a number keeps the process running. */
  readonly holdTimer?: (id: number, keepsProcess: boolean) => void;
}

/** The longest delay a timer takes; a longer one fires at once. */
const longestDelay = 2 ** 31 - 1;

/** The clock of the runtime at hand. */
export function systemClock(options: ClockOptions = {}): Clock {
  const defer = options.defer ?? immediate() ?? message();
  return {
    now: () => performance.now(),
    setTimer: (callback, delay) =>
      new SystemTimer(callback, delay, options.holdTimer),
    defer,
  };
}

function immediate(): ((callback: () => void) => void) | undefined {
  const { setImmediate } = globalThis;
  if (typeof setImmediate !== "function") return undefined;
  return (callback) => {
    setImmediate(callback);
  };
}

/** A message to oneself: browsers delay nested timers by 4 ms. */
function message(): (callback: () => void) => void {
  if (typeof MessageChannel !== "function") {
    return (callback) => {
      setTimeout(callback, 0);
    };
  }
  return messageDefer(new MessageChannel());
}

/** One end of a message channel, as browsers, Node and Deno have it. */
export interface Port {
  /** Called with each message. */
  // deno-lint-ignore no-explicit-any
  onmessage: ((event: any) => void) | null;
  /** Sends a message to the other end. */
  postMessage(message: unknown): void;
  /** Lets the port keep the process running. */
  ref?(): void;
  /** Does not let the port keep the process running. */
  unref?(): void;
}

/** Calls back by messages from one port to the other, in order. */
export function messageDefer(
  { port1, port2 }: { readonly port1: Port; readonly port2: Port },
): (callback: () => void) => void {
  const waiting: (() => void)[] = [];
  port1.onmessage = () => {
    const callback = waiting.shift()!;
    if (waiting.length === 0) port1.unref?.();
    callback();
  };
  port1.unref?.();
  return (callback) => {
    if (waiting.push(callback) === 1) port1.ref?.();
    port2.postMessage(undefined);
  };
}

class SystemTimer implements Timer {
  readonly #callback: () => void;
  readonly #holdTimer: ClockOptions["holdTimer"];
  #left: number;
  #keepsProcess = true;
  #id: unknown;

  constructor(
    callback: () => void,
    delay: number,
    holdTimer: ClockOptions["holdTimer"],
  ) {
    this.#callback = callback;
    this.#left = delay;
    this.#holdTimer = holdTimer;
    this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#id as number);
  }

  hold(keepsProcess: boolean): void {
    this.#keepsProcess = keepsProcess;
    const id = this.#id;
    if (typeof id === "number") return this.#holdTimer?.(id, keepsProcess);
    const timer = id as { ref(): void; unref(): void };
    if (keepsProcess) timer.ref();
    else timer.unref();
  }

  #arm(): void {
    const delay = Math.min(this.#left, longestDelay);
    this.#left -= delay;
    this.#id = setTimeout(() => this.#fire(), delay);
    if (!this.#keepsProcess) this.hold(false);
  }

  #fire(): void {
    if (this.#left > 0) this.#arm();
    else this.#callback();
  }
}
