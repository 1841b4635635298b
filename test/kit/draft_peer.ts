// libzmq with its drafts, in a process of its own that Node runs whatever
// runs the tests; see peers/zeromq_peer.mjs.
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../structure/project.ts";
import { PATIENCE } from "./wait.ts";

const SCRIPT = join(ROOT, "test/kit/peers/zeromq_peer.mjs");

/** Why the tests that need it are skipped; `false`: they are not. */
export const noDraftPeer: string | false = findPeer();

function findPeer(): string | false {
  const { status } = spawnSync("node", ["--no-warnings", SCRIPT], {
    input: "",
    timeout: PATIENCE,
  });
  return status === 0
    ? false
    : "needs node, and zeromq with drafts: npm install";
}

interface Answer {
  readonly id: number;
  readonly ok?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** An error that libzmq gave. */
export class DraftError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A message: its group, or its address; and its body. */
export type Halves = readonly [where: string, body: Uint8Array];

/** A process with sockets of libzmq. */
export class DraftPeer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #ids = 0;
  #sockets = 0;
  #isGone = false;

  /** @param launcher a command that gets ours as its arguments. */
  constructor(launcher: readonly string[] = []) {
    const [command, ...args] = [...launcher, "node", "--no-warnings", SCRIPT];
    const child = spawn(command!, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    child.on("close", () => {
      const error = { code: "GONE", message: "it ended" };
      this.#isGone = true;
      for (const [id, settle] of this.#waiting) settle({ id, error });
    });
  }

  /** The version of libzmq. */
  async version(): Promise<string> {
    return await this.do("version", {}) as string;
  }

  /** Makes a socket. */
  async socket(
    type: "RADIO" | "DISH" | "DGRAM",
    options: object = {},
  ): Promise<DraftSocket> {
    const socket = `${type} ${++this.#sockets}`;
    await this.do("socket", { socket, type, options });
    return new DraftSocket(this, socket);
  }

  /** Has the process do something. */
  async do(op: string, fields: object): Promise<unknown> {
    if (this.#isGone) throw new DraftError("GONE", `Cannot ${op}: it ended`);
    const id = ++this.#ids;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin!.write(`${JSON.stringify({ id, op, ...fields })}\n`);
    });
    if (answer.error === undefined) return answer.ok;
    const { code, message } = answer.error;
    throw new DraftError(code, `libzmq cannot ${op}: ${message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isGone) return;
    const closed = once(this.#child, "close");
    this.#child.stdin!.end();
    await closed;
  }
}

/** A socket of libzmq in that process. */
export class DraftSocket {
  readonly #peer: DraftPeer;
  readonly #name: string;

  constructor(peer: DraftPeer, name: string) {
    this.#peer = peer;
    this.#name = name;
  }

  async bind(endpoint: string): Promise<void> {
    await this.#do("bind", { endpoint });
  }

  async connect(endpoint: string): Promise<void> {
    await this.#do("connect", { endpoint });
  }

  async join(...groups: string[]): Promise<void> {
    await this.#do("join", { groups });
  }

  async leave(...groups: string[]): Promise<void> {
    await this.#do("leave", { groups });
  }

  async send(...messages: Halves[]): Promise<void> {
    await this.#do("send", {
      messages: messages.map(([where, body]) => [where, toBase64(body)]),
    });
  }

  async receive(count: number, timeout: number = PATIENCE): Promise<Halves[]> {
    const found = await this.#do("receive", { count, timeout }) as string[][];
    return found.map(([where, body]) => [
      Buffer.from(where!, "base64").toString(),
      new Uint8Array(Buffer.from(body!, "base64")),
    ]);
  }

  /** Counts what comes until nothing does for so many milliseconds. */
  async count(timeout: number): Promise<number> {
    return await this.#do("count", { timeout }) as number;
  }

  async close(): Promise<void> {
    await this.#do("close", {});
  }

  #do(op: string, fields: object): Promise<unknown> {
    return this.#peer.do(op, { socket: this.#name, ...fields });
  }
}

function toBase64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}
