/**
 * Limits on what is done at once; more waits for its turn, and goes when
 * nobody wants it any more.
 *
 * @module
 */

/** Lets so many in at a time, first come, first served. */
export class Gate {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @param most how many are in at once. */
  constructor(most: number) {
    this.#free = most;
  }

  /** Does something once there is room for it, unless the signal has fired. */
  async pass<Result>(
    signal: AbortSignal,
    action: () => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      return await action();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#free++;
      else next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        this.#waiting.delete(enter);
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(enter);
        reject(signal.reason);
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}

/** A gate for each of many names, which lets one in at a time. */
export class Gates {
  readonly #gates = new Map<string, { readonly gate: Gate; users: number }>();

  /** Does something once nobody else of the name does. */
  async pass<Result>(
    name: string,
    signal: AbortSignal,
    action: () => Promise<Result>,
  ): Promise<Result> {
    const entry = this.#gates.get(name) ?? { gate: new Gate(1), users: 0 };
    this.#gates.set(name, entry);
    entry.users++;
    try {
      return await entry.gate.pass(signal, action);
    } finally {
      if (--entry.users === 0) this.#gates.delete(name);
    }
  }
}
