// Seeds of `scenarios/pipeline.ts`.
import { test } from "node:test";
import { runSeeds } from "./seeds.ts";

test("every seed of the pipeline scenario is clean", () =>
  runSeeds("pipeline"));
