// One process of a row of IsoMQ: `isomq_worker ROLE MODE SIZE …`.
import process from "node:process";
import * as isomq from "../../mod.ts";
import { run } from "./roles.ts";

await run(isomq, process.argv.slice(2));
