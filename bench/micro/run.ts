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
  for (const { name, result } of bench.tasks) {
    if (result.state === "errored") throw result.error;
    if (!("latency" in result)) throw new Error(`"${name}" did not run`);
    const { p50 } = result.latency;
    console.log(`${name.padEnd(56)} ${microseconds(p50)} µs`);
  }
}

/** The median of a run, from milliseconds. */
function microseconds(milliseconds: number): string {
  const time = milliseconds * 1000;
  return time.toFixed(time < 100 ? 2 : 0).padStart(10);
}

if (import.meta.main) await runMicro(false);
