// `npm run sim`: seeds of the simulation, as many as wanted, or one of them
// with everything that happened.
import process from "node:process";
import { parseArgs } from "node:util";
import { pause } from "../kit/wait.ts";
import { runSeed, SCENARIOS } from "./run.ts";

const USAGE = `Usage: npm run sim -- [options]

  --seed N          the first seed (1)
  --count N         how many seeds (10 000; 1 when --seed is given)
  --scenario NAME   ${Object.keys(SCENARIOS).join(", ")}
                    (all in turn; "thousand" for each hundredth seed only)
  --trace           print everything that happens
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      count: { type: "string" },
      scenario: { type: "string" },
      trace: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const names = values.scenario === undefined
    ? Object.keys(SCENARIOS)
    : [values.scenario];
  const unknown = names.find((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown !== undefined) throw new Error(`Unknown scenario "${unknown}"`);
  const first = Number(values.seed ?? 1);
  const count = Number(
    values.count ?? (values.seed === undefined ? 10_000 : 1),
  );
  const log = values.trace ? console.log : undefined;
  const started = performance.now();
  let [runs, failed, messages] = [0, 0, 0];
  for (let seed = first; seed < first + count; seed++) {
    // A rejection that nobody handles is reported in between.
    await pause();
    for (const name of names) {
      // It takes as long as a hundred others.
      const isRare = name === "thousand" && names.length > 1;
      if (isRare && seed % 100 > 0) continue;
      const outcome = await runSeed(seed, name, log);
      runs++;
      messages += outcome.messages;
      if (outcome.faults.length > 0) failed++;
      if (
        outcome.faults.length > 0 || values.count === undefined && count === 1
      ) {
        console.log(outcome.line);
      }
    }
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${runs} runs, ${messages} messages, ${failed} failed, ` +
      `${seconds.toFixed(1)} s`,
  );
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
