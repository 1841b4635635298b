// Virtual time: what is to happen, in order, and the clock that a node sees.
//
// Nothing waits for the host. The loop takes the next event, lets every
// promise settle that can, and goes on; it never leaves the microtasks, so
// that nothing else in the process can come in between, and the same seed
// gives the same run.
import type { Clock, Timer } from "../../src/base/clock.ts";
import type { Random } from "./random.ts";

/**
 * Turns of the microtask queue without any activity after which the promises
 * count as settled: before the next event of the same time and before what
 * was deferred, and before time moves. What the engine does with a message
 * takes 4; its longest chain, closing a socket, takes 30. One that is longer
 * would be as reproducible, and only overlap with the next event.
 */
const QUIET = 6;
const QUIET_BEFORE_TIME = 36;

/** Whose events they are: one that is stalled or dead has none. */
export interface Owner {
  /** False: its events do not happen any more. */
  readonly alive: boolean;
  /** Until when its events wait. */
  readonly stalledUntil: number;
}

/** Something that is to happen. */
interface Entry {
  at: number;
  /** Decides between events of the same time. */
  readonly order: number;
  readonly owner: Owner | undefined;
  /** True when no program learns of it, so that no promise can settle. */
  readonly inside: boolean;
  callback: (() => void) | undefined;
}

/** An event that can be taken back. */
export interface SimEvent {
  cancel(): void;
}

/** The time of a simulated world. */
export class Time {
  /** Milliseconds since the world began. */
  now = 0;
  /** Events so far. */
  events = 0;
  readonly #random: Random;
  readonly #heap: Entry[] = [];
  #deferred: [owner: Owner, callback: () => void][] = [];
  #activity = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Has something happen, so many milliseconds from now. */
  after(
    delay: number,
    owner: Owner | undefined,
    callback: () => void,
  ): SimEvent {
    const entry = this.#add(delay, owner, callback, false);
    return { cancel: () => entry.callback = undefined };
  }

  /** As `after`, for what happens inside of the network. */
  inside(delay: number, owner: Owner | undefined, callback: () => void): void {
    this.#add(delay, owner, callback, true);
  }

  /** Has something happen when the promises have settled. */
  defer(owner: Owner, callback: () => void): void {
    this.#activity++;
    this.#deferred.push([owner, callback]);
  }

  /** Something happened that others may act on. */
  touch(): void {
    this.#activity++;
  }

  /**
   * Goes on until the work is done.
   *
   * @throws when it fails, when nothing is left that could happen, or after
   * the limits.
   */
  async run(
    work: () => Promise<void>,
    limits: { readonly time: number; readonly events: number },
  ): Promise<void> {
    let outcome: { readonly error?: unknown } | undefined;
    work().then(() => outcome = {}, (error) => outcome = { error });
    for (;;) {
      await this.#settle(QUIET);
      if (!this.#isDue) await this.#settle(QUIET_BEFORE_TIME);
      if (outcome !== undefined) break;
      for (let inside = true; inside;) {
        const event = this.#step();
        if (event === undefined) {
          throw new Error(`Nothing is left to happen at ${this.now} ms`);
        }
        if (this.now > limits.time || this.events > limits.events) {
          throw new Error(
            `No end after ${this.now} ms and ${this.events} events`,
          );
        }
        inside = event.inside;
      }
    }
    if ("error" in outcome) throw outcome.error;
  }

  /** How many events are to come for those who are alive. */
  get pending(): number {
    return this.#heap.filter((entry) =>
      entry.callback !== undefined && entry.owner?.alive !== false
    ).length;
  }

  /** True when an event of the present time is to come. */
  get #isDue(): boolean {
    const first = this.#heap[0];
    return first !== undefined && first.at <= this.now;
  }

  async #settle(turns: number): Promise<void> {
    for (;;) {
      let seen = this.#activity;
      for (let quiet = 0; quiet < turns; quiet++) {
        await undefined;
        if (this.#activity === seen) continue;
        seen = this.#activity;
        quiet = -1;
      }
      const deferred = this.#deferred;
      if (deferred.length === 0) return;
      this.#deferred = [];
      for (const [owner, callback] of deferred) if (owner.alive) callback();
    }
  }

  /** Lets the next event happen. */
  #step(): Entry | undefined {
    for (let entry = this.#pop(); entry; entry = this.#pop()) {
      const { owner, callback } = entry;
      if (callback === undefined || owner?.alive === false) continue;
      if (owner !== undefined && owner.stalledUntil > entry.at) {
        entry.at = owner.stalledUntil;
        this.#push(entry);
        continue;
      }
      this.now = entry.at;
      this.events++;
      entry.callback = undefined;
      callback();
      return entry;
    }
    return undefined;
  }

  #add(
    delay: number,
    owner: Owner | undefined,
    callback: () => void,
    inside: boolean,
  ): Entry {
    this.#activity++;
    const at = this.now + Math.max(0, Math.ceil(delay));
    const order = this.#random.next();
    const entry = { at, order, owner, inside, callback };
    this.#push(entry);
    return entry;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(entry, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) {
      return first;
    }
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) {
        below++;
      }
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** The clock of one node. */
export class NodeClock implements Clock {
  /** How many timers are set. */
  timers = 0;
  readonly #time: Time;
  readonly #owner: Owner;
  readonly #start: number;

  /** @param start what the clock shows when the world begins. */
  constructor(time: Time, owner: Owner, start: number) {
    this.#time = time;
    this.#owner = owner;
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#time.now;
  }

  setTimer(callback: () => void, delay: number): Timer {
    let isSet = true;
    this.timers++;
    const over = (): void => {
      if (isSet) this.timers--;
      isSet = false;
    };
    const event = this.#time.after(delay, this.#owner, () => {
      over();
      callback();
    });
    return {
      cancel: () => {
        over();
        event.cancel();
      },
      hold: () => {},
    };
  }

  defer(callback: () => void): void {
    this.#time.defer(this.#owner, callback);
  }
}
