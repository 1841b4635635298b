// The programs of a row: how to start each, or why it is not there.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { CURVE } from "./macro/curve.ts";

/** One column of the table: a library on a runtime. */
export interface Program {
  /** The name of the column. */
  readonly name: string;
  /** True for ours. */
  readonly isOwn: boolean;
  /** The command, without the words for the worker. */
  readonly command: readonly string[];
  /** The roles that it knows, and their modes. */
  readonly can: (role: string, mode: string) => boolean;
}

/** A program that is not installed. */
export interface Missing {
  /** The name of the column. */
  readonly name: string;
  /** How to get it. */
  readonly hint: string;
}

/** The folder of package.json, whether this runs from .out or from bench. */
export const ROOT: string = findRoot();

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

const OUT = join(ROOT, ".out");

/** What the command prints, or undefined when it cannot be run. */
function answerOf(command: readonly string[]): string | undefined {
  const [file, ...words] = command;
  const { status, stdout } = spawnSync(file!, words, {
    encoding: "utf8",
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim().split("\n")[0] : undefined;
}

/** The program of a package in node_modules, else what the PATH has. */
function installed(name: string): string {
  const path = join(ROOT, "node_modules", ".bin", name);
  return existsSync(path) ? path : name;
}

function ours(): (Program | Missing)[] {
  const worker = join(ROOT, "bench/macro/isomq_worker.ts");
  const compiled = join(OUT, "bench/macro/isomq_worker.js");
  const can = () => true;
  const deno = installed("deno");
  const bun = installed("bun");
  return [
    {
      name: "Node",
      isOwn: true,
      command: [process.execPath, compiled],
      can,
    },
    answerOf([deno, "--version"]) === undefined
      ? { name: "Deno", hint: "npm ci installs it" }
      : {
        name: "Deno",
        isOwn: true,
        command: [deno, "run", "--quiet", "-A", worker],
        can,
      },
    answerOf([bun, "--version"]) === undefined
      ? { name: "Bun", hint: "npm ci installs it" }
      : { name: "Bun", isOwn: true, command: [bun, worker], can },
  ];
}

/** For libraries with one way to send, and one cryptography. */
function canOneWay(_role: string, mode: string): boolean {
  return mode === "await" || mode === CURVE;
}

function zeromqJs(): Program | Missing {
  const name = "zeromq.js";
  if (!existsSync(join(ROOT, "node_modules/zeromq"))) {
    return { name, hint: "npm ci installs it" };
  }
  const worker = join(OUT, "bench/control/zeromq_worker.js");
  return {
    name,
    isOwn: false,
    command: [process.execPath, worker],
    can: canOneWay,
  };
}

function libzmq(): Program | Missing {
  const name = "libzmq in C";
  const binary = join(OUT, "bench/control/libzmq_perf");
  const source = join(ROOT, "bench/control/libzmq_perf.c");
  mkdirSync(dirname(binary), { recursive: true });
  const { status } = spawnSync(
    "gcc",
    ["-O2", "-o", binary, source, "-lzmq", "-lpthread"],
    { timeout: 60_000 },
  );
  if (status !== 0) {
    return { name, hint: "apt-get install gcc libzmq3-dev" };
  }
  return { name, isOwn: false, command: [binary], can: canOneWay };
}

function rawSockets(): Program {
  return {
    name: "node:net",
    isOwn: false,
    command: [process.execPath, join(OUT, "bench/control/raw_worker.js")],
    can: (role, mode) => mode === "await" && /^(pull|rep)$/.test(role),
  };
}

/** Every column, ours first. */
export function findPrograms(): { there: Program[]; missing: Missing[] } {
  const all = [...ours(), zeromqJs(), libzmq(), rawSockets()];
  return {
    there: all.filter((each) => "command" in each),
    missing: all.filter((each) => "hint" in each),
  };
}

/** The versions of what was measured. */
export function versions(): Record<string, string> {
  const found: Record<string, string> = { node: process.version };
  const deno = answerOf([installed("deno"), "--version"]);
  if (deno !== undefined) found.deno = deno;
  const bun = answerOf([installed("bun"), "--version"]);
  if (bun !== undefined) found.bun = bun;
  const libzmq = answerOf(["pkg-config", "--modversion", "libzmq"]);
  if (libzmq !== undefined) found.libzmq = libzmq;
  return found;
}
