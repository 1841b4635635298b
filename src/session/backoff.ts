/**
 * How long to wait before an endpoint is tried again. It knows no timers.
 *
 * @module
 */

/** The least wait after a peer refused us, where the options say less. */
const REFUSED_DELAY = 5000;

/** The options that it follows, in milliseconds. */
export interface BackoffOptions {
  /** The first wait; 0 and less: there is no other attempt. */
  readonly reconnectInterval: number;
  /** Up to where the wait doubles; less than the first: it does not. */
  readonly reconnectMaxInterval: number;
}

/**
 * The waits between the attempts at one endpoint. Every wait has a random
 * part, so that the clients of a server that restarts do not come at once;
 * libzmq's waits have none where they grow.
 */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  readonly #random: () => number;
  #attempts = 0;

  /** @param random gives numbers from 0 to less than 1. */
  constructor(options: BackoffOptions, random: () => number = Math.random) {
    this.#first = options.reconnectInterval;
    this.#most = options.reconnectMaxInterval;
    this.#random = random;
  }

  /** True when there must be no other attempt. */
  get never(): boolean {
    return this.#first <= 0;
  }

  /** Milliseconds until the next attempt. */
  next(): number {
    const first = this.#first;
    const most = this.#most;
    if (most <= first) return this.#between(first, 2 * first);
    const wait = Math.min(first * 2 ** this.#attempts++, most);
    // At the top, the random part goes down: `most` is not exceeded.
    return wait < most
      ? this.#between(wait, Math.min(2 * wait, most))
      : this.#between(Math.max(first, most / 2), most);
  }

  /**
   * Milliseconds until the next attempt at a peer that refused us. RFC 23: not
   * to come again with the same credentials; they may be admitted one day.
   */
  nextAfterRefusal(): number {
    const least = Math.max(this.#first, this.#most, REFUSED_DELAY);
    return this.#between(least, least * 1.25);
  }

  /** A connection worked: the next wait is the first again. */
  reset(): void {
    this.#attempts = 0;
  }

  #between(least: number, most: number): number {
    return Math.floor(least + this.#random() * (most - least));
  }
}
