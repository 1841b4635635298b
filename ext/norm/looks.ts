/**
 * Looking again at what is silent. Where libnorm has given some of a stream up
 * and all after it is there, it tells nobody: who asks is told, and reads on
 * behind the gap.
 *
 * @module
 */

import type { Clock, Timer } from "../../mod.ts";

/**
 * Milliseconds until what is silent is looked at again: at first, and at most,
 * while nobody sends anything.
 */
const FIRST = 500;
const LATEST = 5000;

/** Looks, from time to time. */
export class Looks {
  readonly #clock: Clock;
  readonly #look: () => boolean;
  #timer: Timer | undefined;
  #after = FIRST;

  /** @param look says whether something came since it last did. */
  constructor(clock: Clock, look: () => boolean) {
    this.#clock = clock;
    this.#look = look;
  }

  /** There is something to look at; harmless when that is known. */
  begin(): void {
    if (this.#timer !== undefined) return;
    this.#after = FIRST;
    this.#wait();
  }

  /** There is nothing to look at any more. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(): void {
    const timer = this.#clock.setTimer(() => {
      this.#after = this.#look() ? FIRST : Math.min(2 * this.#after, LATEST);
      if (this.#timer === timer) this.#wait();
    }, this.#after);
    timer.hold(false);
    this.#timer = timer;
  }
}
