// The seeds of a scenario that the suite runs: on one runtime all of them,
// on the others enough to see that the engine is the same there.
import assert from "node:assert/strict";
import { runtimeName } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";
import { pause } from "../kit/wait.ts";
import { type Outcome, runSeed } from "./run.ts";

/** Seeds of each scenario on Node, two thousand in all; by what they cost. */
const SEEDS: Readonly<Record<string, number>> = {
  broker: 300,
  heartbeat: 600,
  mesh: 300,
  pipeline: 500,
  pubsub: 298,
  thousand: 2,
};

/** On the other runtimes, one in so many. */
const SHARE = runtimeName === "node" ? 1 : 10;

/** Runs seeds from 1 on; fails with the way to see the failed ones again. */
export async function runSeeds(scenario: string): Promise<void> {
  const count = Math.ceil(SEEDS[scenario]! / SHARE);
  const failed: string[] = [];
  let [messages, time] = [0, 0];
  for (let seed = 1; seed <= count; seed++) {
    const outcome = await runSeed(seed, scenario);
    messages += outcome.messages;
    time += outcome.time;
    if (outcome.faults.length > 0) failed.push(outcome.line);
    // A rejection that nobody handles is reported in between.
    if (seed % 10 === 0) await pause();
  }
  show(
    `${count} seeds of ${scenario}: ${messages} messages in ` +
      `${Math.round(time / 1000)} virtual seconds`,
  );
  assert.deepEqual(failed, []);
  assert.ok(messages > 0 || scenario === "heartbeat", "there were messages");
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
