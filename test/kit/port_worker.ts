// Runs in a worker: answers what its maker asks, over the worker's own port
// and over a name that all threads hear.
import { parentPort } from "node:worker_threads";
import { messagePort, type PortLike, Reply } from "../../mod.ts";

/** A worker's scope is its port, on all runtimes but Node. */
const port = "postMessage" in globalThis
  ? globalThis as unknown as PortLike
  : parentPort!;

async function answer(endpoint: string): Promise<void> {
  const reply = new Reply();
  const options = endpoint.startsWith("port:")
    ? { transport: messagePort(port) }
    : {};
  await reply.bind(endpoint, options);
  for await (const message of reply) await reply.send(message);
}

void answer("port://echo");
void answer("broadcast://worker echo");
