// TIPC in a guest whose kernel has it: the tests are test/compliance/tipc.ts,
// run there by the runtime that runs this, and each of them is one here.
// thorough
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { type GuestOutcome, noGuest, runInGuest } from "../kit/guest.ts";
import { skipWithoutKoffi } from "../kit/native.ts";
import { noPython } from "../kit/python_peer.ts";
import { runtimeName } from "../kit/runtime.ts";
import { showAgain } from "../kit/show.ts";
import { ROOT } from "../structure/project.ts";

/** Milliseconds that the tests may take: a guest is slow on a busy machine. */
const LIMIT = 250_000;

/** What the runner of the tests has for each runtime. */
interface Runner {
  arguments(
    file: string,
    report: string,
    options: { readonly fileTimeout: number },
  ): string[];
  read(report: string): {
    readonly units: readonly Unit[];
    readonly problem?: string;
  };
}

/** A test that has run. */
interface Unit {
  readonly name: string;
  readonly status: "passed" | "failed" | "skipped";
  readonly reason?: string;
  readonly error?: string;
}

interface Run extends GuestOutcome {
  readonly units: readonly Unit[];
  readonly problem?: string;
}

async function run(): Promise<Run> {
  const { href } = pathToFileURL(join(ROOT, "test/runner/commands.mjs"));
  const runner: Runner = (await import(href)).RUNTIMES[runtimeName];
  const folder = mkdtempSync(join(tmpdir(), "isomq-guest-"));
  try {
    const report = join(folder, "report");
    const fileTimeout = LIMIT / 1000;
    const outcome = await runInGuest({
      folder,
      modules: ["kernel/net/tipc/tipc.ko"],
      command: [
        process.execPath,
        ...runner.arguments("test/compliance/tipc.ts", report, { fileTimeout }),
      ],
      limit: LIMIT,
    });
    if (!existsSync(report)) {
      return { ...outcome, units: [], problem: "There is no report" };
    }
    return { ...outcome, ...runner.read(readFileSync(report, "utf8")) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const skip = skipWithoutKoffi || noPython || noGuest;
// Which tests there are, only the guest knows.
const { units, problem, code, output, console } = skip === false
  ? await run()
  : { units: [], code: 0, output: "", console: "" } as Run;

describe("in a guest with TIPC", { skip }, () => {
  it("the tests run to their end", () => {
    const said = `${console}\n${output}`;
    showAgain(output);
    assert.equal(problem, undefined, said);
    assert.ok(units.length > 50, `${units.length} tests\n${said}`);
    const failed = units.filter(({ status }) => status === "failed");
    assert.equal(code === 0, failed.length === 0, `exit code ${code}\n${said}`);
  });

  for (const { name, status, reason, error } of units) {
    it(name, { skip: status === "skipped" && (reason ?? true) }, () => {
      assert.equal(status, "passed", error ?? "It failed");
    });
  }
});
