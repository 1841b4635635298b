/**
 * The steps of handshakes that cost much, one in each turn of the event loop:
 * a flood of strangers takes turns with the traffic of those who are in, and
 * does not hold it up. Nobody can have more than one step waiting, so that
 * the limit on handshakes is the limit of the queue.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { Ring } from "../base/ring.ts";

/** Steps that take turns. */
export class Turns {
  readonly #clock: Clock;
  readonly #waiting = new Ring<() => void>();
  #running = false;

  /** Makes a queue; the whole context shares one. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many steps wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Takes a step when its turn has come. It must not throw. */
  take(step: () => void): void {
    this.#waiting.push(step);
    if (this.#running) return;
    this.#running = true;
    this.#next();
  }

  #next(): void {
    this.#clock.defer(() => {
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#next();
      else this.#running = false;
    });
  }
}
