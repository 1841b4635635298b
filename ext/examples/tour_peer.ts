// A peer of the tour: a process that takes part in legs, one line of JSON each,
// until its input ends. `tour_peer` is IsoMQ; `tour_peer zeromq` is zeromq.js.
import process from "node:process";
import { createInterface } from "node:readline";
import { type Answer, type Library, play, type Task } from "./tour_roles.ts";

function answer(line: Answer): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function load(name: string | undefined): Promise<Library> {
  if (name !== "zeromq") return await import("../../mod.ts");
  return await import("zeromq") as unknown as Library;
}

const library = await load(process.argv[2]);
const { bun, deno, node } = process.versions;
const runtime = bun ?? deno ?? node ?? "";
// Only zeromq.js has a libzmq, and says which.
const libzmq = (library as { version?: string }).version;
answer({ hello: runtime + (libzmq ? `, libzmq ${libzmq}` : "") });

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line) as Task;
  const { leg } = task;
  play(library, task, (endpoint) => answer({ leg, endpoint })).then(
    (count) => answer({ leg, ...count }),
    (error: Error) => answer({ leg, error: error.message }),
  );
}
process.exit(0);
