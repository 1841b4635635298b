// A guest with a Linux kernel of its own, for what the kernel of the host does
// not have: User-mode Linux, a program like any other, for anybody. The guest
// sees the files of the host, and can write to one folder only.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../structure/project.ts";

const KERNEL = "/usr/bin/linux.uml";
/** Debian's Python, which the first process in the guest is made of. */
const PYTHON = "/usr/bin/python3";
/** Milliseconds that it may take to boot and to end. */
const EXTRA = 10_000;
const PEERS = join(ROOT, "test/kit/peers");

/** Why there can be no guest; `false`: there can be one. */
export const noGuest: string | false = findGuest();

function findGuest(): string | false {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return "only Linux on x86-64 has User-mode Linux";
  }
  if (!existsSync(KERNEL)) {
    return "install User-mode Linux: apt-get install user-mode-linux";
  }
  if (!existsSync(PYTHON)) return "install Python: apt-get install python3";
  return spawnSync("gcc", ["--version"]).status === 0
    ? false
    : "install a C compiler: apt-get install gcc libc6-dev";
}

/** What runs in a guest. */
export interface GuestSettings {
  /** The one folder that it may write to: of this guest alone. */
  readonly folder: string;
  /** Modules of the kernel, by their paths: "kernel/net/tipc/tipc.ko". */
  readonly modules: readonly string[];
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Milliseconds that the program may take. */
  readonly limit: number;
}

/** What became of it. */
export interface GuestOutcome {
  /** The program's exit code; `undefined` when the guest did not get there. */
  readonly code: number | undefined;
  /** What the program printed. */
  readonly output: string;
  /** What the guest's kernel printed, and its first process. */
  readonly console: string;
}

/** Boots a guest, runs one program in it, and waits for its end. */
export async function runInGuest(
  { folder, modules, command, limit }: GuestSettings,
): Promise<GuestOutcome> {
  const settings = join(folder, "settings.json");
  const home = join(folder, "home");
  mkdirSync(home);
  writeFileSync(
    settings,
    JSON.stringify({
      folder,
      modules,
      command,
      seconds: limit / 1000,
      cwd: ROOT,
      environment: {
        PATH: process.env.PATH,
        HOME: home,
        TMPDIR: home,
        NO_COLOR: "1",
      },
    }),
  );
  const console = await boot(folder, settings, limit);
  const read = (name: string): string | undefined => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  };
  const code = read("code");
  return {
    code: code === undefined ? undefined : Number(code),
    output: read("output") ?? "",
    console,
  };
}

/** Runs the kernel to its end; gives what it printed. */
function boot(
  folder: string,
  settings: string,
  limit: number,
): Promise<string> {
  const preload = compile(folder);
  const child = spawn(KERNEL, [
    "mem=1G",
    `uml_dir=${join(folder, "home")}/`,
    "root=/dev/root",
    "rootfstype=hostfs",
    "rootflags=/",
    "ro",
    "con0=fd:0,fd:1",
    "con=null",
    "quiet",
    `init=${PYTHON}`,
    "--",
    join(PEERS, "guest_init.py"),
    settings,
  ], {
    stdio: ["ignore", "pipe", "pipe"],
    // The guest's memory is a file: where nobody has it small, or without
    // programs, as /dev/shm is in many containers.
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TMPDIR: folder,
      LD_PRELOAD: preload,
    },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(-20_000);
    });
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      printed += "\nThe guest did not end by itself\n";
      child.kill("SIGKILL");
    }, limit + EXTRA);
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(timer);
      resolve(printed);
    });
  });
}

/** Compiles what is loaded into the kernel; gives its path. */
function compile(folder: string): string {
  const path = join(folder, "preload.so");
  const source = join(PEERS, "guest_preload.c");
  const { status, stderr } = spawnSync(
    "gcc",
    ["-O2", "-shared", "-fPIC", "-o", path, source, "-ldl"],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`Cannot compile ${source}: ${stderr}`);
  return path;
}
