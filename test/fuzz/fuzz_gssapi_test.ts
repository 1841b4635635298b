// The commands of GSSAPI, its handshake and its traffic, with somebody between.
import { test } from "node:test";
import { gssapiTargets } from "./gssapi_targets.ts";
import { fuzzInSuite, runsInSuite } from "./target.ts";

for (const target of gssapiTargets) {
  test(`${runsInSuite(target)} runs of ${target.name}`, () =>
    fuzzInSuite(target));
}
