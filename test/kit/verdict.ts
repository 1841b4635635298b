// Verdicts on the promises of reliability, R1 to R25: each is printed as a
// line with its figure and its target, and fails its test when it is not kept.
// `npm run soak` runs every test file that gives one, and ends with the table
// of them all; test/runner/verdicts.mjs reads the lines.
import assert from "node:assert/strict";

/** What the runner looks for. */
const MARK = "[verdict] ";

/** A promise by its number. */
export type PromiseId = `R${number}`;

/** What was measured, and what it had to be. */
export interface Finding {
  /** What the figure is of, where a promise has several. */
  readonly of?: string;
  /** What was found, with its unit. */
  readonly figure: string;
  /** What it had to be. */
  readonly target: string;
  /** True when the promise is kept. */
  readonly ok: boolean;
}

/** Prints the verdict, and fails if the promise was not kept. */
export function verdict(id: PromiseId, finding: Finding): void {
  console.log(MARK + JSON.stringify({ id, ...finding }));
  const { of, figure, target, ok } = finding;
  const what = of === undefined ? id : `${id}, ${of}`;
  assert.ok(ok, `${what}: got ${figure}, expected ${target}`);
}

/** The value below which a share of the numbers lies. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const index = Math.ceil(sorted.length * share) - 1;
  return sorted[Math.max(0, index)] ?? NaN;
}

/** Octets as MiB. */
export function mebioctets(octets: number): string {
  return `${(octets / 1024 / 1024).toFixed(1)} MiB`;
}
