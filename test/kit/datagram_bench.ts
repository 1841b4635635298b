// Opens sockets of a transport of datagrams, collects what happens to them,
// and closes them all.
import assert from "node:assert/strict";
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";
import type { DatagramAddress } from "../../src/endpoint/udp.ts";
import type {
  DatagramSettings,
  DatagramSink,
  DatagramSocket,
  DatagramTransport,
} from "../../src/transport/datagram.ts";
import { until } from "./wait.ts";

/** One datagram that arrived. */
export interface Arrival {
  readonly octets: Uint8Array;
  readonly from: DatagramAddress;
}

/** An open socket, and all that it told of. */
export class DatagramEnd implements DatagramSink {
  readonly arrivals: Arrival[] = [];
  /** What came of each datagram that was sent; `undefined` is nothing bad. */
  readonly outcomes: unknown[] = [];
  readonly closures: unknown[] = [];
  socket!: DatagramSocket;
  // True inside a call of the socket, where nothing may be told.
  #isInside = false;

  received(octets: Uint8Array, from: DatagramAddress): void {
    assert.equal(this.#isInside, false, "received() from inside of a call");
    assert.equal(octets.constructor, Uint8Array);
    this.arrivals.push({ octets, from });
  }

  sent(error?: unknown): void {
    assert.equal(this.#isInside, false, "sent() from inside of send()");
    this.outcomes.push(error);
  }

  closed(error?: unknown): void {
    this.closures.push(error);
  }

  /** The endpoint of the socket. */
  get endpoint(): string {
    return this.socket.endpoint;
  }

  /** The socket's own address; its endpoint must be one of a host. */
  get address(): DatagramAddress {
    const [, host, port] = /\/\/\[?(.*?)\]?:(\d+)$/.exec(this.endpoint)!;
    return { host: host!, port: Number(port) };
  }

  /** Sends, which tells nobody before it returns. */
  send(octets: Uint8Array, to?: DatagramAddress): void {
    this.#isInside = true;
    try {
      this.socket.send(octets, to);
    } finally {
      this.#isInside = false;
    }
  }

  /** Waits for so many datagrams; the lengths of all that arrived. */
  async lengths(count: number): Promise<number[]> {
    await until(() => this.arrivals.length >= count, `${count} are here`);
    return this.arrivals.map(({ octets }) => octets.length);
  }
}

/** The sockets of one test. */
export class DatagramBench implements AsyncDisposable {
  readonly #transport: DatagramTransport;
  readonly #ends: DatagramEnd[] = [];

  constructor(transport: DatagramTransport) {
    this.#transport = transport;
  }

  /** Binds. */
  bind(
    endpoint: string,
    settings: Partial<DatagramSettings> = {},
  ): Promise<DatagramEnd> {
    return this.#open(endpoint, "bind", settings);
  }

  /** Connects. */
  connect(
    endpoint: string,
    settings: Partial<DatagramSettings> = {},
  ): Promise<DatagramEnd> {
    return this.#open(endpoint, "connect", settings);
  }

  async #open(
    endpoint: string,
    role: "bind" | "connect",
    settings: Partial<DatagramSettings>,
  ): Promise<DatagramEnd> {
    const end = new DatagramEnd();
    const { signal } = new AbortController();
    end.socket = await this.#transport.open(
      parseEndpoint(endpoint),
      { role, signal, ...settings },
      end,
    );
    this.#ends.push(end);
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ends.map(({ socket }) => socket.close()));
  }
}
