// What the tests of wrong input share: one wrong input, and the check that it
// is refused as it should be.
import assert from "node:assert/strict";
import { ZmqError } from "../../mod.ts";
import { within } from "../kit/wait.ts";

/** One wrong input. */
export interface Wrong {
  /** What is done, in words. */
  readonly what: string;
  readonly act: () => unknown;
  /** The code that the error must have. */
  readonly code: string;
  /** What its message must hold: the thing, the value, what is expected. */
  readonly tells: readonly (string | RegExp)[];
}

/** Wrong values are not of the types that they should be of. */
// deno-lint-ignore no-explicit-any
export type Any = any;

/** A call that is wrong. */
export function call(
  what: string,
  act: () => unknown,
  code: string,
  ...tells: (string | RegExp)[]
): Wrong {
  return { what, act, code, tells };
}

/** A value as the name of a test shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string" && value.length > 40) {
    return `"${value.slice(0, 20)}…" of ${value.length}`;
  }
  return typeof value === "number" ? String(value) : JSON.stringify(value) ??
    "undefined";
}

/** A text that is too long for any name. */
export const long: string = "x".repeat(300);

/** Milliseconds in which wrong input must be refused. */
const LIMIT = 5000;

/** Fails unless the input is refused, soon, by an error that tells enough. */
export async function assertRefused(wrong: Wrong): Promise<void> {
  const { act, code, tells } = wrong;
  const done = within((async () => await act())(), "the error", LIMIT);
  const outcome = await done.then(
    (result) => ({ accepted: String(result) }),
    (error: unknown) => ({ error }),
  );
  if ("accepted" in outcome) assert.fail(`Accepted: ${outcome.accepted}`);
  const { error } = outcome;
  assert.ok(error instanceof ZmqError, `no ZmqError: ${error}`);
  const { message } = error;
  assert.equal(error.code, code, message);
  for (const part of tells) {
    const isTold: boolean = typeof part === "string"
      ? message.includes(part)
      : part.test(message);
    assert.ok(isTold, `${JSON.stringify(message)} does not tell ${part}`);
  }
  assert.match(message, /^[A-Z][^]*[^.]$/);
}

/** Fails when two inputs have the same name: one would hide the other. */
export function assertDistinct(wrongs: readonly Wrong[]): void {
  const names = wrongs.map(({ what }) => what);
  assert.equal(new Set(names).size, names.length);
}
