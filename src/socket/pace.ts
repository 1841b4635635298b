/**
 * How loops of calls that need not wait share a process with everything else.
 *
 * A loop of promises that are resolved already never lets the event loop turn:
 * nothing would leave, nothing would arrive, and no timer would fire.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";

/** Calls between two looks at the clock, which cost more than a call may. */
const CALLS_PER_LOOK = 32;
/** Looks after which the event loop has its turn anyway. */
const LOOKS_PER_TURN = 16;
/** Milliseconds after which it has its turn. */
const TURN_TIME = 5;

/** Counts the calls of all sockets of a context that need not wait. */
export class Pace {
  readonly #clock: Clock;
  #left = CALLS_PER_LOOK;
  #looks = 0;
  #since = 0;
  #turn: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts messages that were sent or received at once. What it returns has
   * to be waited for: the event loop turns only when all loops do.
   */
  spend(messages: number): Promise<void> | undefined {
    this.#left -= messages;
    if (this.#left > 0) return undefined;
    return this.#turn ?? this.#look(messages);
  }

  #look(messages: number): Promise<void> | undefined {
    const clock = this.#clock;
    this.#left = CALLS_PER_LOOK;
    this.#looks += Math.max(1, Math.floor(messages / CALLS_PER_LOOK));
    const isEarly = clock.now() - this.#since < TURN_TIME;
    if (this.#looks < LOOKS_PER_TURN && isEarly) return undefined;
    this.#left = 0;
    return this.#turn = new Promise((resolve) =>
      clock.defer(() => {
        this.#turn = undefined;
        this.#left = CALLS_PER_LOOK;
        this.#looks = 0;
        this.#since = clock.now();
        resolve();
      })
    );
  }
}
