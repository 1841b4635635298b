// Seeds of `scenarios/mesh.ts`.
import { test } from "node:test";
import { runSeeds } from "./seeds.ts";

test("every seed of the mesh scenario is clean", () => runSeeds("mesh"));
