/**
 * A limit on what is done at once; more waits for its turn.
 *
 * @module
 */

/** Lets so many in at a time, first come, first served. */
export class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param most how many are in at once. */
  constructor(most: number) {
    this.#free = most;
  }

  /** Does something once there is room for it. */
  async pass<Result>(action: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
