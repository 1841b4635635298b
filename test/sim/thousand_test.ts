// thorough
// Seeds of `scenarios/thousand.ts`: each takes as long as a hundred others.
import { test } from "node:test";
import { runSeeds } from "./seeds.ts";

test("every seed of a thousand peers is clean", () => runSeeds("thousand"));
