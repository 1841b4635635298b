// Runs the test suite on Node, Deno and Bun in turn, every file in a process
// of its own, and prints one line a runtime. `node test/run.mjs --help` lists
// the options. The last line is plain: "N passed, N failed".
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, sep } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { shownLines } from "./runner/results.mjs";
import { installed, ROOT, run, runFile, RUNTIMES } from "./runner/runtimes.mjs";
import {
  parity,
  table,
  unhandled,
  verdictLine,
  verdictsIn,
} from "./runner/verdicts.mjs";

const USAGE = `Usage: node test/run.mjs [options] [path-part…]

  --runtime NAME       node, deno or bun; may be repeated (all three)
  --filter PART        only files whose path contains PART; may be repeated
  --no-skips           a skipped test is a failure
  --soak               run what gives verdicts on promises of reliability, all
                       of test/soak first, and end with a table of them
  --node-binary PATH   the Node program to test on (the one that runs this)
  --no-build           test what is compiled in .out already
  --thorough           what takes longer too, more seeds, and on Deno and Bun
                       what knows no runtime (always in CI)
  --slowest N          print the files that took longest
  --jobs N             files at a time (2; 1 with --soak)
  --timeout S          seconds for one file (120; 240 with --thorough,
                       3600 with --soak)
  --runtime-timeout S  seconds for one runtime (1500; 10800 with --soak)
`;

/** Reads the command line; ends the process on --help or a wrong option. */
function readOptions() {
  const text = { type: "string" };
  const list = { type: "string", multiple: true, default: [] };
  const flag = { type: "boolean", default: false };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runtime: list,
      filter: list,
      soak: flag,
      thorough: { ...flag, default: process.env.CI === "true" },
      help: flag,
      jobs: text,
      slowest: text,
      timeout: text,
      "no-skips": flag,
      "no-build": flag,
      "node-binary": text,
      "runtime-timeout": text,
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const unknown = values.runtime.find((name) => !Object.hasOwn(RUNTIMES, name));
  if (unknown !== undefined) throw new Error(`Unknown runtime "${unknown}"`);
  return {
    runtimes: Object.keys(RUNTIMES).filter((name) =>
      values.runtime.length === 0 || values.runtime.includes(name)
    ),
    filters: [...values.filter, ...positionals],
    soak: values.soak,
    thorough: values.thorough,
    skipsFail: values["no-skips"],
    build: !values["no-build"],
    nodeBinary: values["node-binary"],
    slowest: values.slowest === undefined
      ? 0
      : positive("slowest", values.slowest),
    jobs: positive("jobs", values.jobs, values.soak ? 1 : 2),
    fileTimeout: positive(
      "timeout",
      values.timeout,
      values.soak ? 3600 : values.thorough ? 240 : 120,
    ),
    runtimeTimeout: positive(
      "runtime-timeout",
      values["runtime-timeout"],
      values.soak ? 10_800 : 1500,
    ),
  };
}

function positive(name, text, otherwise) {
  const value = text === undefined ? otherwise : Number(text);
  if (value > 0) return value;
  throw new Error(`Expected a positive number for --${name}, got "${text}"`);
}

/** Lists the test files that are asked for, relative to the project. */
function findFiles({ filters, soak }) {
  const isLong = (path) => path.startsWith("test/soak/");
  return readdirSync(join(ROOT, "test"), { recursive: true })
    .map((path) => `test/${path.split(sep).join("/")}`)
    .filter((path) => path.endsWith("_test.ts"))
    .filter((path) =>
      soak ? isLong(path) || givesVerdicts(path) : !isLong(path)
    )
    .filter((path) =>
      filters.length === 0 || filters.some((part) => path.includes(part))
    )
    .sort();
}

/** Says whether a test file says something about R1 to R25. */
function givesVerdicts(file) {
  return /"\..*\/kit\/verdict\.ts"/.test(
    readFileSync(join(ROOT, file), "utf8"),
  );
}

/**
 * Says whether a test file is for every run: all are, unless their head says
 * `// thorough`, and nobody asks for them by name.
 */
