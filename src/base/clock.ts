/**
 * Time as the engine sees it: one interface, passed in, so that tests and
 * simulations can own it. Deadlines use the monotonic clock: a jump of the
 * wall clock is not noticed.
 *
 * @module
 */

/** A timer that was set and can be cancelled. */
export interface Timer {
  /** Stops the timer; harmless when it has fired. */
  cancel(): void;
  /** Says whether the timer alone keeps the process running. */
  hold(keepsProcess: boolean): void;
}

/** The clock and the timers of a {@linkcode Context}. */
export interface Clock {
  /** Milliseconds on a clock that never jumps. */
  now(): number;
  /** Calls back once, `delay` milliseconds from now. */
  setTimer(callback: () => void, delay: number): Timer;
  /**
   * Calls back when the work at hand, promises included, is done: after the
   * present turn of the event loop and before its next wait.
   */
  defer(callback: () => void): void;
}

/** The longest time that timers are asked for, in milliseconds: 24 days. */
export const LONGEST_TIMER: number = 2 ** 31 - 1;

/** When a linger time from now on is over; one of -1 never is. */
export function lingerEnd(clock: Clock, linger: number): number {
  return linger < 0 ? Infinity : clock.now() + linger;
}
