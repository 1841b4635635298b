// Runs one test file on a runtime, and ends it when it hangs. The only file of
// the runner that starts processes.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { OUT, ROOT, RUNTIMES } from "./commands.mjs";
import { UNCAUGHT_MARK } from "./results.mjs";

export { installed, ROOT, RUNTIMES } from "./commands.mjs";

/** @typedef {import("./results.mjs").Unit} Unit */

/** The processes that run now, to be ended with the runner. */
const children = new Set();

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    for (const child of children) killGroup(child);
    process.exit(130);
  });
}

/**
 * Runs one test file in a process of its own.
 *
 * @param {"node" | "deno" | "bun"} name the runtime
 * @param {string} file the test file, relative to the project
 * @param {{ fileTimeout: number, deadline: number, nodeBinary?: string }} options
 *   seconds for the file, and the moment when the runtime's time is over
 * @returns {Promise<{ file: string, units: Unit[], problem?: string, output: string }>}
 *   `problem` is what went wrong outside of every test
 */
export async function runFile(name, file, options) {
  const runtime = RUNTIMES[name];
  const report = join(OUT, "reports", `${process.pid}`, name, `${file}.report`);
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const left = Math.max(1, options.deadline - Date.now());
  const limit = Math.min(options.fileTimeout * 1000, left);
  const ended = await run(
    runtime.program(options),
    runtime.arguments(file, report, options),
    limit,
  );
  const text = existsSync(report) ? readFileSync(report, "utf8") : undefined;
  const read = text === undefined
    ? { units: [], problem: "The run broke off before it reported" }
    : runtime.read(text);
  const seconds = (limit / 1000).toFixed(0);
  const problem = ended.hung
    ? `Hang: did not end within ${seconds} s, a test never settles or ` +
      `something stays open${read.problem ? `. ${read.problem}` : ""}`
    : read.problem ?? brokenEnd(ended, read.units);
  return { file, units: read.units, problem, output: ended.output };
}

function brokenEnd({ code, signal, output }, units) {
  if (output.includes(UNCAUGHT_MARK)) {
    return "An error was thrown outside of every test";
  }
  if (signal !== null) return `Ended by ${signal}`;
  const failed = units.some((unit) => unit.status === "failed");
  if (code !== 0 && !failed) {
    return `Exit code ${code} though no test failed: a hook or the module did`;
  }
  if (units.length === 0) return "Registered no test";
  return undefined;
}

/** Runs a program in a process group of its own and collects its output. */
export function run(program, args, limit) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    children.add(child);
    let output = "";
    let hung = false;
    const collect = (text) => {
      output = (output + text).slice(-200_000);
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    const timer = setTimeout(() => {
      hung = true;
      killGroup(child);
    }, limit);
    child.on("error", reject);
    child.on("exit", () => {
      // What a test started must not outlive it and hold our pipes open.
      killGroup(child);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      children.delete(child);
      resolve({ code, signal, hung, output });
    });
  });
}

function killGroup(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}
