// A peer that is no ZeroMQ: plain octets over real tcp or ipc, from `node:net`.
// It keeps all that it was sent, so that a test can say what should not have
// been.
import { connect, createServer, type Server, type Socket } from "node:net";
import { concat } from "../../src/base/bytes.ts";
import { until } from "../kit/wait.ts";

/** One frame of ZMTP 2.0 and later. */
export interface RawFrame {
  readonly flags: number;
  readonly body: Uint8Array;
}

/** One end of a connection, which says whatever a test wants. */
export class RawPeer {
  /** Octets that arrived. */
  received = 0;
  /** True once the other side has ended, with FIN or RST. */
  ended = false;
  /** True once the connection is gone. */
  closed = false;
  readonly #socket: Socket;
  #chunks: Uint8Array[] = [];
  #taken = 0;

  /** Takes a connection; `connectTo` and `RawListener` make them. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(new Uint8Array(chunk));
      this.received += chunk.length;
    });
    socket.on("end", () => this.ended = true);
    socket.on("close", () => this.ended = this.closed = true);
    // A connection that breaks is what most of these tests are about.
    socket.on("error", () => {});
  }

  /** Connects to a tcp or ipc endpoint, of tcp maybe from a given port. */
  static connectTo(endpoint: string, from?: number): Promise<RawPeer> {
    const source = from === undefined
      ? {}
      : { localAddress: "127.0.0.1", localPort: from };
    return new Promise((resolve, reject) => {
      const socket = connect({ ...addressOf(endpoint), ...source }, () => {
        socket.off("error", reject);
        resolve(peer);
      });
      socket.once("error", reject);
      const peer = new RawPeer(socket);
    });
  }

  /** All octets that arrived since the beginning. */
  get octets(): Uint8Array {
    this.#chunks = [concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  /** Sends octets; those for a connection that is gone are dropped. */
  say(...parts: readonly Uint8Array[]): void {
    const octets = concat(parts);
    if (octets.length > 0 && this.#socket.writable) this.#socket.write(octets);
  }

  /** Ends our side in good order: FIN. */
  finish(): void {
    this.#socket.end();
  }

  /** Breaks the connection: RST where the transport has it. */
  reset(): void {
    if (this.#socket.remotePort !== undefined) this.#socket.resetAndDestroy();
    this.#socket.destroy();
  }

  /** Drops the connection. */
  close(): void {
    this.#socket.destroy();
  }

  /** Stops reading: what comes fills the system's buffers. */
  deafen(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  listen(): void {
    this.#socket.resume();
  }

  /** Waits for so many octets since the beginning. */
  async has(length: number): Promise<void> {
    await until(
      () => this.received >= length || this.ended,
      `${length} octets came`,
    );
    if (this.received < length) {
      throw new Error(`Ended after ${this.received} of ${length} octets`);
    }
  }

  /** Waits until the other side has ended. */
  end(limit?: number): Promise<void> {
    return until(() => this.ended, "the other side ended", limit);
  }

  /** Takes so many octets of what was not taken yet. */
  async take(length: number): Promise<Uint8Array> {
    await this.has(this.#taken + length);
    const at = this.#taken;
    this.#taken += length;
    return this.octets.slice(at, at + length);
  }

  /** Takes one frame. */
  async frame(): Promise<RawFrame> {
    const [flags] = await this.take(1);
    const size = await this.take((flags! & 2) !== 0 ? 8 : 1);
    const length = size.reduce((sum, octet) => sum * 256 + octet, 0);
    return { flags: flags!, body: await this.take(length) };
  }
}

/** Waits for connections, as a server does. */
export class RawListener {
  readonly #server: Server;
  readonly #peers: RawPeer[] = [];
  #endpoint = "";
  #given = 0;

  private constructor() {
    this.#server = createServer({ allowHalfOpen: false }, (socket) => {
      this.#peers.push(new RawPeer(socket));
    });
  }

  /** Listens at an endpoint; the port may be a wildcard. */
  static async listen(endpoint: string): Promise<RawListener> {
    const listener = new RawListener();
    const server = listener.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(addressOf(endpoint), resolve);
    });
    const address = server.address();
    listener.#endpoint = typeof address === "object" && address !== null
      ? `tcp://127.0.0.1:${address.port}`
      : endpoint;
    return listener;
  }

  /** Where it listens. */
  get endpoint(): string {
    return this.#endpoint;
  }

  /** How many connections came. */
  get accepted(): number {
    return this.#peers.length;
  }

  /** The next connection. */
  async next(): Promise<RawPeer> {
    const at = this.#given++;
    await until(() => this.#peers.length > at, `connection ${at + 1} came`);
    return this.#peers[at]!;
  }

  /** Stops listening, and drops all connections. */
  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** An endpoint as `node:net` wants it. */
function addressOf(
  endpoint: string,
): { readonly path: string } | {
  readonly host: string;
  readonly port: number;
} {
  const [scheme, rest] = endpoint.split("://") as [string, string];
  if (scheme === "ipc") return { path: rest };
  const colon = rest.lastIndexOf(":");
  const port = rest.slice(colon + 1);
  return { host: rest.slice(0, colon), port: port === "*" ? 0 : Number(port) };
}
