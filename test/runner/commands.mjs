// The command that runs one test file on each runtime, and the reading of its
// report. Starts nothing.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readBunReport, readDenoReport, readNodeReport } from "./results.mjs";

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where the compiled tests and the reports are written. */
export const OUT = join(ROOT, ".out");

/**
 * Finds the program of a package that is installed in the project.
 *
 * @param {string} name
 * @returns {string}
 */
export function installed(name) {
  const path = join(ROOT, "node_modules", ".bin", name);
  if (existsSync(path)) return path;
  throw new Error(`Cannot find "${name}" in node_modules: run npm ci first`);
}

/**
 * One entry a runtime: the command for a test file and the reading of its
 * report.
 */
export const RUNTIMES = {
  node: {
    program: (options) => options.nodeBinary ?? process.execPath,
    arguments: (file, report) => [
      "--enable-source-maps",
      `--test-reporter=${new URL("./node_reporter.mjs", import.meta.url)}`,
      `--test-reporter-destination=${report}`,
      join(OUT, file.replace(/\.ts$/, ".js")),
    ],
    read(text) {
      const { units, finished, running } = readNodeReport(text);
      if (finished) return { units };
      const at = running.length > 0 ? ` in "${running.join('" > "')}"` : "";
      return { units, problem: `The run broke off${at}` };
    },
  },
  deno: {
    program: () => installed("deno"),
    arguments: (file, report) => [
      "test",
      "--allow-all",
      "--no-check",
      `--preload=${join(ROOT, "test/runner/deno_preload.mjs")}`,
      `--junit-path=${report}`,
      file,
    ],
    read: (text) => ({ units: readDenoReport(text) }),
  },
  bun: {
    program: () => installed("bun"),
    arguments: (file, report, options) => [
      "test",
      // Bun alone ends every test after 5 s.
      `--timeout=${options.fileTimeout * 1000}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      `./${file}`,
    ],
    read: (text) => ({ units: readBunReport(text) }),
  },
};
