// Frames, greetings, properties and commands that went wrong on their way.
import { test } from "node:test";
import { fuzzInSuite, runsInSuite } from "./target.ts";
import { wireTargets } from "./wire_targets.ts";

for (const target of wireTargets) {
  test(`${runsInSuite(target)} runs of ${target.name}`, () =>
    fuzzInSuite(target));
}
