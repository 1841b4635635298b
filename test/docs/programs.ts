// Runs small programs on the runtime that runs the tests.
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ROOT } from "../structure/project.ts";

/** What a program did. */
export interface Outcome {
  /** Its exit code; null when it was ended. */
  readonly code: number | null;
  /** What it printed. */
  readonly output: string;
  /** What it complained about. */
  readonly errors: string;
}

/** Milliseconds that a program may take. */
const LIMIT = 20_000;

/** True on Node, where programs are those that tsc wrote to .out. */
export const isNode: boolean = process.versions.bun === undefined &&
  process.versions.deno === undefined;

/** The path of a TypeScript file of the project as this runtime runs it. */
export function runnable(path: string): string {
  return isNode
    ? join(ROOT, ".out", path.replace(/\.ts$/, ".js"))
    : join(ROOT, path);
}

/** Runs a program to its end, or ends it. */
export function runProgram(path: string): Promise<Outcome> {
  const before = process.versions.deno === undefined
    ? []
    : ["run", "--quiet", "-A", "--config", join(ROOT, "deno.json")];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...before, path], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text) => output += text);
    child.stderr.setEncoding("utf8").on("data", (text) => errors += text);
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output, errors });
    });
  });
}

/** A fenced block, the heading above it, and what it says that it prints. */
export interface Block {
  /** The heading. */
  readonly title: string;
  /** The program. */
  readonly code: string;
  /** The lines that it prints. */
  readonly prints: string[];
}

/** The TypeScript programs of a document, those of JSDoc too. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/\n```ts\n([\s\S]*?)\n```/g)) {
    const code = match[1]!;
    const above = markdown.slice(0, match.index);
    const heading = /^#+ (.*)$/gm;
    const title = [...above.matchAll(heading)].at(-1)?.[1] ?? "";
    const prints = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)]
      .map(([, text]) => text!);
    blocks.push({ title, code, prints });
  }
  return blocks;
}

/** A program with the package's entries as this runtime has them. */
export function withDoors(code: string): string {
  return code.replaceAll(
    /( from )"isomq(?:\/(ext\/\w+))?"|import\.meta\.resolve\("isomq"\)/g,
    (_, from: string | undefined, entry: string | undefined) => {
      const path = entry === undefined ? "mod.ts" : `${entry}/mod.ts`;
      return `${from ?? ""}"${pathToFileURL(runnable(path)).href}"`;
    },
  );
}
