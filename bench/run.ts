// `npm run bench`: throughput and latency between two processes, ours on each
// runtime and the controls beside it, one table. `npm run bench -- --help`.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { makeCases } from "./cases.ts";
import { measure, type Span } from "./processes.ts";
import { findPrograms, type Program, versions } from "./programs.ts";
import { median, type Row, table } from "./table.ts";

const USAGE = `Usage: npm run bench -- [options]

  --quick        fewer rows, one short run each: less than 90 s
  --runs N       runs of each figure, of which the median is shown (5)
  --filter TEXT  only rows whose name contains TEXT
  --only NAMES   only these columns, with commas between
  --json FILE    writes every figure to a file
  --micro        the parts of the engine alone, by tinybench
  --scale        memory and time with very many connections, subscribers,
                 messages and subscriptions; obeys --quick and --json
`;

interface Settings {
  readonly isQuick: boolean;
  readonly isMicro: boolean;
  readonly isScale: boolean;
  readonly runs: number;
  readonly filter: string;
  readonly only: readonly string[] | undefined;
  readonly json: string | undefined;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      micro: { type: "boolean", default: false },
      scale: { type: "boolean", default: false },
      runs: { type: "string" },
      filter: { type: "string", default: "" },
      only: { type: "string" },
      json: { type: "string" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const runs = Number(values.runs ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`Expected a number of runs, got "${values.runs}"`);
  }
  return {
    isQuick: values.quick,
    isMicro: values.micro,
    isScale: values.scale,
    runs,
    filter: values.filter,
    only: values.only?.split(","),
    json: values.json,
  };
}

/** Runs every row for every program in turn, so that all share the weather. */
async function measureAll(
  rows: readonly Row[],
  programs: readonly Program[],
  runs: number,
  span: Span,
): Promise<string[]> {
  const failures: string[] = [];
  for (let run = 1; run <= runs; run++) {
    for (const { row, figures } of rows) {
      for (const program of programs) {
        if (!program.can(row.first, row.mode)) continue;
        progress(`run ${run}/${runs}  ${row.name}  ${program.name}`);
        try {
          const { count, milliseconds, p50 } = await measure(
            program,
            row,
            span,
          );
          const figure = row.unit === "µs"
            ? p50!
            : count / (milliseconds / 1000);
          const all = figures.get(program.name) ?? [];
          figures.set(program.name, [...all, figure]);
        } catch (error) {
          failures.push(`${row.name}: ${(error as Error).message}`);
        }
      }
    }
  }
  progress("");
  return failures;
}

function progress(text: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\x1b[2K${text}`);
}

function machine(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model ?? "unknown"}, ${process.platform}`;
}

function asJson(rows: readonly Row[], span: Span): string {
  const figures = rows.map(({ row, figures }) => ({
    ...row,
    programs: Object.fromEntries(
      [...figures].map((
        [name, runs],
      ) => [name, { median: median(runs), runs }]),
    ),
  }));
  const facts = { date: new Date().toISOString(), machine: machine() };
  return `${
    JSON.stringify({ ...facts, versions: versions(), span, figures }, null, 2)
  }\n`;
}

async function main(): Promise<void> {
  const settings = readSettings();
  if (settings.isMicro) {
    const { runMicro } = await import("./micro/run.ts");
    await runMicro(settings.isQuick);
    return;
  }
  if (settings.isScale) {
    const { runScale } = await import("./scale/run.ts");
    await runScale(settings.isQuick, settings.json);
    return;
  }
  const span = settings.isQuick
    ? { milliseconds: 400, warmUp: 150 }
    : { milliseconds: 1000, warmUp: 300 };
  const found = findPrograms();
  const { only } = settings;
  const programs = found.there.filter(({ name }) =>
    only === undefined || only.includes(name)
  );
  const rows = makeCases(settings.isQuick)
    .filter(({ name }) => name.includes(settings.filter))
    .map((row): Row => ({ row, figures: new Map() }));
  const failures = await measureAll(rows, programs, settings.runs, span);
  console.log(table(rows, programs));
  console.log(
    `\nMedians of ${settings.runs}, ${span.milliseconds} ms each after ` +
      `${span.warmUp} ms of warm-up (round trips: 5 times that); two ` +
      `processes, TCP over loopback; ` +
      `msg/s, or µs for a round trip. Ratios: more than 1 is faster than ` +
      `the control.\n${machine()}; ${
        Object.entries(versions()).map(([name, text]) =>
          text.startsWith(name) ? text : `${name} ${text}`
        ).join(", ")
      }`,
  );
  for (const { name, hint } of found.missing) {
    console.log(`${name}: not installed (${hint})`);
  }
  for (const failure of failures) console.log(`FAILED ${failure}`);
  if (settings.json !== undefined) {
    writeFileSync(settings.json, asJson(rows, span));
  }
  if (failures.length > 0) process.exitCode = 1;
}

await main();