function isQuick(file, { filters, soak }) {
  const head = readFileSync(join(ROOT, file), "utf8").slice(0, 1000);
  return soak || filters.length > 0 || !/^\/\/ thorough$/m.test(head);
}

/**
 * Says which runtimes a test file is for: all, unless its head names them,
 * `// runtimes: node, deno`, because what it tests against exists on no other.
 */
function runtimesOf(file) {
  const head = readFileSync(join(ROOT, file), "utf8").slice(0, 1000);
  const named = /^\/\/ runtimes: (.*)$/m.exec(head)?.[1];
  if (named === undefined) return Object.keys(RUNTIMES);
  const names = named.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !Object.hasOwn(RUNTIMES, name));
  if (unknown === undefined) return names;
  throw new Error(`${file} is for the unknown runtime "${unknown}"`);
}

/**
 * Tests of what knows no runtime, or of what is the same on each. Quick runs
 * have them on Node only.
 */
const OF_THE_ENGINE =
  /^test\/(docs|fuzz|hostile|sim|spec|structure|unit\/(?!adapters\/))/;

/** Says whether a run of this kind has a test file on a runtime. */
function isFor(file, runtime, { thorough, filters, soak }) {
  if (!runtimesOf(file).includes(runtime)) return false;
  const isAll = thorough || soak || filters.length > 0;
  return isAll || runtime === "node" || !OF_THE_ENGINE.test(file) ||
    !runtimesOf(file).includes("node");
}

/**
 * Compiles everything to .out, where Node finds the tests. A type error is
 * shown but does not stop the tests: `npm run check` is the judge of types.
 */
async function compile() {
  const { code, hung, output } = await run(installed("tsc"), [], 300_000);
  if (hung) throw new Error("tsc did not end within 300 s");
  if (code !== 0) {
    const errors = output.trim().split("\n");
    console.log(`tsc: ${errors.length} lines of type errors, the first:`);
    for (const line of errors.slice(0, 5)) console.log(`  ${line}`);
  }
}

/** Runs the files on one runtime, `jobs` at a time, and reports failures. */
async function runRuntime(name, files, options) {
  const started = Date.now();
  const deadline = started + options.runtimeTimeout * 1000;
  const waiting = [...files];
  const results = [];
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const begun = Date.now();
      const result = begun >= deadline
        ? { file, units: [], output: "", problem: "No time was left for it" }
        : await runFile(name, file, { ...options, deadline });
      result.seconds = (Date.now() - begun) / 1000;
      results.push(result);
      showLines(name, result);
      showFailures(name, result);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  results.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { name, results, seconds: (Date.now() - started) / 1000 };
}

/** Prints what a test wants people to see although it passes. */
function showLines(runtime, { output }) {
  for (const line of shownLines(output)) console.log(`${runtime}: ${line}`);
  for (const found of verdictsIn(runtime, output)) {
    console.log(verdictLine(found));
  }
}

function showFailures(runtime, { file, units, problem, output }) {
  for (const unit of units) {
    if (unit.status !== "failed") continue;
    console.log(`FAILED ${runtime} ${file}: ${unit.name}`);
    console.log(indent(unit.error ?? "no reason was reported"));
  }
  if (problem === undefined) return;
  console.log(`FAILED ${runtime} ${file}: ${problem}`);
  console.log(indent(output.trim().split("\n").slice(-40).join("\n")));
}

function indent(text) {
  return text.trimEnd().replace(/^/gm, "    ");
}

/**
 * Completes the other runtimes' reports from Node's: gives skipped tests their
 * reasons, and adds the tests that are missing. Bun leaves the tests of a
 * skipped suite out, so there they count as skipped; on Deno they failed to
 * register.
 */
function compareWithNode(node, other) {
  for (const { file, units } of node.results) {
    const there = other.results.find((result) => result.file === file);
    if (there === undefined || there.problem !== undefined) continue;
    for (const unit of units) {
      const found = there.units.find(({ name }) => name === unit.name);
      if (found?.status === "skipped") found.reason ??= unit.reason;
      const covered = found !== undefined || unit.status === "skipped" ||
        there.units.some(({ name, status }) =>
          status === "skipped" && unit.name.startsWith(`${name} > `)
        );
      if (covered) continue;
      const missing = other.name === "bun"
        ? { name: unit.name, status: "skipped", reason: "suite skipped" }
        : { name: unit.name, status: "failed", error: "did not run" };
      there.units.push(missing);
      showFailures(other.name, { file, units: [missing] });
    }
  }
}

