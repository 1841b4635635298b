// Seeds of `scenarios/pubsub.ts`.
import { test } from "node:test";
import { runSeeds } from "./seeds.ts";

test("every seed of the pubsub scenario is clean", () => runSeeds("pubsub"));
