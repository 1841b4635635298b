/**
 * The clock of a test that has no time: deferred work is done, and promises
 * settle, without a turn of the event loop.
 *
 * @module
 */

import { FakeClock } from "../kit/fake_clock.ts";

/** Turns of the microtask queue in which everything in memory has happened. */
const TURNS = 24;

/** A clock for streams in memory. */
export class QuickClock extends FakeClock {
  #deferred: (() => void)[] = [];

  override defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  override async settle(): Promise<void> {
    for (let quiet = 0; quiet < TURNS; quiet++) {
      await undefined;
      const deferred = this.#deferred;
      if (deferred.length === 0) continue;
      this.#deferred = [];
      for (const callback of deferred) callback();
      quiet = -1;
    }
  }
}