function count({ results }, status) {
  const units = results.flatMap((result) => result.units);
  const problems = results.filter((result) => result.problem !== undefined);
  return units.filter((unit) => unit.status === status).length +
    (status === "failed" ? problems.length : 0);
}

function totals(counts) {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

function showSlowest({ name, results }, most) {
  const slowest = [...results].sort((a, b) => b.seconds - a.seconds);
  for (const { file, seconds } of slowest.slice(0, most)) {
    console.log(`  ${seconds.toFixed(1).padStart(6)} s on ${name}: ${file}`);
  }
}

function showSkips({ name, results }) {
  for (const { file, units } of results) {
    for (const unit of units) {
      if (unit.status !== "skipped") continue;
      const reason = unit.reason ?? "no reason reported";
      console.log(`  skipped ${name} ${file}: ${unit.name} (${reason})`);
    }
  }
}

/** Prints what became of every promise; true when all are kept. */
function showTable(verdicts, { runtimes, filters }) {
  const same = parity(verdicts, runtimes);
  if (same !== undefined) verdicts.push(same);
  // Who asks for a part cannot have all.
  const complete = filters.length === 0 &&
    runtimes.length === Object.keys(RUNTIMES).length;
  const { lines, broken } = table(verdicts, complete);
  for (const line of lines) console.log(line);
  if (broken.length > 0) console.log(`Broken: ${broken.join(", ")}`);
  return broken.length === 0;
}

async function main() {
  const options = readOptions();
  const found = findFiles(options);
  if (found.length === 0) throw new Error("No test file matches");
  const files = found.filter((file) =>
    options.thorough || isQuick(file, options)
  );
  if (options.thorough) process.env.ISOMQ_THOROUGH = "1";
  if (options.build && options.runtimes.includes("node")) await compile();
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const verdicts = [];
  let node;
  for (const name of options.runtimes) {
    const own = files.filter((file) => isFor(file, name, options));
    const outcome = await runRuntime(name, own, options);
    if (name === "node") node = outcome;
    else if (node !== undefined) compareWithNode(node, outcome);
    for (const { output } of outcome.results) {
      verdicts.push(...verdictsIn(name, output));
    }
    if (options.soak) verdicts.push(unhandled(name, outcome.results));
    const counts = {};
    for (const status of Object.keys(sum)) {
      counts[status] = count(outcome, status);
      sum[status] += counts[status];
    }
    const time = `${own.length} files, ${outcome.seconds.toFixed(1)} s`;
    console.log(`${name}: ${totals(counts)} (${time})`);
    for (const file of files.filter((file) => !own.includes(file))) {
      if (runtimesOf(file).includes(name)) continue;
      console.log(`  only on ${runtimesOf(file).join(" and ")}: ${file}`);
    }
    const rest = files.filter((file) =>
      !own.includes(file) && runtimesOf(file).includes(name)
    );
    if (rest.length > 0) {
      console.log(`  on ${name} only with --thorough: ${rest.length} files`);
    }
    showSkips(outcome);
    showSlowest(outcome, options.slowest);
  }
  rmSync(join(ROOT, ".out", "reports", `${process.pid}`), {
    recursive: true,
    force: true,
  });
  const kept = !options.soak || showTable(verdicts, options);
  const bad = !kept || sum.failed > 0 || (options.skipsFail && sum.skipped > 0);
  if (options.skipsFail && sum.skipped > 0) {
    console.log(`Expected no skipped test (--no-skips), got ${sum.skipped}`);
  }
  for (const file of found) {
    if (!files.includes(file)) console.log(`  only with --thorough: ${file}`);
  }
  console.log(totals(sum));
  process.exitCode = bad ? 1 : 0;
}

try {
  await main();
} catch (error) {
  console.error(`test/run.mjs: ${error.message}`);
  process.exitCode = 2;
}
