// The side of the process of an actor: it does what it is asked, one thing
// after the other, and ends with its standard input. What is thrown at nobody
// is printed where the runner sees it, and ends the process.
import { writeSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";

/** What an actor can be asked for. */
export type Part = Readonly<
  // deno-lint-ignore no-explicit-any
  Record<string, (...words: any[]) => unknown>
>;

/** Printed in front of what was thrown; test/runner/verdicts.mjs looks for it. */
const UNHANDLED_MARK = "[unhandled] ";

function die(error: unknown): void {
  const text = String((error as Error | undefined)?.stack ?? error);
  writeSync(1, `${UNHANDLED_MARK}${text.replaceAll("\n", " | ")}\n`);
  process.exit(70);
}

/** Says something that was not asked for; said when this returns. */
export function tell(notice: unknown): void {
  say({ notice });
}

/** Serves a part. */
export function play(part: Part): void {
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
  // Deno opens its own descriptors for signals when it is idle for a second,
  // and panics when there are none left by then.
  process.on("SIGHUP", () => {});
  let done: Promise<void> = Promise.resolve();
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      done = done.then(() => serve(part, line));
    })
    .on("close", () => void done.then(() => process.exit(0)));
}

async function serve(part: Part, line: string): Promise<void> {
  const { id, name, words } = JSON.parse(line) as {
    readonly id: number;
    readonly name: string;
    readonly words: readonly unknown[];
  };
  try {
    say({ id, ok: await part[name]!(...words) });
  } catch (error) {
    const { code = "", stack = error } = error as {
      readonly code?: string;
      readonly stack?: string;
    };
    say({ id, error: `${code} ${stack}` });
  }
}

function say(line: object): void {
  const octets = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < octets.length;) {
    try {
      at += writeSync(1, octets, at);
    } catch (error) {
      // The pipe is full, and somebody made it one that does not wait.
      if ((error as { readonly code?: string }).code !== "EAGAIN") throw error;
    }
  }
}
