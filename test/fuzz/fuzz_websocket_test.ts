// WebSocket messages that went wrong on their way.
import { test } from "node:test";
import { fuzzInSuite, runsInSuite } from "./target.ts";
import { webSocketTargets } from "./websocket_targets.ts";

for (const target of webSocketTargets) {
  test(`${runsInSuite(target)} runs of ${target.name}`, () =>
    fuzzInSuite(target));
}
