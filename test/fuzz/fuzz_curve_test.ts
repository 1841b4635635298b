// CURVE sessions with somebody between them, and a peer that is let in and lies.
import { test } from "node:test";
import { fuzzInSuite, runsInSuite } from "./target.ts";
import { curveTargets } from "./curve_targets.ts";

for (const target of curveTargets) {
  test(`${runsInSuite(target)} runs of ${target.name}`, () =>
    fuzzInSuite(target));
}
