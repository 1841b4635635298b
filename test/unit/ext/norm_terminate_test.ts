// A worker that is terminated amid traffic of norm ends, and its process goes
// on. docs/extensions.md: Bun may run what the worker has of libnorm when its
// native parts are gone, and ends.
// runtimes: node, deno
// thorough
import { it } from "node:test";
import { normEndpoint, skipWithoutNorm } from "../../kit/norm.ts";
import { outlivesItsWorkers } from "../../kit/terminate.ts";

it("a process survives the end of workers in which sockets of norm are busy", {
  skip: skipWithoutNorm,
}, () => outlivesItsWorkers("norm", normEndpoint()));
