// Frames, greetings, properties and commands that went wrong on their way.
import { test } from "node:test";
import { fuzzInSuite } from "./target.ts";
import { wireTargets } from "./wire_targets.ts";

for (const target of wireTargets) {
  test(`${target.runs} runs of ${target.name}`, () => fuzzInSuite(target));
}
