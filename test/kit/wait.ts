// Waiting in tests: for something to become true, with a limit, and never
// for a fixed time.
import assert from "node:assert/strict";

/** Milliseconds after which something that should have come will not. */
export const PATIENCE = 10_000;

/** Waits until the condition holds, and fails after a while. */
export async function until(
  condition: () => boolean,
  what: string,
  limit: number = PATIENCE,
): Promise<void> {
  const end = Date.now() + limit;
  while (!condition()) {
    if (Date.now() > end) assert.fail(`Waited ${limit} ms until ${what}`);
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
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Waited ${limit} ms for ${what}`)),
      limit,
    );
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
