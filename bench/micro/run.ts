// `npm run bench -- --micro`: the parts of the engine alone, by tinybench. Runs
// on any runtime: `deno run -A bench/micro/run.ts`, `bun bench/micro/run.ts`.
import { Bench } from "tinybench";
import { addCurve } from "./curve.ts";
import { addDecoder } from "./decoder.ts";
import { addOutbox } from "./outbox.ts";
import { addRing } from "./ring.ts";
import { addSubscriptions } from "./subscriptions.ts";

/** Runs every micro benchmark and prints a table. */
export async function runMicro(isQuick: boolean): Promise<void> {
  const time = isQuick ? 100 : 500;
  const bench = new Bench({ time, warmupTime: time / 5 });
  addDecoder(bench);
  addOutbox(bench);
  addRing(bench);
  addSubscriptions(bench);
  await addCurve(bench);
  await bench.run();
  console.table(bench.table());
}

if (import.meta.main) await runMicro(false);
