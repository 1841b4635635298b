// The seeds of a scenario that the suite runs: on one runtime all of them,
// on the others enough to see that the engine is the same there.
import assert from "node:assert/strict";
import { isThorough, runtimeName, Script, scriptUrl } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";
import { type Outcome, runSeed } from "./run.ts";

/** Seeds of each scenario on Node in CI, two thousand in all; by their cost. */
const SEEDS: Readonly<Record<string, number>> = {
  broker: 300,
  heartbeat: 600,
  mesh: 300,
  pipeline: 500,
  pubsub: 298,
  thousand: 2,
};

/** One in so many on the other runtimes, and where it is to be quick. */
const SHARE = (runtimeName === "node" ? 1 : 10) * (isThorough ? 1 : 5);

/**
 * Runs seeds from 1 on; fails with the way to see the failed ones again.
 *
 * In a process of their own: under Node's test runner, which follows every
 * promise, they take five times as long.
 */
export async function runSeeds(scenario: string): Promise<void> {
  const count = Math.ceil(SEEDS[scenario]! / SHARE);
  const script = new Script(scriptUrl("main", import.meta.url), [
    `--scenario=${scenario}`,
    "--seed=1",
    `--count=${count}`,
  ]);
  const lines: string[] = [];
  try {
    do lines.push(await script.line()); while (
      !/^\d+ runs/.test(lines.at(-1)!)
    );
    assert.equal(await script.exited, 0, lines.join("\n"));
  } finally {
    await script.kill();
  }
  assert.equal(lines.length, 1, lines.join("\n"));
  const [runs, messages, failed] = lines[0]!.match(/\d+/g)!.map(Number);
  assert.equal(runs, count);
  assert.ok(messages! > 0 || scenario === "heartbeat", "there were messages");
  assert.equal(failed, 0);
  show(`${scenario}: ${lines[0]}`);
}

/** The first seed that finds something wrong; undefined when none does. */
export async function firstFailure(
  scenario: string,
  most: number,
): Promise<Outcome | undefined> {
  for (let seed = 1; seed <= most; seed++) {
    const outcome = await runSeed(seed, scenario);
    if (outcome.faults.length > 0) return outcome;
  }
  return undefined;
}
