// libzmq by way of Python, in a process of its own that serves a whole test
// file. Commands and answers are lines of JSON; see peers/pyzmq_peer.py.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { Buffer } from "node:buffer";
import type { Foreign, ForeignOptions, ForeignSocket } from "./foreign.ts";
import { ROOT } from "../structure/project.ts";

/** Debian's Python: the one that python3-zmq is made for. */
const PYTHON = "/usr/bin/python3";

/** Milliseconds that a foreign socket may take for one message. */
const PATIENCE = 10_000;

/** Why the tests that need pyzmq are skipped; `false`: they are not. */
export const noPython: string | false = findPython();

function findPython(): string | false {
  const { status } = spawnSync(PYTHON, ["-c", "import zmq"]);
  return status === 0
    ? false
    : "install python3-zmq: apt-get install python3-zmq";
}

/** An event of a libzmq monitor. */
export interface MonitorEvent {
  readonly name: string;
  readonly value: number;
}

/** Who may connect to the Python side, by ZAP domain. */
export type ZapDomains = Readonly<
  Record<string, {
    readonly users?: Readonly<Record<string, string>>;
    /** Z85 text; absent: every key. */
    readonly keys?: readonly string[];
  }>
>;

interface Answer {
  readonly id: number;
  readonly ok?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** An error that libzmq gave. */
export class ForeignError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Settle = (answer: Answer) => void;

/** A Python process that runs sockets of libzmq. */
export class PythonPeer implements Foreign {
  readonly name: string;
  readonly #send: (op: string, fields: object) => Promise<unknown>;
  readonly #end: () => Promise<void>;
  #sockets = 0;

  private constructor(name: string, child: PythonProcess) {
    this.name = name;
    this.#send = (op, fields) => child.command(op, fields);
    this.#end = () => child.end();
  }

  /** Starts the process. */
  static async start(): Promise<PythonPeer> {
    const child = new PythonProcess();
    const version = await child.command("version", {}) as {
      readonly libzmq: string;
      readonly pyzmq: string;
    };
    const name = `libzmq ${version.libzmq}, pyzmq ${version.pyzmq}`;
    return new PythonPeer(name, child);
  }

  async socket(
    type: string,
    options: ForeignOptions = {},
  ): Promise<PythonSocket> {
    const socket = `${type} ${++this.#sockets}`;
    await this.#send("socket", { socket, type, options: toJson(options) });
    return new PythonSocket(socket, this.#send);
  }

  /** Says who may connect to sockets of this process, and empties the log. */
  async allow(domains: ZapDomains): Promise<void> {
    await this.#send("zap", { domains });
  }

  /** What the ZAP handler of this process was asked. */
  async zapLog(): Promise<readonly { readonly admitted: boolean }[]> {
    return await this.#send("zap_log", {}) as { admitted: boolean }[];
  }

  /** Ends the process. */
  async end(): Promise<void> {
    await this.#end();
  }
}

/** A socket of libzmq in the Python process. */
export class PythonSocket implements ForeignSocket {
  readonly #name: string;
  readonly #send: (op: string, fields: object) => Promise<unknown>;

  constructor(
    name: string,
    send: (op: string, fields: object) => Promise<unknown>,
  ) {
    this.#name = name;
    this.#send = send;
  }

  async bind(endpoint: string): Promise<string> {
    return await this.#do("bind", { endpoint }) as string;
  }

  async connect(endpoint: string): Promise<void> {
    await this.#do("connect", { endpoint });
  }

  async unbind(endpoint: string): Promise<void> {
    await this.#do("unbind", { endpoint });
  }

  async set(options: ForeignOptions): Promise<void> {
    await this.#do("set", { options: toJson(options) });
  }

  async subscribe(...topics: Uint8Array[]): Promise<void> {
    for (const topic of topics) await this.set({ SUBSCRIBE: topic });
  }

  async send(...messages: (readonly Uint8Array[])[]): Promise<void> {
    await this.#do("send", { messages: messages.map(toBase64) });
  }

  /** Sends a message if there is somebody to send it to right now. */
  async offer(message: readonly Uint8Array[]): Promise<boolean> {
    try {
      await this.#do("send", { messages: [toBase64(message)], timeout: 0 });
      return true;
    } catch (error) {
      if ((error as ForeignError).code === "EAGAIN") return false;
      throw error;
    }
  }

  async receive(
    count: number,
    skip?: readonly Uint8Array[],
    timeout: number = PATIENCE,
  ): Promise<Uint8Array[][]> {
    const found = await this.#do("receive", {
      count,
      timeout,
      skip: skip === undefined ? null : toBase64(skip),
    }) as string[][];
    return found.map((frames) => frames.map(fromBase64));
  }

  async echo(count: number): Promise<void> {
    await this.#do("echo", { count });
  }

  /** Sends numbered messages with so many octets of padding. */
  async pour(count: number, padding: number): Promise<void> {
    await this.#do("pour", { count, padding });
  }

  /** Receives numbered messages; tells the first that is wrong. */
  async drain(
    count: number,
  ): Promise<{ readonly expected: number; readonly found: number } | null> {
    return await this.#do("drain", { count }) as
      | { readonly expected: number; readonly found: number }
      | null;
  }

  /** Begins to keep events. */
  async monitor(): Promise<void> {
    await this.#do("monitor", {});
  }

  /** Waits for one of the events, and tells all that came so far. */
  async eventsUntil(...until: string[]): Promise<MonitorEvent[]> {
    return await this.#do("events", { until }) as MonitorEvent[];
  }

  async close(): Promise<void> {
    await this.#do("close", {});
  }

  #do(op: string, fields: object): Promise<unknown> {
    return this.#send(op, {
      socket: this.#name,
      timeout: PATIENCE,
      ...fields,
    });
  }
}

/** The process itself: one command after the other, each with its answer. */
class PythonProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Settle>();
  readonly #exited: Promise<void>;
  #errors = "";
  #ids = 0;

  constructor() {
    const script = join(ROOT, "test", "kit", "peers", "pyzmq_peer.py");
    const child = spawn(PYTHON, ["-u", script], {
      stdio: ["pipe", "pipe", "pipe"],
      // libzmq makes the files of ipc wildcards where it runs.
      cwd: tmpdir(),
      // OpenPGM warns of loopback interfaces, and where the answers go.
      env: { ...process.env, PGM_MIN_LOG_LEVEL: "ERROR" },
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    this.#exited = new Promise((resolve) => {
      child.on("close", () => {
        this.#failAll();
        resolve();
      });
    });
  }

  async command(op: string, fields: object): Promise<unknown> {
    const id = ++this.#ids;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin!.write(`${JSON.stringify({ id, op, ...fields })}\n`);
    });
    if (answer.error === undefined) return answer.ok;
    const { code, message } = answer.error;
    throw new ForeignError(code, `libzmq cannot ${op}: ${message}`);
  }

  async end(): Promise<void> {
    this.#child.stdin!.end();
    await this.#exited;
  }

  #failAll(): void {
    const error = { code: "GONE", message: `it ended: ${this.#errors}` };
    for (const [id, settle] of this.#waiting) settle({ id, error });
    this.#waiting.clear();
  }
}

function toJson(options: ForeignOptions): object {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { base64: asBase64(value) } : value,
    ]),
  );
}

function asBase64(octets: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = octets;
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function toBase64(frames: readonly Uint8Array[]): string[] {
  return frames.map(asBase64);
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
