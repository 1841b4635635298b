// Sessions that hear the golden conversations, changed on their way.
import { test } from "node:test";
import { fuzzInSuite, runsInSuite } from "./target.ts";
import { sessionTargets } from "./session_targets.ts";

for (const target of sessionTargets) {
  test(`${runsInSuite(target)} runs of ${target.name}`, () =>
    fuzzInSuite(target));
}
