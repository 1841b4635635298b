// The processes of the tour: finds the programs, starts each once, passes
// tasks and answers as lines of JSON, and ends every process it started.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Answer, Count, Task } from "./tour_roles.ts";

/** A program that takes part. */
interface Program {
  readonly name: string;
  /** What stands before the version. */
  readonly about: string;
  readonly command: readonly string[];
  readonly hint: string;
}

/** A program that cannot take part. */
export interface Missing {
  /** Its name in the table. */
  readonly name: string;
  /** How to get it. */
  readonly hint: string;
}

/** Milliseconds that a peer may take to say hello. */
const HELLO_LIMIT = 10_000;

const HERE = dirname(fileURLToPath(import.meta.url));

/** The folder of package.json: this may run compiled, from dist. */
function findRoot(): string {
  let folder = HERE;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** A program in node_modules or on the PATH. */
function find(name: string): string | undefined {
  const folders = [
    join(findRoot(), "node_modules", ".bin"),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.map((folder) => join(folder, name)).find(existsSync);
}

function programs(): Program[] {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const peer = join(HERE, `tour_peer.${extension}`);
  const python = join(findRoot(), "ext", "examples", "tour_peer.py");
  const node = process.versions.bun || process.versions.deno
    ? "node"
    : process.execPath;
  const systemPython = existsSync("/usr/bin/python3")
    ? "/usr/bin/python3"
    : "python3";
  return [
    {
      name: "Node",
      about: "IsoMQ on Node",
      command: [node, peer],
      hint: "nodejs.org",
    },
    {
      name: "Deno",
      about: "IsoMQ on Deno",
      // The network is all that it needs.
      command: [find("deno") ?? "deno", "run", "--quiet", "--allow-net", peer],
      hint: "npm ci installs it",
    },
    {
      name: "Bun",
      about: "IsoMQ on Bun",
      command: [find("bun") ?? "bun", peer],
      hint: "npm ci installs it",
    },
    {
      name: "zeromq.js",
      about: "zeromq.js on Node",
      command: [node, peer, "zeromq"],
      hint: "npm ci installs it",
    },
    {
      name: "pyzmq",
      about: "Python, libzmq",
      command: [systemPython, python],
      hint: "apt-get install python3-zmq, or pip install pyzmq",
    },
  ];
}

/** A task that a peer works on. */
export interface Work {
  /** Where the peer is bound, for the side that binds. */
  readonly endpoint: Promise<string>;
  /** How many messages there were. */
  readonly count: Promise<Count>;
}

interface Pending {
  readonly bound: (endpoint: string) => void;
  readonly done: (count: Count) => void;
  readonly failed: (error: Error) => void;
}

/** A process that takes part in legs. */
export class Peer {
  /** Its name in the table. */
  readonly name: string;
  /** What it is, for people. */
  version = "";
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  #isGone = false;
  #text = "";
  #errors = "";
  #hello: (version: string) => void = () => {};

  /** Starts the process of a program. */
  constructor({ name, command }: Program) {
    this.name = name;
    const [file, ...words] = command;
    const child = spawn(file!, words, {
      cwd: findRoot(),
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdout!.setEncoding("utf8").on("data", (text) => this.#read(text));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-500);
    });
    child.stdin!.on("error", () => {});
    this.#ended = new Promise((resolve) => {
      child.once("error", () => resolve());
      child.once("close", () => resolve());
    });
    void this.#ended.then(() => {
      this.#isGone = true;
      const last = this.#errors.trim().split("\n").at(-1);
      for (const { failed } of this.#pending.values()) {
        failed(new Error(last ? `${name} ended: ${last}` : `${name} ended`));
      }
      this.#hello("");
    });
  }

  /** Waits until the peer is ready; false when it cannot be. */
  async ready(about: string): Promise<boolean> {
    const timer = setTimeout(() => this.#hello(""), HELLO_LIMIT);
    const version = await new Promise<string>((hello) => this.#hello = hello);
    clearTimeout(timer);
    this.version = `${about} ${version}`;
    if (version === "") this.#child.kill("SIGKILL");
    return version !== "";
  }

  /** Gives the peer a task, which fails after a time. */
  begin(task: Task, limit: number): Work {
    let bound: Pending["bound"] = () => {};
    const endpoint = new Promise<string>((resolve) => bound = resolve);
    const count = new Promise<Count>((done, reject) => {
      const failed = (error: Error): void => {
        this.#pending.delete(task.leg);
        reject(error);
      };
      const timer = setTimeout(
        () => failed(new Error(`${this.name} took more than ${limit} ms`)),
        limit,
      );
      timer.unref();
      this.#pending.set(task.leg, { bound, done, failed });
      if (this.#isGone) failed(new Error(`${this.name} is gone`));
    });
    count.catch(() => {});
    this.#child.stdin!.write(`${JSON.stringify(task)}\n`);
    return { endpoint, count };
  }

  /** Ends the process: first politely, then not. */
  async end(): Promise<void> {
    this.#child.stdin!.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 2000);
    await this.#ended;
    clearTimeout(timer);
  }

  #read(text: string): void {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith("{")) this.#take(JSON.parse(line) as Answer);
    }
  }

  #take(answer: Answer): void {
    if ("hello" in answer) return this.#hello(answer.hello);
    const pending = this.#pending.get(answer.leg);
    if (pending === undefined) return;
    if ("endpoint" in answer) return pending.bound(answer.endpoint);
    this.#pending.delete(answer.leg);
    if ("error" in answer) {
      return pending.failed(new Error(`${this.name}: ${answer.error}`));
    }
    pending.done(answer);
  }
}

/** Starts every program that is there. */
export async function findPeers(): Promise<
  { peers: Peer[]; missing: Missing[] }
> {
  const peers: Peer[] = [];
  const missing: Missing[] = [];
  await Promise.all(
    programs().map(async (program) => {
      const peer = new Peer(program);
      if (await peer.ready(program.about)) peers.push(peer);
      else missing.push(program);
    }),
  );
  const order = programs().map(({ name }) => name);
  const byOrder = (a: { name: string }, b: { name: string }) =>
    order.indexOf(a.name) - order.indexOf(b.name);
  peers.sort(byOrder);
  missing.sort(byOrder);
  return { peers, missing };
}
