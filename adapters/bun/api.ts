/**
 * The part of the `Bun` namespace that the adapter uses, typed here so that
 * the file compiles where Bun's own types are missing.
 *
 * @module
 */

import type { TunableSocket } from "../node/driver.ts";

/** Bun's stream socket; `data` is whatever its owner keeps with it. */
export interface BunSocket<Data> extends TunableSocket {
  /** What the owner keeps with the socket. */
  data: Data;
  /** The local address. */
  readonly localAddress: string;
  /** The local port. */
  readonly localPort: number;
  /** The peer's address. */
  readonly remoteAddress: string;
  /** The peer's port. */
  readonly remotePort: number;
  /** Writes what the system takes at once; -1 when nothing can be written. */
  write(octets: Uint8Array): number;
  /** Ends the writing side. */
  shutdown(): void;
  /** Drops the connection; what the peer has not read yet is not lost. */
  end(): void;
  /** Stops reading. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
  /** Lets the socket keep the process running. */
  ref(): void;
  /** Does not let the socket keep the process running. */
  unref(): void;
}

/** What Bun calls. */
export interface BunHandlers<Data> {
  /** The type of the chunks. */
  readonly binaryType: "uint8array";
  /** The socket is connected. */
  open(socket: BunSocket<Data>): void;
  /** Octets arrived. */
  data(socket: BunSocket<Data>, chunk: Uint8Array): void;
  /** More can be written. */
  drain(socket: BunSocket<Data>): void;
  /** The peer will send no more. */
  end(socket: BunSocket<Data>): void;
  /** The socket is gone. */
  close(socket: BunSocket<Data>, error?: Error): void;
  /** A handler threw. */
  error(socket: BunSocket<Data>, error: Error): void;
  /** The connection could not be made. */
  connectError?(socket: BunSocket<Data>, error: Error): void;
}

/** Where a socket is and who handles it. */
export type BunSocketOptions<Data> =
  & {
    readonly allowHalfOpen: true;
    readonly socket: BunHandlers<Data>;
  }
  & (
    | { readonly hostname: string; readonly port: number }
    | { readonly unix: string }
    | { readonly fd: number }
  );

/** `Bun.listen`'s result. */
export interface BunListener {
  /** The bound address, of TCP listeners. */
  readonly hostname?: string;
  /** The bound port, of TCP listeners. */
  readonly port?: number;
  /** Stops listening; `true` would drop the accepted sockets too. */
  stop(closeSockets: boolean): void;
  /** Lets the listener keep the process running. */
  ref(): void;
  /** Does not let the listener keep the process running. */
  unref(): void;
}

/** The `Bun` namespace. */
export interface BunApi {
  /** The version of the runtime. */
  readonly version: string;
  /** Opens a connection. */
  connect<Data>(options: BunSocketOptions<Data>): Promise<BunSocket<Data>>;
  /** Listens. */
  listen<Data>(options: BunSocketOptions<Data>): BunListener;
}

/** The `Bun` namespace of the runtime at hand. */
export function bunApi(): BunApi {
  return (globalThis as unknown as { Bun: BunApi }).Bun;
}
