// Seeds of `scenarios/heartbeat.ts`.
import { test } from "node:test";
import { runSeeds } from "./seeds.ts";

test("every seed of the heartbeat scenario is clean", () =>
  runSeeds("heartbeat"));
