// Runs one measurement: starts one or two processes, waits for what they say,
// and lets none outlive its time.
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Case } from "./cases.ts";
import type { Result } from "./macro/load.ts";
import { type Program, ROOT } from "./programs.ts";

/** How long to measure. */
export interface Span {
  /** Milliseconds that count. */
  readonly milliseconds: number;
  /** Milliseconds before that. */
  readonly warmUp: number;
}

/** What a process may need beside its measuring: to start and to end. */
const GRACE = 15_000;

const running = new Set<ChildProcess>();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill("SIGKILL");
    process.exit(130);
  });
}

/** A process of a measurement. */
class Worker {
  readonly ended: Promise<void>;
  endpoint: Promise<string>;
  result: Result | undefined;
  readonly #child: ChildProcess;
  #text = "";
  #errors = "";
  #told: (endpoint: string) => void = () => {};

  constructor(
    program: Program,
    words: readonly string[],
    limit: number,
    isPinned = false,
  ) {
    const [file, ...before] = isPinned
      ? ["taskset", "-c", "0", ...program.command]
      : program.command;
    const child = spawn(file!, [...before, ...words], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    running.add(child);
    const told = new Promise<string>((resolve) => this.#told = resolve);
    child.stdout!.setEncoding("utf8").on("data", (text) => this.#read(text));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-2000);
    });
    const name = `${program.name} ${words[0]}`;
    this.ended = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill();
        reject(new Error(`${name} did not end in time`));
      }, limit);
      child.once("error", reject);
      child.once("close", (code) => {
        clearTimeout(timer);
        running.delete(child);
        if (code === 0) resolve();
        else reject(new Error(`${name} failed: ${this.#errors.trim()}`));
      });
    });
    this.ended.catch(() => {});
    this.endpoint = Promise.race([
      told,
      this.ended.then(() => {
        throw new Error(`${name} ended before it was bound`);
      }),
    ]);
    this.endpoint.catch(() => {});
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #read(text: string): void {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith("{")) continue;
      const told = JSON.parse(line) as { endpoint?: string; result?: Result };
      if (told.endpoint !== undefined) this.#told(told.endpoint);
      if (told.result !== undefined) this.result = told.result;
    }
  }
}

/**
 * Measures a row for a program once.
 *
 * @throws when a process fails, hangs, or its messages do not add up.
 */
export async function measure(
  program: Program,
  row: Case,
  span: Span,
): Promise<Result> {
  const warmUp = span.warmUp * (row.warmUps ?? 1);
  const words = (role: string) =>
    [role, row.mode, row.size, span.milliseconds, warmUp, row.peers]
      .map(String);
  const limit = span.milliseconds + warmUp + GRACE;
  const first = new Worker(program, words(row.first), limit, row.isPinned);
  const workers = [first];
  try {
    if (row.second !== undefined) {
      const endpoint = await first.endpoint;
      workers.push(
        new Worker(
          program,
          [...words(row.second), endpoint],
          limit,
          row.isPinned,
        ),
      );
    }
    await Promise.all(workers.map((worker) => worker.ended));
  } catch (error) {
    for (const worker of workers) worker.kill();
    throw error;
  }
  const result = workers.find((worker) => worker.result)?.result;
  if (result === undefined) throw new Error(`${program.name} told no result`);
  return result;
}
