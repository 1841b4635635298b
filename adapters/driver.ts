/**
 * What each runtime brings to the shared `tcp` and `ipc` transports: dial one
 * resolved address, listen on one. Everything that is the same everywhere
 * stays out of the runtimes' own files.
 *
 * @module
 */

import type * as Net from "node:net";
import type { Adoption } from "../src/transport/native.ts";
import type { StreamOptions } from "../src/transport/transport.ts";
import type { SocketConnection } from "./connection.ts";
import type { Platform } from "./platform.ts";

/** An IP address, or on Deno a host name, and a port. */
export interface NetPlace {
  /** The address without brackets. */
  readonly host: string;
  /** The port; 0 lets the system choose. */
  readonly port: number;
  /** The scheme that the addresses of its streams have. Default: `"tcp"`. */
  readonly scheme?: string;
}

/** A path, or an abstract name behind a NUL character. */
export interface UnixPlace {
  /** What the system calls the socket. */
  readonly path: string;
  /** The endpoint: the socket's own calls tell no address. */
  readonly endpoint: string;
}

/** Where a stream socket is. */
export type Place = NetPlace | UnixPlace;

/** How to dial. */
export interface DialOptions {
  /** Aborted when the attempt is given up; the socket is released then. */
  readonly signal: AbortSignal;
  /** The local address to dial from. */
  readonly source?: Partial<NetPlace>;
  /** The options of the stream. */
  readonly stream: StreamOptions;
}

/** How to listen. */
export interface ServeOptions {
  /** How many connections may wait to be accepted. */
  readonly backlog: number;
  /** The options of each accepted stream. */
  readonly stream: StreamOptions;
  /**
   * Whether a peer's address may connect at all: to ask before anything is
   * spent on it. Whoever does not ask leaves it to who accepts.
   */
  admits?(peerAddress: string): boolean;
  /** Takes a connection that has not been started. */
  accept(connection: SocketConnection): void;
  /** Told of a connection that could not be accepted. */
  failed(cause: unknown): void;
}

/** A socket that listens. */
export interface Server {
  /** The port listened on; 0 when the place has none. */
  readonly port: number;
  /** The address listened on; empty when the place has none. */
  readonly host: string;
  /** Stops listening; the address, a file too, is free when it resolves. */
  close(): Promise<void>;
  /** Says whether the server keeps the process running. */
  hold(keepsProcess: boolean): void;
}

/** What a runtime allows a program to know of names. */
export interface Names {
  /** Says whether interfaces may be listed without asking the user. */
  canListInterfaces(): boolean;
  /**
   * The addresses to use among those that a name resolved to, for runtimes
   * that allow names rather than addresses.
   */
  allowedHosts?(name: string, port: number, hosts: string[]): string[];
}

/** The stream sockets of one runtime. Errors are the runtime's own. */
export interface Driver extends Platform, Names {
  /** Opens one connection. */
  dial(place: Place, options: DialOptions): Promise<SocketConnection>;
  /**
   * Opens one connection over a socket of `node:net` that is connected, to a
   * proxy that passes octets on, and paused.
   *
   * @param place the peer behind it; the host may be a name.
   */
  dialOver(
    socket: Net.Socket,
    place: NetPlace,
    options: DialOptions,
  ): Promise<SocketConnection>;
  /** Listens. */
  serve(place: Place, options: ServeOptions): Promise<Server>;
  /**
   * Takes over a connected socket that native code made; `undefined` for one
   * that it cannot have.
   */
  adopt?(adoption: Adoption): Promise<SocketConnection | undefined>;
  /**
   * Throws the runtime's own error where the program may not use the place:
   * native code does not ask.
   */
  assertAllowed?(place: Place): void;
  /** Why no descriptor can be opened; `undefined` when one can. */
  lack(): unknown;
  /** Makes a fresh temporary directory that only this user can enter. */
  makeDirectory(prefix: string): Promise<string>;
}
