// A clock that stands still until a test moves it.
import type { Clock, Timer } from "../../src/base/clock.ts";
import { pause } from "./wait.ts";

interface Entry {
  readonly at: number;
  readonly callback: () => void;
}

/** Time and timers in the hands of a test. */
export class FakeClock implements Clock {
  #now = 0;
  #timers = new Set<Entry>();
  #deferred: (() => void)[] = [];

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, delay: number): Timer {
    const entry = { at: this.#now + delay, callback };
    this.#timers.add(entry);
    return { cancel: () => this.#timers.delete(entry), hold: () => {} };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  /** Time passes, and nothing else: what is due fires late. */
  standStill(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet++) {
      await pause();
      const deferred = this.#deferred;
      if (deferred.length === 0) continue;
      this.#deferred = [];
      for (const callback of deferred) callback();
      quiet = -1;
    }
  }

  /** Moves on, firing each timer at its time. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.settle();
    }
    this.#now = end;
  }

  #next(end: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#timers) {
      if (entry.at <= end && (first === undefined || entry.at < first.at)) {
        first = entry;
      }
    }
    return first;
  }
}
