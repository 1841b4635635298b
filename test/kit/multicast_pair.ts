// A publisher and a subscriber of multicast, each in a process and a network
// of its own, ours or libzmq's.
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { ROOT } from "../structure/project.ts";
import { skipWithoutKoffi } from "./native.ts";
import { noPython } from "./python_peer.ts";
import { scriptCommand, scriptUrl } from "./runtime.ts";
import { noVeth } from "./veth.ts";
import { pause, within } from "./wait.ts";

/** Whose a side is. */
export type Side = "ours" | "libzmq";

/** The reason to skip what needs namespaces, or false. */
export const skipWithoutNamespaces: string | false = skipWithoutKoffi ||
  noPython || noVeth;

/** What a pair sends. */
export interface Load {
  readonly count: number;
  /** Octets of each part. */
  readonly size: number;
  /** Parts beside the number. */
  readonly parts: number;
  /** Kilobits a second. */
  readonly rate: number;
}

/**
 * Milliseconds that a pair may take: congestion control is slow where much is
 * lost.
 */
const REPORT_LIMIT = 200_000;

/** What happens to the two while they are at it, until the signal's end. */
export type Trouble = (
  sender: Part,
  receiver: Part,
  over: AbortSignal,
) => Promise<void>;

/** Runs a pair; resolves with what the receiver came to. */
export async function runPair<Report>(
  [from, to]: readonly [Side, Side],
  [near, far]: readonly [readonly string[], readonly string[]],
  endpoints: readonly [string, string],
  load: Load,
  trouble: Trouble = () => Promise.resolve(),
): Promise<Report> {
  const { count, size, parts, rate } = load;
  const words = [count, size, parts, rate].map(String);
  const part = (side: Side, launcher: readonly string[], args: string[]) =>
    new Part(
      side === "ours"
        ? scriptCommand(
          scriptUrl("./multicast_program", import.meta.url),
          args,
          {
            launcher,
          },
        )
        : [
          ...launcher,
          "/usr/bin/python3",
          join(ROOT, "test/kit/peers/multicast_peer.py"),
          ...args,
        ],
    );
  const receiver = part(to, far, ["receive", endpoints[1], ...words]);
  const parts_ = [receiver];
  const over = new AbortController();
  try {
    await within(receiver.line(), "the receiver to be ready", 20_000);
    const sender = part(from, near, ["send", endpoints[0], ...words]);
    parts_.push(sender);
    await within(sender.line(), "the sender to be ready", 20_000);
    const troubled = trouble(sender, receiver, over.signal);
    const line = await within(receiver.line(), "the report", REPORT_LIMIT);
    over.abort();
    await troubled;
    sender.dismiss();
    const codes = await Promise.all(
      parts_.map((part) => within(part.exited, "its end", 20_000)),
    );
    if (codes.some((code) => code !== 0)) throw new Error(`Ended: ${codes}`);
    return JSON.parse(line) as Report;
  } finally {
    over.abort();
    for (const part of parts_) part.kill();
  }
}

/** One process. */
export class Part {
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string | null>;
  readonly #signal: (signal: NodeJS.Signals) => void;
  readonly #end: () => void;
  readonly #lines: AsyncIterator<string>;

  constructor([command, ...rest]: readonly string[]) {
    const child = spawn(command!, rest, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, PGM_MIN_LOG_LEVEL: "ERROR" },
    });
    this.exited = new Promise((resolve) =>
      child.on("exit", (code, signal) => resolve(code ?? signal))
    );
    this.#signal = (signal) => {
      // A process that is gone may have left its number to another.
      const isThere = child.exitCode === null && child.signalCode === null;
      if (isThere && child.pid !== undefined) {
        try {
          process.kill(child.pid, signal);
        } catch {
          // It is gone already.
        }
      }
    };
    this.#end = () => void child.stdin.end();
    this.#lines = createInterface({ input: child.stdout! })
      [Symbol.asyncIterator]();
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) {
      throw new Error(`A side ended without a line: ${await this.exited}`);
    }
    return value;
  }

  /** Ends its input: it is needed no more. */
  dismiss(): void {
    this.#end();
  }

  /** Has it stand still for so many milliseconds. */
  async standStill(milliseconds: number): Promise<void> {
    this.#signal("SIGSTOP");
    await pause(milliseconds);
    this.#signal("SIGCONT");
  }

  /** Ends it, if it has not ended. */
  kill(): void {
    this.#signal("SIGKILL");
  }
}
