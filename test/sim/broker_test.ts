// Seeds of `scenarios/broker.ts`.
import { test } from "node:test";
import { runSeeds } from "./seeds.ts";

test("every seed of the broker scenario is clean", () => runSeeds("broker"));
