// CURVE sessions with somebody between them, and a peer that is let in and lies.
import { test } from "node:test";
import { fuzzInSuite } from "./target.ts";
import { curveTargets } from "./curve_targets.ts";

for (const target of curveTargets) {
  test(`${target.runs} runs of ${target.name}`, () => fuzzInSuite(target));
}
