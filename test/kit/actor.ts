// A process of our own that plays a part in a test: it is asked to do things,
// can be stopped and killed, and whatever is thrown at nobody in it is seen.
// This is the side of the test; actor_program.ts is the side of the process.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { scriptCommand, type ScriptOptions } from "./runtime.ts";

/** Milliseconds that an answer may take. */
const PATIENCE = 60_000;

/** How to start an actor. */
export interface ActorOptions extends ScriptOptions {
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told of each line of an actor that is no answer. */
  readonly onNotice?: (notice: unknown) => void;
}

interface Line {
  readonly id?: number;
  readonly ok?: unknown;
  readonly error?: string;
  readonly notice?: unknown;
}

/** A process that plays a part. */
export class Actor implements AsyncDisposable {
  /** The process. */
  readonly child: ChildProcess;
  /** Resolves when it is gone and all it said was heard. */
  readonly ended: Promise<void>;
  readonly #waiting = new Map<number, (line: Line) => void>();
  readonly #onNotice: (notice: unknown) => void;
  #ids = 0;

  /** Starts a script that calls `play`, named by its URL. */
  constructor(
    url: URL,
    args: readonly string[] = [],
    options: ActorOptions = {},
  ) {
    const [command, ...rest] = scriptCommand(url, args, options);
    this.#onNotice = options.onNotice ?? (() => {});
    this.child = spawn(command!, rest, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...options.env },
    });
    // Whoever writes to one that was killed is told by `ended`.
    this.child.stdin!.on("error", () => {});
    createInterface({ input: this.child.stdout! })
      .on("line", (line) => this.#read(line));
    this.ended = once(this.child, "close").then(() => {
      for (const settle of this.#waiting.values()) {
        settle({ error: "it ended" });
      }
      this.#waiting.clear();
    });
  }

  /** Has it do something, and resolves with what that came to. */
  async ask<T = unknown>(name: string, ...words: unknown[]): Promise<T> {
    const id = ++this.#ids;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const line = await new Promise<Line>((resolve) => {
      timer = setTimeout(
        () => resolve({ error: `no answer within ${PATIENCE} ms` }),
        PATIENCE,
      );
      this.#waiting.set(id, resolve);
      this.child.stdin!.write(`${JSON.stringify({ id, name, words })}\n`);
    });
    clearTimeout(timer);
    if (line.error !== undefined) {
      throw new Error(`Cannot have an actor ${name}: ${line.error}`);
    }
    return line.ok as T;
  }

  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void {
    // Deno takes a child that was sent any signal for dead.
    process.kill(this.child.pid!, name);
  }

  /** Kills it as `kill -9` does, and waits until it is gone. */
  async kill(): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch {
      // It is gone already.
    }
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #read(text: string): void {
    // Half a line is all that may come of a process that was killed.
    if (!text.startsWith("{") || !text.endsWith("}")) {
      console.log(text);
      return;
    }
    const line = JSON.parse(text) as Line;
    if (line.id === undefined) this.#onNotice(line.notice);
    else {
      this.#waiting.get(line.id)?.(line);
      this.#waiting.delete(line.id);
    }
  }
}
