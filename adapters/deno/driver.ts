/**
 * Stream sockets over `Deno.connect` and `Deno.listen`, the fastest that Deno
 * has; for what they cannot do, over Deno's `node:net`.
 *
 * @module
 */

import type * as Net from "node:net";
import { formatTcp } from "../../src/endpoint/tcp.ts";
import type { StreamOptions } from "../../src/transport/transport.ts";
import type { SocketConnection } from "../connection.ts";
import type {
  DialOptions,
  Driver,
  NetPlace,
  Place,
  ServeOptions,
  Server,
} from "../driver.ts";
import { toZmqError } from "../errors.ts";
import { lackOfDescriptors, SocketFile } from "../files.ts";
import { NodeDriver } from "../node/driver.ts";
import type { Platform } from "../platform.ts";
import {
  type DenoApi,
  denoApi,
  type DenoConn,
  type DenoListener,
} from "./api.ts";
import { DenoConnection } from "./connection.ts";

/** How long to wait, in ms, before accepting again without descriptors. */
const shortestDelay = 10;
/** Up to where that time doubles while there are none. */
const longestDelay = 500;

/** The stream sockets of Deno. */
export class DenoDriver implements Driver {
  /** The runtime as error messages name it. */
  readonly runtime: string;
  /** The operating system. */
  readonly platform: string;
  /** True when abstract names are the same as other programs'. */
  readonly abstractNames: boolean;
  // Looking for a descriptor must not ask the user.
  readonly #keepsSpare: boolean;
  readonly #deno: DenoApi = denoApi();
  readonly #node: NodeDriver;

  /** Takes what is known of the runtime. */
  constructor(platform: Platform) {
    this.runtime = platform.runtime;
    this.platform = platform.platform;
    this.abstractNames = platform.abstractNames;
    const { state } = this.#deno.permissions.querySync({
      name: "read",
      path: "/dev/null",
    });
    this.#keepsSpare = this.platform !== "win32" && state === "granted";
    this.#node = new NodeDriver(platform);
  }

  /** Opens one connection. */
  async dial(place: Place, options: DialOptions): Promise<SocketConnection> {
    const { signal, source, stream } = options;
    if (source !== undefined || wantsNode(stream)) {
      return await this.#node.dial(place, options);
    }
    const conn = "path" in place
      ? await this.#deno.connect({ transport: "unix", path: place.path })
      : await this.#deno.connect({
        hostname: place.host,
        port: place.port,
        signal,
      });
    if (signal.aborted) {
      conn.close();
      throw signal.reason;
    }
    return wrap(conn, place, stream);
  }

  /** Opens one connection over a socket of Deno's `node:net`. */
  dialOver(
    socket: Net.Socket,
    place: NetPlace,
    options: DialOptions,
  ): Promise<SocketConnection> {
    return this.#node.dialOver(socket, place, options);
  }

  /** Listens. */
  async serve(place: Place, options: ServeOptions): Promise<Server> {
    if (wantsNode(options.stream)) {
      return await this.#node.serve(place, options);
    }
    const lack = () => this.lack();
    if (!("path" in place)) {
      const listener = this.#deno.listen({
        hostname: place.host,
        port: place.port,
        tcpBacklog: options.backlog,
      });
      return new DenoServer(listener, place, options, lack);
    }
    const { path } = place;
    const listener = this.#deno.listen({ transport: "unix", path });
    const file = path.startsWith("\0") ? undefined : await SocketFile.at(path);
    return new DenoServer(listener, place, options, lack, file);
  }

  /** Throws where Deno's own sockets would. */
  assertAllowed(place: Place): void {
    if ("path" in place) return this.#assertPath(place.path);
    const host = place.host.includes(":")
      ? `[${place.host}]:${place.port}`
      : `${place.host}:${place.port}`;
    const { permissions } = this.#deno;
    if (permissions.querySync({ name: "net", host }).state === "granted") {
      return;
    }
    throw notCapable(`net access to "${host}"`, "--allow-net");
  }

  #assertPath(path: string): void {
    for (const name of ["read", "write"] as const) {
      const { state } = this.#deno.permissions.querySync(
        path.startsWith("\0") ? { name } : { name, path },
      );
      if (state === "granted") continue;
      throw notCapable(`${name} access to "${path}"`, `--allow-${name}`);
    }
  }

  /** Why no descriptor can be opened, where `--allow-read` lets us ask. */
  lack(): unknown {
    return this.#keepsSpare ? lackOfDescriptors() : undefined;
  }

  /** True when `--allow-sys` covers network interfaces. */
  canListInterfaces(): boolean {
    const { state } = this.#deno.permissions.querySync({
      name: "sys",
      kind: "networkInterfaces",
    });
    return state === "granted";
  }

  /** The name itself where only the name is allowed by `--allow-net`. */
  allowedHosts(name: string, port: number, hosts: string[]): string[] {
    const allowed = hosts.filter((address) => {
      const host = address.includes(":")
        ? `[${address}]:${port}`
        : `${address}:${port}`;
      const { permissions } = this.#deno;
      return permissions.querySync({ name: "net", host }).state === "granted";
    });
    return allowed.length > 0 ? allowed : [name];
  }

  /** Makes a fresh directory that only this user can enter. */
  makeDirectory(prefix: string): Promise<string> {
    return this.#deno.makeTempDir({ prefix });
  }
}

