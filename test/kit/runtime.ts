// The runtime that the tests run on: its name, what the machine has, and how
// to start a script of the test kit in a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The name of the runtime, as `Runtime.name` has it. */
export const runtimeName: "node" | "deno" | "bun" = "Bun" in globalThis
  ? "bun"
  : "Deno" in globalThis
  ? "deno"
  : "node";

/** True where time counts less than finding more: in CI. */
export const isThorough: boolean = process.env.ISOMQ_THOROUGH === "1";

/** The reason to skip what only Linux has, or false. */
export const skipUnlessLinux: string | false = process.platform === "linux"
  ? false
  : "only Linux has this";

/** The reason to skip what needs IPv6, or false. */
export const skipUnlessIPv6: string | false =
  Object.values(networkInterfaces()).flat().some((one) =>
      one?.address === "::1"
    )
    ? false
    : "this host has no IPv6";

/** The name of the loopback interface. */
export const loopback: string = Object.entries(networkInterfaces()).find((
  [, addresses],
) => addresses?.some(({ address }) => address === "127.0.0.1"))![0];

/** Node's version as a number, 0 on the other runtimes. */
export const nodeMajor: number = runtimeName === "node"
  ? Number.parseInt(process.versions.node)
  : 0;

/**
 * How many sockets the process has open; -1 where nobody can tell. One that has
 * two descriptors counts once: Bun copies that of its output when it likes.
 */
export function openSockets(): number {
  const folder = "/proc/self/fd";
  if (!existsSync(folder)) return -1;
  const names = readdirSync(folder).map((name) => {
    try {
      return readlinkSync(`${folder}/${name}`);
    } catch {
      return "";
    }
  });
  return new Set(names.filter((name) => name.startsWith("socket:"))).size;
}

/** How to start a script. */
export interface ScriptOptions {
  /** A command that gets the command of the runtime as its arguments. */
  readonly launcher?: readonly string[];
  /** What the script may do, for Deno. */
  readonly permissions?: readonly string[];
}

/** The command that runs a script, named by its URL, on the runtime at hand. */
export function scriptCommand(
  url: URL,
  args: readonly string[],
  { launcher = [], permissions = ["--allow-all"] }: ScriptOptions = {},
): string[] {
  const before = runtimeName === "deno"
    ? ["run", "--no-check", "--no-prompt", ...permissions]
    : [];
  return [
    ...launcher,
    process.execPath,
    ...before,
    fileURLToPath(url),
    ...args,
  ];
}

/** A script of the test kit that runs in a process of its own. */
export class Script {
  /** The process. */
  readonly child: ChildProcess;
  /** Its exit code, `null` after a signal. */
  readonly exited: Promise<number | null>;
  readonly #lines: AsyncIterator<string>;

  /** Starts a script, named by its URL, on the runtime at hand. */
  constructor(
    url: URL,
    args: readonly string[],
    options: ScriptOptions = {},
  ) {
    const [command, ...rest] = scriptCommand(url, args, options);
    this.child = spawn(command!, rest, {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.exited = new Promise((resolve) => this.child.on("exit", resolve));
    this.#lines = createInterface({ input: this.child.stdout! })
      [Symbol.asyncIterator]();
  }

  /** The next line that the script prints. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("The script ended without a line");
    return value;
  }

  /** Sends a signal to the script. */
  signal(name: NodeJS.Signals): void {
    // Deno takes a child that was sent any signal for dead.
    process.kill(this.child.pid!, name);
  }

  /** Kills the script and waits for its end. */
  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.child;
    if (exitCode === null && signalCode === null) {
      try {
        this.signal("SIGKILL");
      } catch {
        // It is gone already, which was not told yet.
      }
    }
    await this.exited;
  }
}

/** The URL of a script beside a module, compiled or not. */
export function scriptUrl(name: string, from: string): URL {
  const extension = from.endsWith(".js") ? ".js" : ".ts";
  return new URL(`${name}${extension}`, from);
}

/** So many turns of the event loop: what can happen by itself has happened. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
