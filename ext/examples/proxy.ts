// A proxy: clients know one address, workers know another, and either may come
// and go. A ROUTER in front and a DEALER behind make a shared queue.
import { Dealer, proxy, Reply, Request, Router } from "../../mod.ts";

const text = new TextDecoder();

const front = new Router();
const back = new Dealer();
const frontEndpoint = await front.bind("tcp://127.0.0.1:*");
const backEndpoint = await back.bind("tcp://127.0.0.1:*");
const queue = proxy(front, back);

/** Answers until it is closed. */
async function work(worker: Reply): Promise<void> {
  for await (const [name] of worker) {
    await worker.send(`Hello, ${text.decode(name)}`);
  }
}
const workers = [new Reply(), new Reply()];
for (const worker of workers) worker.connect(backEndpoint);
const ended = workers.map(work);

for (const name of ["Ada", "Bob", "Cleo"]) {
  const client = new Request();
  client.connect(frontEndpoint);
  console.log(text.decode((await client.request(name))[0]));
  await client.close();
}
const { front: counts } = queue.statistics();
console.log(`${counts.received.messages} in, ${counts.sent.messages} out`);

queue.terminate();
await queue.done;
await Promise.all([front, back, ...workers].map((socket) => socket.close()));
await Promise.all(ended);

// Prints:
// Hello, Ada
// Hello, Bob
// Hello, Cleo
// 3 in, 3 out
