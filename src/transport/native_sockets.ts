/**
 * The seam for stream sockets that native code makes, with options that the
 * runtime cannot set by itself.
 *
 * @module
 */

import type { StreamDescriptor } from "./native.ts";
import type { StreamOptions } from "./transport.ts";

/** An IP address and a port. */
export interface NativeHostPort {
  /** The address without brackets. */
  readonly host: string;
  /** The port; 0 lets the system choose. */
  readonly port: number;
}

/** Where a socket is: an address, or a path; an abstract one begins with NUL. */
export type NativePlace = NativeHostPort | { readonly path: string };

/** How native code connects a socket. */
export interface NativeDial {
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
  /** The local address to connect from. */
  readonly source?: Partial<NativeHostPort>;
  /** The options of the stream. */
  readonly stream: StreamOptions;
}

/** A connected socket. */
export interface NativeSocket {
  /** Its descriptor, which belongs to who gets it. */
  readonly descriptor: StreamDescriptor;
  /** The local address; none of Unix domain sockets. */
  readonly local?: NativeHostPort;
  /** The peer's address. */
  readonly remote?: NativeHostPort;
}

/** How native code listens. */
export interface NativeServe {
  /** How many connections may wait to be accepted. */
  readonly backlog: number;
  /** The options of the listener and of each connection. */
  readonly stream: StreamOptions;
  /** Takes a connection. */
  accept(socket: NativeSocket): void;
  /** Told of a connection that could not be accepted. */
  failed(cause: unknown): void;
}

/** A socket that listens. */
export interface NativeServer {
  /** The address listened on; none of Unix domain sockets. */
  readonly local?: NativeHostPort;
  /** Stops listening; a file stays where it is. */
  close(): Promise<void>;
  /** Says whether the server keeps the process running. */
  hold(keepsProcess: boolean): void;
}

/** Sockets by native code. Errors are the system's own, with their names. */
export interface NativeSockets {
  /** Connects. */
  dial(place: NativePlace, options: NativeDial): Promise<NativeSocket>;
  /** Listens. */
  serve(place: NativePlace, options: NativeServe): Promise<NativeServer>;
}
