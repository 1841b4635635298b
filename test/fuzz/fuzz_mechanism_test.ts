// Handshakes and sealed traffic with somebody between the two sides.
import { test } from "node:test";
import { fuzzInSuite, runsInSuite } from "./target.ts";
import { mechanismTargets } from "./mechanism_targets.ts";

for (const target of mechanismTargets) {
  test(`${runsInSuite(target)} runs of ${target.name}`, () =>
    fuzzInSuite(target));
}
