// Opening handshakes of WebSockets that went wrong on their way.
import { test } from "node:test";
import { openingTargets } from "./opening_targets.ts";
import { fuzzInSuite, runsInSuite } from "./target.ts";

for (const target of openingTargets) {
  test(`${runsInSuite(target)} runs of ${target.name}`, () =>
    fuzzInSuite(target));
}
