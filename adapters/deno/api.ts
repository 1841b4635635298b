/**
 * The part of the `Deno` namespace that the adapter uses, typed here so that
 * the file compiles where Deno's own types are missing.
 *
 * @module
 */

/** An address as Deno tells it. */
export interface DenoAddress {
  /** The IP address, of TCP sockets. */
  readonly hostname?: string;
  /** The port, of TCP sockets. */
  readonly port?: number;
}

/** `Deno.TcpConn` and `Deno.UnixConn`. */
export interface DenoConn {
  /** The local address. */
  readonly localAddr: DenoAddress;
  /** The peer's address. */
  readonly remoteAddr: DenoAddress;
  /** Reads some octets; `null` when the peer has ended. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of the octets. */
  write(octets: Uint8Array): Promise<number>;
  /** Ends the writing side. */
  closeWrite(): Promise<void>;
  /** Drops the connection. */
  close(): void;
  /** Lets the connection keep the process running. */
  ref(): void;
  /** Does not let the connection keep the process running. */
  unref(): void;
  /** Sets `TCP_NODELAY`. */
  setNoDelay?(enable: boolean): void;
  /** Sets `SO_KEEPALIVE`. */
  setKeepAlive?(enable: boolean): void;
}

/** `Deno.Listener`. */
export interface DenoListener {
  /** The bound address. */
  readonly addr: DenoAddress;
  /** The next connection. */
  accept(): Promise<DenoConn>;
  /** Stops listening; a pending `accept` is rejected. */
  close(): void;
  /** Lets the listener keep the process running. */
  ref(): void;
  /** Does not let the listener keep the process running. */
  unref(): void;
}

/** A question about a permission. */
export type DenoPermission =
  | { readonly name: "ffi" | "read" | "write"; readonly path?: string }
  | { readonly name: "net"; readonly host: string }
  | { readonly name: "sys"; readonly kind: string };

/** The `Deno` namespace. */
export interface DenoApi {
  /** Versions of the runtime. */
  readonly version: { readonly deno: string };
  /** What the runtime was built for. */
  readonly build: { readonly os: string };
  /** Permissions of the program. */
  readonly permissions: {
    querySync(permission: DenoPermission): { readonly state: string };
  };
  /** Opens a TCP connection. */
  connect(options: {
    readonly hostname: string;
    readonly port: number;
    readonly signal: AbortSignal;
  }): Promise<DenoConn>;
  /** Opens a connection of Unix domain sockets. */
  connect(options: {
    readonly transport: "unix";
    readonly path: string;
  }): Promise<DenoConn>;
  /** Listens for TCP connections. */
  listen(options: {
    readonly hostname: string;
    readonly port: number;
    readonly tcpBacklog: number;
  }): DenoListener;
  /** Listens on a Unix domain socket. */
  listen(options: {
    readonly transport: "unix";
    readonly path: string;
  }): DenoListener;
  /** Makes a fresh directory. */
  makeTempDir(options: { readonly prefix: string }): Promise<string>;
  /** Lets a timer keep the process running. */
  refTimer(id: number): void;
  /** Does not let a timer keep the process running. */
  unrefTimer(id: number): void;
}

/** The `Deno` namespace of the runtime at hand. */
export function denoApi(): DenoApi {
  return (globalThis as unknown as { Deno: DenoApi }).Deno;
}
