// Sessions that hear the golden conversations, changed on their way.
import { test } from "node:test";
import { fuzzInSuite } from "./target.ts";
import { sessionTargets } from "./session_targets.ts";

for (const target of sessionTargets) {
  test(`${target.runs} runs of ${target.name}`, () => fuzzInSuite(target));
}