class DenoServer implements Server {
  readonly host: string;
  readonly port: number;
  readonly #listener: DenoListener;
  readonly #place: Place;
  readonly #options: ServeOptions;
  readonly #lack: () => unknown;
  readonly #accepting: Promise<void>;
  readonly #file: SocketFile | undefined;
  #closed = false;

  constructor(
    listener: DenoListener,
    place: Place,
    options: ServeOptions,
    lack: () => unknown,
    file?: SocketFile,
  ) {
    this.host = listener.addr.hostname ?? "";
    this.port = listener.addr.port ?? 0;
    this.#listener = listener;
    this.#place = place;
    this.#options = options;
    this.#lack = lack;
    this.#file = file;
    this.#accepting = this.#accept();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    // The address is free when the pending accept has been rejected.
    await this.#accepting;
    await this.#file?.remove();
  }

  hold(keepsProcess: boolean): void {
    if (this.#closed) return;
    if (keepsProcess) this.#listener.ref();
    else this.#listener.unref();
  }

  async #accept(): Promise<void> {
    let delay = shortestDelay;
    while (!this.#closed) {
      let conn;
      let connection;
      try {
        conn = await this.#listener.accept();
        if (this.#closed) return conn.close();
        const lack = this.#lack();
        if (lack !== undefined) {
          conn.close();
          this.#options.failed(lack);
          continue;
        }
        connection = wrap(conn, this.#place, this.#options.stream);
        delay = shortestDelay;
      } catch (cause) {
        conn?.close();
        if (this.#closed) return;
        this.#options.failed(cause);
        // A peer that has gone is no reason to let others wait; without
        // descriptors the next attempt would fail at once.
        if (!isExhausted(cause)) continue;
        await new Promise((resolve) => setTimeout(resolve, delay));
        delay = Math.min(2 * delay, longestDelay);
        continue;
      }
      this.#options.accept(connection);
    }
  }
}

/** An error like Deno's own. */
function notCapable(what: string, flag: string): Error {
  const error = new Error(
    `Requires ${what}, run again with the ${flag} flag`,
  );
  error.name = "NotCapable";
  return error;
}

/** True when the failure is not that of one connection. */
function isExhausted(cause: unknown): boolean {
  return toZmqError(cause, "accept", "").code === "EMFILE";
}

/** True for options that only Deno's `node:net` honours. */
function wantsNode({ tcpKeepaliveIdle = -1, useFd = -1 }: StreamOptions) {
  return tcpKeepaliveIdle > 0 || (useFd as number) >= 0;
}

function wrap(
  conn: DenoConn,
  place: Place,
  options: StreamOptions,
): DenoConnection {
  if ("path" in place) {
    return new DenoConnection(conn, place.endpoint, place.endpoint);
  }
  conn.setNoDelay!(true);
  if (options.tcpKeepalive === 1) conn.setKeepAlive!(true);
  const { localAddr, remoteAddr } = conn;
  return new DenoConnection(
    conn,
    formatTcp(localAddr.hostname!, localAddr.port!, place.scheme),
    formatTcp(remoteAddr.hostname!, remoteAddr.port!, place.scheme),
  );
}
