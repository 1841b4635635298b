/**
 * How loops of receives that need not wait share a process with everything
 * else.
 *
 * A loop of promises that are resolved already never lets the event loop turn:
 * nothing would arrive, nothing would leave, and no timer would fire until all
 * that waits of all peers has been received.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";

/** Messages between two looks at the clock, which cost more than one may. */
const MESSAGES_PER_LOOK = 32;
/**
 * Milliseconds after which the event loop has its turn. By time, and not by a
 * count of messages: a turn reads from each connection, and where they are
 * many and messages small, more turns than needed take half of all time.
 */
const TURN_TIME = 5;

/** Counts what all sockets of a context received without waiting. */
export class Pace {
  readonly #clock: Clock;
  #left = MESSAGES_PER_LOOK;
  #since = 0;
  #turn: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts messages that were received at once. What it returns has to be
   * waited for: the event loop turns only when all loops do.
   */
  spend(messages: number): Promise<void> | undefined {
    this.#left -= messages;
    if (this.#left > 0) return undefined;
    return this.#turn ?? this.#look();
  }

  #look(): Promise<void> | undefined {
    const clock = this.#clock;
    this.#left = MESSAGES_PER_LOOK;
    if (clock.now() - this.#since < TURN_TIME) return undefined;
    this.#left = 0;
    return this.#turn = new Promise((resolve) =>
      clock.defer(() => {
        this.#turn = undefined;
        this.#left = MESSAGES_PER_LOOK;
        this.#since = clock.now();
        resolve();
      })
    );
  }
}
