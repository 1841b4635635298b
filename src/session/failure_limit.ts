/**
 * How often a listener tells of peers that do not come in. Whoever reaches it
 * can fail as often as it likes: who listens must not drown in it.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";

/** So many failures are told at once. */
const AT_ONCE = 100;
/** Then so many a millisecond: ten a second. */
const RATE = 0.01;

/** Says which failures of one listener are told of. */
export class FailureLimit {
  readonly #clock: Clock;
  #room = AT_ONCE;
  #since: number;
  #suppressed = 0;

  /** Makes one for a listener. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /**
   * Asks for one more failure: how many were left out before it since the last
   * one that was told; -1 when it is to be left out itself.
   */
  take(): number {
    const now = this.#clock.now();
    this.#room = Math.min(AT_ONCE, this.#room + (now - this.#since) * RATE);
    this.#since = now;
    if (this.#room < 1) {
      this.#suppressed++;
      return -1;
    }
    this.#room--;
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    return suppressed;
  }
}
