// One process of a row of zeromq.js, the binding of libzmq for Node. It runs
// the same code as ours: the classes have the same names.
import process from "node:process";
import * as zeromq from "zeromq";
import { type Library, run } from "../macro/roles.ts";

await run(zeromq as unknown as Library, process.argv.slice(2));
