// Two network namespaces and a link between them that delays, loses and
// reorders what goes through it, or can be cut; peers/impair.py carries it.
// Needs Linux and root: the soak tests only.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../structure/project.ts";
import { within } from "./wait.ts";

/** The addresses of the two ends. */
export const ADDRESSES = ["10.201.0.1", "10.201.0.2"] as const;

/** A bad link. */
export class ImpairedLink implements AsyncDisposable {
  /** What a command begins with to run at either end. */
  readonly launchers: readonly [readonly string[], readonly string[]];
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(
    child: ChildProcess,
    folder: string,
    names: readonly string[],
  ) {
    this.#child = child;
    this.#folder = folder;
    const [a, b] = names.map((name) => ["ip", "netns", "exec", name]);
    this.launchers = [a!, b!];
  }

  /** Makes one; the options are those of impair.py. */
  static async open(...options: string[]): Promise<ImpairedLink> {
    const folder = mkdtempSync(join(tmpdir(), "isomq-"));
    const child = spawn("/usr/bin/python3", [
      join(ROOT, "test/kit/peers/impair.py"),
      ...["--control", join(folder, "control")],
      ...["--timeout", "1200"],
      ...options,
    ], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    const names = new Promise<string[]>((resolve, reject) => {
      createInterface({ input: child.stderr! }).on("line", (line) => {
        said += `${line}\n`;
        if (line.startsWith("NETNS ")) resolve(line.split(" ").slice(1));
      });
      child.on("close", () => reject(new Error(`impair.py ended: ${said}`)));
    });
    return new ImpairedLink(child, folder, await within(names, "the link"));
  }

  /** Cuts the link: what is sent vanishes. */
  down(): void {
    this.#tell("down");
  }

  /** Mends it. */
  up(): void {
    this.#tell("up");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#child.on("close", resolve));
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGTERM");
      await within(closed, "the end of the link");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tell(word: string): void {
    writeFileSync(join(this.#folder, "control"), `${word}\n`);
  }
}
