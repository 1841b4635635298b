// Pipeline: a list of jobs is shared among workers, and a sink collects what
// they made. PUSH deals its messages out in turn, PULL collects fairly.
//
// In your own program, import from "isomq" (npm) or "@isomq/isomq" (JSR).
import { Pull, Push } from "../../mod.ts";

const text = new TextDecoder();

/** Takes jobs until it is closed, and sends each result on. */
async function work(jobs: Pull, results: Push): Promise<void> {
  for await (const [job] of jobs) {
    const number = Number(text.decode(job));
    await results.send(String(number * number));
  }
}

const source = new Push();
const sink = new Pull();
// ":*" chooses a free port; bind() tells which.
const sourceEndpoint = await source.bind("tcp://127.0.0.1:*");
const sinkEndpoint = await sink.bind("tcp://127.0.0.1:*");

const workers = [1, 2, 3].map(() => {
  const jobs = new Pull();
  const results = new Push();
  jobs.connect(sourceEndpoint);
  results.connect(sinkEndpoint);
  return { jobs, results, ended: work(jobs, results) };
});

for (let number = 1; number <= 100; number++) await source.send(String(number));

let sum = 0;
for (let count = 0; count < 100; count++) {
  const [result] = await sink.receive();
  sum += Number(text.decode(result));
}
console.log(`The squares of 1 to 100 add up to ${sum}`);

for (const { jobs, results, ended } of workers) {
  await jobs.close(); // ends the worker's loop
  await ended;
  await results.close();
}
await Promise.all([source.close(), sink.close()]);

// Prints:
// The squares of 1 to 100 add up to 338350
