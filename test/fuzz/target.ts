/**
 * One property to fuzz: how it is run, and how its failures are repeated.
 *
 * A failure is a target, a seed and a path. Those that were found are kept in
 * seeds.json, and tried before anything new is.
 *
 * @module
 */

import fc from "fast-check";
import { isThorough } from "../kit/runtime.ts";
import { readJson } from "../structure/project.ts";

/** A property that is to hold for whatever a peer says. */
export interface Target {
  /** Names it in reports and in seeds.json. */
  readonly name: string;
  /** How many runs it has in CI; a tenth elsewhere. */
  readonly runs: number;
  readonly property: fc.IRawProperty<unknown>;
}

/** What repeats a failure. */
export interface Seed {
  readonly seed: number;
  readonly path: string;
}

/** How a target is to be run. */
export interface Effort {
  /** How many runs, at most. */
  readonly runs: number;
  /** Milliseconds after which no more runs are begun. */
  readonly time?: number;
  /** Repeats one failure; random runs otherwise. */
  readonly from?: Seed;
}

/** What came of it. */
export interface Outcome {
  readonly runs: number;
  /** What failed, with a line that repeats it. */
  readonly failure?: string;
}

/** The failures of a target that were found once. */
export function keptSeeds(target: Target): readonly Seed[] {
  const kept = readJson("test/fuzz/seeds.json").seeds as (Seed & {
    readonly target: string;
  })[];
  return kept.filter((entry) => entry.target === target.name);
}

/** Runs a target. */
export async function runTarget(
  target: Target,
  effort: Effort,
): Promise<Outcome> {
  const { from, runs, time } = effort;
  const details = await fc.check(target.property, {
    numRuns: runs,
    ...from,
    ...time !== undefined && {
      interruptAfterTimeLimit: time,
      markInterruptAsFailure: false,
    },
  });
  if (!details.failed) return { runs: details.numRuns };
  const { seed, counterexamplePath, errorInstance } = details;
  const { stack } = errorInstance instanceof Error
    ? errorInstance
    : new Error(String(errorInstance));
  const line = `npm run fuzz -- --target ${target.name} --seed ${seed} ` +
    `--path "${counterexamplePath}"`;
  return {
    runs: details.numRuns,
    failure: `${line}\n${fc.defaultReportMessage(details)}\n${stack}`,
  };
}

/** How many new runs the suite has time for. */
export function runsInSuite({ runs }: Target): number {
  return Math.ceil(runs / (isThorough ? 1 : 10));
}

/** Repeats what failed once, then tries as much as the suite has time for. */
export async function fuzzInSuite(target: Target): Promise<void> {
  const efforts: Effort[] = keptSeeds(target)
    .map((from) => ({ runs: 1, from }));
  const runs = runsInSuite(target);
  for (const effort of [...efforts, { runs }]) {
    const { failure } = await runTarget(target, effort);
    if (failure !== undefined) throw new Error(failure);
  }
}
