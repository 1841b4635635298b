// A plain TCP program as a peer: writes octets, and reads an exact number of
// them. It knows no ZMTP; the octets of a handshake are the test's.
import assert from "node:assert/strict";
import {
  connect,
  createServer,
  type Server,
  type Socket as TcpSocket,
} from "node:net";
import { concat, toBytes } from "../../src/base/bytes.ts";
import { within } from "./wait.ts";

/** The host and the port of a tcp endpoint. */
function addressOf(endpoint: string): { host: string; port: number } {
  const [, host, port] = /^tcp:\/\/(.+):(\d+)$/.exec(endpoint)!;
  return { host: host!, port: Number(port) };
}

/** One end of a TCP connection. */
export class TcpPeer implements AsyncDisposable {
  readonly #socket: TcpSocket;
  /** Settles when the other side has ended the connection. */
  readonly ended: Promise<void>;
  #octets: Uint8Array = new Uint8Array();
  #more: (() => void) | undefined;
  #over = false;

  /** Takes a connection that is made. */
  constructor(socket: TcpSocket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      // A copy: a runtime may use the chunk's memory again.
      this.#octets = concat([this.#octets, Uint8Array.from(chunk as Buffer)]);
      this.#more?.();
    });
    // A reset is an end as well; `close` follows it.
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#over = true;
        this.#more?.();
        resolve();
      };
      socket.on("end", end);
      socket.on("close", end);
    });
  }

  /** Connects to a tcp endpoint. */
  static async connect(endpoint: string): Promise<TcpPeer> {
    const socket = connect(addressOf(endpoint));
    await within(
      new Promise<void>((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("error", reject);
      }),
      `a connection to ${endpoint}`,
    );
    return new TcpPeer(socket);
  }

  /** Writes octets, or text. */
  write(octets: Uint8Array | string): void {
    this.#socket.write(typeof octets === "string" ? toBytes(octets) : octets);
  }

  /** Reads so many octets. */
  async read(length: number): Promise<Uint8Array> {
    while (this.#octets.length < length) {
      if (this.#over) {
        assert.fail(`The end after ${this.#octets.length} of ${length} octets`);
      }
      await within(
        new Promise<void>((resolve) => this.#more = resolve),
        `${length} octets`,
      );
    }
    const read = this.#octets.slice(0, length);
    this.#octets = this.#octets.slice(length);
    return read;
  }

  /** Gives the socket away, with what was not read yet. */
  release(): TcpSocket {
    this.#socket.removeAllListeners("data").pause();
    if (this.#octets.length > 0) this.#socket.unshift(this.#octets);
    return this.#socket;
  }

  /** Says that no more will be written. */
  end(): void {
    this.#socket.end();
  }

  /** Stops reading: what comes fills the system's buffers. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Closes the connection. */
  close(): void {
    this.#socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await within(this.ended, "the end of the connection");
  }
}

/** A TCP server that hands out its connections. */
export class TcpListener implements AsyncDisposable {
  /** Where it listens. */
  readonly endpoint: string;
  readonly #server: Server;
  readonly #accepted: TcpPeer[] = [];
  readonly #waiting: ((peer: TcpPeer) => void)[] = [];

  private constructor(server: Server, endpoint: string) {
    this.#server = server;
    this.endpoint = endpoint;
    server.on("connection", (socket) => {
      const peer = new TcpPeer(socket);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#accepted.push(peer);
      else waiting(peer);
    });
  }

  /** Listens on a port that the system chooses. */
  static async listen(): Promise<TcpListener> {
    const server = createServer();
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve())
    );
    const { port } = server.address() as { port: number };
    return new TcpListener(server, `tcp://127.0.0.1:${port}`);
  }

  /** The next connection. */
  async accept(): Promise<TcpPeer> {
    const accepted = this.#accepted.shift();
    if (accepted !== undefined) return accepted;
    return await within(
      new Promise<TcpPeer>((resolve) => this.#waiting.push(resolve)),
      "a connection",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#accepted) peer.close();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
