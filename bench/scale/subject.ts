// A process that is measured, or that does the peers' part: it is told what to
// do by lines on its standard input, and answers each with a line of JSON.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { ROOT } from "../programs.ts";

/** What a process tells. */
export type Answer = Readonly<Record<string, number | string>>;

/** How long a process may take for one answer, in milliseconds. */
const PATIENCE = 120_000;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** One process. */
export class Subject {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #answers: Answer[] = [];
  #waiting: ((answer: Answer) => void) | undefined;
  #fail: (error: Error) => void = () => {};
  #error: Error | undefined;
  #text = "";

  constructor(command: readonly string[], ...words: readonly unknown[]) {
    const [file, ...before] = command;
    this.#name = `${command.at(-1)} ${words[0]}`;
    this.#child = spawn(file!, [...before, ...words.map(String)], {
      cwd: ROOT,
      stdio: ["pipe", "pipe", "inherit"],
    });
    running.add(this.#child);
    this.#child.stdout!.setEncoding("utf8")
      .on("data", (text: string) => this.#read(text));
    this.#child.stdin!.on("error", () => {});
    this.#child.once("close", (code) => {
      running.delete(this.#child);
      this.#error = new Error(`${this.#name} ended with ${code}`);
      this.#fail(this.#error);
    });
  }

  /** Its next answer. */
  answer(): Promise<Answer> {
    const answer = this.#answers.shift();
    if (answer !== undefined) return Promise.resolve(answer);
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.#name} did not answer in time`)),
        PATIENCE,
      );
      this.#waiting = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#fail = (error) => {
        clearTimeout(timer);
        reject(error);
      };
    });
  }

  /** Tells it to do something that has no answer. */
  tell(...words: readonly unknown[]): void {
    this.#child.stdin!.write(`${words.join(" ")}\n`);
  }

  /** Tells it to do something, and waits for the answer. */
  ask(...words: readonly unknown[]): Promise<Answer> {
    this.tell(...words);
    return this.answer();
  }

  /** The octets of memory that it has in use now. */
  get memory(): number {
    const words = ["-o", "rss=", "-p", String(this.#child.pid)];
    const { stdout } = spawnSync("ps", words, { encoding: "utf8" });
    return Number(stdout) * 1024;
  }

  /** The octets in use once they hardly change any more. */
  async settledMemory(): Promise<number> {
    for (let before = this.memory, left = 20;; left--) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const now = this.memory;
      if (left === 0 || Math.abs(now - before) < before / 200) return now;
      before = now;
    }
  }

  /** Ends it. */
  async end(): Promise<void> {
    this.#fail = () => {};
    if (!running.has(this.#child)) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    await closed;
  }

  #read(text: string): void {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop()!;
    for (const line of lines) {
      const answer = JSON.parse(line) as Answer;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#answers.push(answer);
      else waiting(answer);
    }
  }
}

/** Answers the lines of the standard input, in order. */
export function obey(
  commands: Readonly<
    Record<string, (...words: string[]) => Promise<Answer> | Answer | void>
  >,
): void {
  let done: Promise<unknown> = Promise.resolve();
  let text = "";
  process.stdin.setEncoding("utf8").on("data", (more: string) => {
    const lines = (text + more).split("\n");
    text = lines.pop()!;
    for (const line of lines) {
      const [name = "", ...words] = line.split(" ");
      done = done.then(async () => {
        const answer = await commands[name]!(...words);
        if (answer !== undefined) report(answer);
      });
    }
  });
}

/** Tells whoever started this process. */
export function report(answer: Answer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
