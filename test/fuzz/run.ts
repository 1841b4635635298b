// `npm run fuzz`: every target in turn, for a time or a number of runs, and a
// verdict. A failure is printed as the line that repeats it.
import process from "node:process";
import { parseArgs } from "node:util";
import { targets } from "./targets.ts";
import { keptSeeds, runTarget, type Seed, type Target } from "./target.ts";

const USAGE = `Usage: npm run fuzz -- [options]

  --seconds N    time for all targets together (60)
  --runs N       runs of each target at most (1000000)
  --target NAME  only this target: ${targets.map(({ name }) => name).join(", ")}
  --seed N       with --path: repeats one failure of the target
  --path TEXT    what was printed with the seed
`;

interface Settings {
  readonly targets: readonly Target[];
  readonly seconds: number;
  readonly runs: number;
  readonly from: Seed | undefined;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", default: false },
      seconds: { type: "string", default: "60" },
      runs: { type: "string", default: "1000000" },
      target: { type: "string" },
      seed: { type: "string" },
      path: { type: "string", default: "" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const { target, seed, path } = values;
  const chosen = targets.filter(({ name }) =>
    target === undefined || name === target
  );
  if (chosen.length === 0) throw new Error(`Unknown target "${target}"`);
  if (seed !== undefined && target === undefined) {
    throw new Error("A seed needs its target");
  }
  return {
    targets: chosen,
    seconds: positive("seconds", values.seconds),
    runs: positive("runs", values.runs),
    from: seed === undefined ? undefined : { seed: Number(seed), path },
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`Expected a positive number for --${name}, got "${text}"`);
}

/** Runs one target; how many runs it had, or -1 when it failed. */
async function fuzz(target: Target, settings: Settings): Promise<number> {
  const { from, runs } = settings;
  const time = settings.seconds * 1000 / settings.targets.length;
  const efforts = from === undefined
    ? [
      ...keptSeeds(target).map((from) => ({ runs: 1, from })),
      { runs, time },
    ]
    : [{ runs: 1, from }];
  let sum = 0;
  for (const effort of efforts) {
    const outcome = await runTarget(target, effort);
    sum += outcome.runs;
    if (outcome.failure === undefined) continue;
    console.log(`FAILED ${target.name} after ${sum} runs`);
    console.log(outcome.failure);
    return -1;
  }
  console.log(`${target.name}: ${sum} runs`);
  return sum;
}

const settings = readSettings();
let sum = 0;
let failed = 0;
for (const target of settings.targets) {
  const runs = await fuzz(target, settings);
  if (runs < 0) failed++;
  else sum += runs;
}
console.log(
  failed === 0
    ? `No failure in ${sum} runs of ${settings.targets.length} targets`
    : `${failed} of ${settings.targets.length} targets failed`,
);
process.exitCode = failed === 0 ? 0 : 1;
