// JeroMQ 0.3, an engine that speaks ZMTP 2.0, in a process of its own that
// serves a whole test file. Commands and answers are lines; see
// peers/jeromq_peer.java, which Java compiles as it starts.
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Foreign, ForeignOptions, ForeignSocket } from "./foreign.ts";
import { ROOT } from "../structure/project.ts";

const JAR = "/usr/share/java/jeromq.jar";
const SCRIPT = join(ROOT, "test", "kit", "peers", "jeromq_peer.java");

/** Why the tests that need JeroMQ are skipped; `false`: they are not. */
export const noJeromq: string | false = existsSync(JAR) &&
    spawnSync("javac", ["-version"]).status === 0
  ? false
  : "install JeroMQ: apt-get install default-jdk-headless libjeromq-java";

type Settle = (answer: string) => void;

/** A Java process that runs sockets of JeroMQ. */
export class JeromqPeer implements Foreign {
  readonly name = "JeroMQ 0.3";
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, Settle>();
  readonly #exited: Promise<void>;
  #errors = "";
  #ids = 0;
  #sockets = 0;

  /** Starts the process. */
  constructor() {
    const child = spawn("java", ["-cp", JAR, SCRIPT], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [id = "", ...answer] = line.split(" ");
      this.#waiting.get(id)?.(answer.join(" "));
      this.#waiting.delete(id);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    this.#exited = new Promise((resolve) => {
      child.on("close", () => {
        const gone = `error it ended: ${this.#errors}`;
        for (const settle of this.#waiting.values()) settle(gone);
        this.#waiting.clear();
        resolve();
      });
    });
  }

  async socket(
    type: string,
    options: ForeignOptions = {},
  ): Promise<JeromqSocket> {
    const name = `${type}${++this.#sockets}`;
    const words = Object.entries(options).map(([option, value]) =>
      `${option}=${frameText(Buffer.from(`${value}`))}`
    );
    const send = (op: string, ...args: string[]) => this.#do(op, name, args);
    await send("socket", type, ...words);
    return new JeromqSocket(send);
  }

  /** Ends the process. */
  async end(): Promise<void> {
    this.#child.stdin!.end();
    await this.#exited;
  }

  async #do(op: string, socket: string, args: string[]): Promise<string> {
    const id = `${++this.#ids}`;
    const answer = await new Promise<string>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin!.write(`${[id, op, socket, ...args].join(" ")}\n`);
    });
    if (answer.startsWith("ok ")) return answer.slice(3);
    throw new Error(`JeroMQ cannot ${op}: ${answer}`);
  }
}

/** A socket of JeroMQ in the Java process. */
export class JeromqSocket implements ForeignSocket {
  readonly #do: (op: string, ...args: string[]) => Promise<string>;

  constructor(send: (op: string, ...args: string[]) => Promise<string>) {
    this.#do = send;
  }

  async bind(_endpoint: string): Promise<string> {
    return await this.#do("bind");
  }

  async connect(endpoint: string): Promise<void> {
    await this.#do("connect", endpoint);
  }

  async subscribe(...topics: Uint8Array[]): Promise<void> {
    await this.#do("subscribe", ...topics.map(frameText));
  }

  async send(...messages: (readonly Uint8Array[])[]): Promise<void> {
    await this.#do("send", ...messages.map(messageText));
  }

  async receive(
    count: number,
    skip?: readonly Uint8Array[],
  ): Promise<Uint8Array[][]> {
    const skipped = skip === undefined ? [] : [messageText(skip)];
    const answer = await this.#do("receive", `${count}`, ...skipped);
    return answer.split(" ").map((message) =>
      message.split(",").map((frame) =>
        new Uint8Array(Buffer.from(frame.slice(1), "base64"))
      )
    );
  }

  async echo(count: number): Promise<void> {
    await this.#do("echo", `${count}`);
  }

  async close(): Promise<void> {
    await this.#do("close");
  }
}

function frameText(frame: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = frame;
  const octets = Buffer.from(buffer, byteOffset, byteLength);
  return `:${octets.toString("base64")}`;
}

function messageText(frames: readonly Uint8Array[]): string {
  return frames.map(frameText).join(",");
}
