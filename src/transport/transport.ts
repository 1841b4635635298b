/**
 * The seam between the engine and the world: byte streams and listeners.
 *
 * Anything that yields a {@linkcode ByteStream} can carry ZMTP: a socket, a
 * WebSocket, a `TransformStream` pair, a simulated network.
 *
 * @module
 */

import type { Endpoint } from "../endpoint/endpoint.ts";

/**
 * The receiving end of a {@linkcode DirectStream}. Calls come one at a time
 * and never from inside a call of the stream; `closed` is the last and always
 * comes.
 */
export interface ByteSink {
  /** Octets arrived. The chunk belongs to the sink from now on. */
  data(chunk: Uint8Array): void;
  /**
   * Where the next octets belong, when the sink knows: a stream that can read
   * into given memory asks before it reads, and calls `filled` afterwards.
   * What was given is good until the next call of the sink.
   */
  room?(): Uint8Array | undefined;
  /** So many octets were read into what `room` gave. */
  filled?(length: number): void;
  /**
   * What was written has left; more may be written. Comes after a `write` that
   * gave `false`, and after `end`.
   */
  drain(): void;
  /** The peer will send no more. */
  end(): void;
  /** The stream is gone; `error` says why when it was not in good order. */
  closed(error?: unknown): void;
}

/**
 * The callback form of a byte stream, for adapters where Web Streams would
 * cost too much per chunk. Either this or the Web Streams of one
 * {@linkcode ByteStream} are used, never both.
 */
export interface DirectStream {
  /**
   * Memory of any content, in a buffer of its own, for a sink that will fill
   * it: where the stream has it for less than `new Uint8Array` costs.
   */
  allocate?(length: number): Uint8Array;
  /** Starts reading; called once, before anything else. */
  start(sink: ByteSink): void;
  /**
   * Writes the parts in order. They must not be changed until they have left.
   * `false` asks the writer to wait for `drain`; what was given is written
   * all the same. Once the stream is closed or ended, does nothing.
   */
  write(parts: readonly Uint8Array[]): boolean;
  /**
   * True when all that was written has left, so that its memory may be used
   * again. A stream that cannot know leaves it out.
   */
  readonly settled?: boolean;
  /**
   * A number that is 0 when the system has all that was written, and falls
   * whenever it takes some of what it has not. A stream that cannot know leaves
   * it out.
   */
  readonly unsent?: number;
  /** Stops calling `data`; octets already read may still come once. */
  pause(): void;
  /** Goes on calling `data`. */
  resume(): void;
  /**
   * Ends the writing side once everything written has left; `drain` tells
   * when it has, unless `closed` comes first.
   */
  end(): void;
}

/** One connection. */
export interface ByteStream {
  /** Octets from the peer. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Octets to the peer; closing it ends the connection gracefully. */
  readonly writable: WritableStream<Uint8Array>;
  /** The local address as an endpoint, `tcp://127.0.0.1:49152`. */
  readonly localAddress: string;
  /** The peer's address as an endpoint, `tcp://127.0.0.1:5555`. */
  readonly remoteAddress: string;
  /** The callback form, where the adapter has one. */
  readonly direct?: DirectStream;
  /**
   * Drops the connection at once, what was not written yet included: both
   * streams end or fail. Harmless when it is gone.
   */
  close(): void;
  /** Says whether the connection keeps the process running. Default: yes. */
  hold?(keepsProcess: boolean): void;
}

/** Platform options of a stream, by their option names; absent is default. */
export interface StreamOptions {
  /** `SO_KEEPALIVE`: -1 leaves the system's default, 0 is off, 1 is on. */
  readonly tcpKeepalive?: number;
  /** Idle seconds before the first probe. */
  readonly tcpKeepaliveIdle?: number;
  /** Seconds between probes. */
  readonly tcpKeepaliveInterval?: number;
  /** Unanswered probes before the connection is dropped. */
  readonly tcpKeepaliveCount?: number;
  /** `IP_TOS` octet. */
  readonly typeOfService?: number;
  /** True when IPv6 addresses may be used. */
  readonly ipv6?: boolean;
  /** Every platform option that was set, for transports with more of them. */
  readonly [option: string]: unknown;
}

/** What a transport is told about one attempt to connect. */
export interface ConnectOptions extends StreamOptions {
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

/** What a transport is told about a listener. */
export interface ListenOptions extends StreamOptions {
  /** How many connections may wait to be accepted. */
  readonly backlog: number;
  /** Told of a connection that could not be accepted; listening goes on. */
  readonly onAcceptError?: (error: unknown) => void;
}

/** A bound endpoint. */
export interface Listener {
  /** The bound endpoint, wildcards filled in. */
  readonly endpoint: string;
  /**
   * Stops listening; the address is free when it resolves. Connections that
   * were accepted stay.
   */
  close(): Promise<void>;
  /** Says whether the listener keeps the process running. Default: yes. */
  hold?(keepsProcess: boolean): void;
}

/** A way to make byte streams, registered under a scheme. */
export interface Transport {
  /** The scheme without `://`: `"tcp"`, `"ipc"`, … */
  readonly scheme: string;
  /**
   * Checks the address part of an endpoint before anything is opened.
   *
   * @throws {ZmqError} `EINVAL`, `ENAMETOOLONG` or `ENOTSUP`.
   */
  check?(endpoint: Endpoint, role: "bind" | "connect"): void;
  /**
   * Opens one connection. Rejects with a `ZmqError` when it cannot, and with
   * the reason of the signal when that was aborted.
   */
  connect(endpoint: Endpoint, options: ConnectOptions): Promise<ByteStream>;
  /** Listens; resolves when connections can arrive. */
  listen(
    endpoint: Endpoint,
    options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener>;
}
