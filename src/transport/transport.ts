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

/** The names of the ways to speak ZeroMQ over a WebSocket: RFC 45, RFC 39. */
export type Subprotocol = `ZWS2.0/${string}` | "ZWS2.0" | "ZWS1.0";

/**
 * What is known of a stream whose octets are frames of RFC 6455, in both
 * directions, from the first octet on: the opening handshake is over, and
 * octets that came along with it are the first that the stream gives.
 *
 * Who has a WebSocket of the platform, which makes and takes the frames off by
 * itself, puts frames around its messages again, unmasked, and understands
 * those that are written to it: binary messages, and a Close.
 */
export interface WebSocketLink {
  /** What was agreed upon, one of the `subprotocols` that were given. */
  readonly subprotocol: Subprotocol;
  /** Which side of the opening handshake this is. */
  readonly role: "client" | "server";
  /**
   * True when the frames are those of the network: a client masks all that it
   * sends, and a server refuses what is not masked. RFC 6455 §5.1. False:
   * nothing is masked, either way.
   */
  readonly masked: boolean;
  /**
   * True when Ping frames can be sent and Pong frames come back. False for a
   * platform that does both by itself.
   */
  readonly canPing: boolean;
  /**
   * `"ZWS1.0"`, as server: the `type` of the query that the client asked with,
   * `"DEALER"`. RFC 39 has no other place for it.
   */
  readonly peerType?: string;
}

/** One connection. */
export interface ByteStream {
  /** Octets from the peer. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Octets to the peer; closing it ends the connection gracefully. */
  readonly writable: WritableStream<Uint8Array>;
  /**
   * The local address as an endpoint, `tcp://127.0.0.1:49152`; without a path
   * where the scheme has one, `ws://127.0.0.1:49152`.
   */
  readonly localAddress: string;
  /** The peer's address as an endpoint, `tcp://127.0.0.1:5555`; likewise. */
  readonly remoteAddress: string;
  /** The callback form, where the adapter has one. */
  readonly direct?: DirectStream;
  /**
   * When the connection was made, by the runtime's clock, where there was a
   * handshake before this stream: the time for the handshakes counts from then.
   */
  readonly since?: number | undefined;
  /** Present when the octets are those of a WebSocket. */
  readonly webSocket?: WebSocketLink;
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
  /** The SOCKS 5 proxy that connections go through, `host:port`. */
  readonly socksProxy?: string;
  /** The user name for it; without one, there is no authentication. */
  readonly socksUsername?: string;
  /** The password for it. */
  readonly socksPassword?: string;
  /** Every platform option that was set, for transports with more of them. */
  readonly [option: string]: unknown;
}

/** What a transport that makes WebSockets is told. */
export interface WebSocketOptions {
  /**
   * What may be spoken, best first: what a client offers in this order, and
   * what a server accepts, which takes the first one of the client's that is
   * here. The socket's mechanism decides: `["ZWS2.0/CURVE"]`, and with NULL
   * `["ZWS2.0/NULL", "ZWS2.0"]`, to which a server has `"ZWS1.0"` too. Absent
   * or empty: the socket cannot speak over a WebSocket.
   */
  readonly subprotocols?: readonly Subprotocol[];
  /**
   * Milliseconds that all handshakes may take, that of TLS and the opening
   * included; 0 is no limit.
   */
  readonly handshakeInterval?: number;
  /**
   * The socket's option, for a WebSocket of the platform: it cannot be paused,
   * so the octets that wait to be received are limited there. -1: no limit.
   */
  readonly maxQueuedBytes?: number;
}

/** What a transport is told about one attempt to connect. */
export interface ConnectOptions extends StreamOptions, WebSocketOptions {
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

/** What a transport is told about a listener. */
export interface ListenOptions extends StreamOptions, WebSocketOptions {
  /** How many connections may wait to be accepted. */
  readonly backlog: number;
  /** How many opening handshakes may be under way at once; -1 is no limit. */
  readonly maxPendingHandshakes?: number;
  /**
   * Whether a peer's address may connect at all: for transports that talk to
   * the peer before they hand over a stream.
   */
  readonly admits?: (peerAddress: string) => boolean;
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
   * True when its streams are WebSockets, with `webSocket`: what speaks over
   * them is loaded beforehand. Default: no.
   */
  readonly makesWebSockets?: boolean;
  /**
   * Checks the address part of an endpoint before anything is opened.
   *
   * @param options Those that the stream or the listener will have.
   * @throws {ZmqError} `EINVAL`, `ENAMETOOLONG` or `ENOTSUP`.
   */
  check?(
    endpoint: Endpoint,
    role: "bind" | "connect",
    options?: StreamOptions,
  ): void;
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
