// Waiting in tests: for something to become true, with a limit, and never
// for a fixed time.
import assert from "node:assert/strict";
import process from "node:process";

/** Milliseconds after which something that should have come will not. */
export const PATIENCE = 10_000;

/** Milliseconds between two looks at whether something takes too long. */
const STEP = 20;

/**
 * Counts down the time in which this process could have done its work. Limits
 * are promises of ours, not of the machine: a step counts as long as was asked
 * for, or as long as we computed meanwhile, however late we got our turn.
 */
class Allowance {
  readonly #limit: number;
  readonly #what: string;
  readonly #end: number;
  #left: number;
  #at = performance.now();
  #used = computed();

  constructor(limit: number, what: string) {
    this.#limit = limit;
    this.#what = what;
    this.#left = limit;
    this.#end = this.#at + 10 * limit;
  }

  /** Takes off a step; gives why to wait no longer, when that is so. */
  spend(step: number): Error | undefined {
    const now = performance.now();
    const used = computed();
    this.#left -= Math.max(step, Math.min(now - this.#at, used - this.#used));
    this.#at = now;
    this.#used = used;
    if (this.#left > 0 && now < this.#end) return undefined;
    return new assert.AssertionError({
      message: `Waited ${this.#limit} ms ${this.#what}`,
    });
  }
}

/** Milliseconds that this process has computed. */
function computed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Waits until the condition holds, and fails after a while. */
export async function until(
  condition: () => boolean,
  what: string,
  limit: number = PATIENCE,
): Promise<void> {
  const allowance = new Allowance(limit, `until ${what}`);
  while (!condition()) {
    const late = allowance.spend(2);
    if (late !== undefined) throw late;
    await pause(2);
  }
}

/** Settles as the promise does, and fails when that takes too long. */
export async function within<T>(
  promise: Promise<T>,
  what: string,
  limit: number = PATIENCE,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const allowance = new Allowance(limit, `for ${what}`);
  const late = new Promise<never>((_, reject) => {
    const step = (length: number): void => {
      timer = setTimeout(() => {
        const error = allowance.spend(length);
        if (error === undefined) step(length);
        else reject(error);
      }, length);
    };
    step(Math.min(STEP, limit));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A turn of the event loop, or more. */
export function pause(milliseconds: number = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
