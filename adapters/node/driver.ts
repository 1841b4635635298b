/**
 * Stream sockets over `node:net`. The Deno and Bun adapters use it too, for
 * what their own sockets cannot do.
 *
 * @module
 */

import type * as Net from "node:net";
import { formatTcp } from "../../src/endpoint/tcp.ts";
import type { Adoption } from "../../src/transport/native.ts";
import type { StreamOptions } from "../../src/transport/transport.ts";
import { builtin } from "../builtin.ts";
import type { SocketConnection } from "../connection.ts";
import type {
  DialOptions,
  Driver,
  NetPlace,
  Place,
  ServeOptions,
  Server,
} from "../driver.ts";
import { lackOfDescriptors, makeTemporaryDirectory } from "../files.ts";
import { NodeConnection } from "./connection.ts";
import type { Platform } from "../platform.ts";
import { socketOf } from "./descriptors.ts";
import { adopt, Intake } from "./intake.ts";

/** What differs where `node:net` is another runtime's. */
export interface NodeDriverOptions extends Platform {
  /** True when sockets can read into memory that we choose. */
  readonly readsInto?: boolean;
  /** True when a listener is to keep a descriptor to spare. */
  readonly keepsSpare?: boolean;
}

/** The stream sockets of `node:net`. */
export class NodeDriver implements Driver {
  /** The runtime as error messages name it. */
  readonly runtime: string;
  /** The operating system. */
  readonly platform: string;
  /** True when abstract names are the same as other programs'. */
  readonly abstractNames: boolean;
  readonly #keepsSpare: boolean;
  readonly #readsInto: boolean;

  /** Takes what differs between the runtimes. */
  constructor(options: NodeDriverOptions) {
    this.runtime = options.runtime;
    this.platform = options.platform;
    this.abstractNames = options.abstractNames;
    this.#keepsSpare = options.keepsSpare === true &&
      options.platform !== "win32";
    this.#readsInto = options.readsInto ?? false;
  }

  /** Opens one connection. */
  dial(
    place: Place,
    { signal, source, stream }: DialOptions,
  ): Promise<SocketConnection> {
    // An aborted signal tells of it no more.
    if (signal.aborted) return Promise.reject(signal.reason);
    const intake = this.#readsInto ? new Intake() : undefined;
    const socket = new (builtin("node:net").Socket)({
      allowHalfOpen: true,
      ...(intake && { onread: intake }),
    });
    // Nothing is read before the connection is started.
    if (intake !== undefined) socket.pause();
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        socket.destroy();
        reject(signal.reason);
      };
      const fail = (error: Error): void => {
        signal.removeEventListener("abort", abort);
        reject(error);
      };
      socket.once("error", fail);
      socket.once("connect", () => {
        signal.removeEventListener("abort", abort);
        const connection = wrap(socket, place, stream, intake);
        if (connection === undefined) reject(deadOnArrival());
        else resolve(connection);
        socket.removeListener("error", fail);
      });
      signal.addEventListener("abort", abort, { once: true });
      if ("path" in place) {
        socket.connect({ path: place.path });
      } else {
        const { host, port } = place;
        socket.connect({
          host,
          port,
          ...(source?.host && { localAddress: source.host }),
          ...(source?.port && { localPort: source.port }),
        });
      }
    });
  }

  /** Opens one connection over a socket that is connected to a proxy. */
  async dialOver(
    socket: Net.Socket,
    { host, port, scheme }: NetPlace,
    { stream }: DialOptions,
  ): Promise<SocketConnection> {
    const { localAddress, localPort } = socket;
    if (socket.destroyed || localAddress === undefined) throw deadOnArrival();
    tune(socket, stream);
    return new NodeConnection(
      socket,
      formatTcp(localAddress, localPort!, scheme),
      formatTcp(host, port, scheme),
    );
  }

  /** Listens. */
  serve(place: Place, options: ServeOptions): Promise<Server> {
    const server = builtin("node:net").createServer({
      allowHalfOpen: true,
      pauseOnConnect: true,
    });
    server.on("connection", (accepted) => {
      const lack = this.lack();
      if (lack !== undefined) {
        accepted.destroy();
        options.failed(lack);
        return;
      }
      const intake = this.#readsInto ? new Intake() : undefined;
      const adopted = intake && adopt(accepted, intake);
      const connection = adopted === undefined
        ? wrap(accepted, place, options.stream)
        : wrap(adopted, place, options.stream, intake);
      if (connection === undefined) options.failed(deadOnArrival());
      else options.accept(connection);
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({
        ...listenPlace(place, options.stream),
        backlog: options.backlog,
        // Workers of a cluster would share the address otherwise.
        exclusive: true,
      }, () => {
        server.removeListener("error", reject);
        server.on("error", (error) => options.failed(error));
        resolve(served(server));
      });
    });
  }

  /** Takes over a connected socket that native code made. */
  async adopt(adoption: Adoption): Promise<SocketConnection | undefined> {
    const { descriptor, localAddress, remoteAddress } = adoption;
    const intake = this.#readsInto ? new Intake() : undefined;
    const socket = socketOf(descriptor.fd, intake);
    return socket &&
      new NodeConnection(socket, localAddress, remoteAddress, intake);
  }

  /** Why no descriptor can be opened, where that can be asked. */
  lack(): unknown {
    return this.#keepsSpare ? lackOfDescriptors() : undefined;
  }

  /** Listing interfaces takes no permission. */
  canListInterfaces(): boolean {
    return true;
  }

  /** Makes a fresh directory that only this user can enter. */
  makeDirectory(prefix: string): Promise<string> {
    return makeTemporaryDirectory(prefix);
  }
}

/** What to listen on: a place, or a socket that somebody else has opened. */
export function listenPlace(
  place: Place,
  { useFd = -1 }: StreamOptions,
): Net.ListenOptions & { fd?: number } {
  if (typeof useFd === "number" && useFd >= 0) return { fd: useFd };
  return "path" in place ? { path: place.path } : { ...place };
}

function wrap(
  socket: Net.Socket,
  place: Place,
  options: StreamOptions,
  intake?: Intake,
): NodeConnection | undefined {
  if ("path" in place) {
    const { endpoint } = place;
    return new NodeConnection(socket, endpoint, endpoint, intake);
  }
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) {
    // The peer has gone in the meantime: there is nobody to name.
    socket.on("error", () => {});
    socket.destroy();
    return undefined;
  }
  tune(socket, options);
  return new NodeConnection(
    socket,
    formatTcp(localAddress, localPort!, place.scheme),
    formatTcp(remoteAddress, remotePort!, place.scheme),
    intake,
  );
}

/** The error for a connection whose peer went before it was accepted. */
export function deadOnArrival(): Error {
  return Object.assign(new Error("The peer has gone"), { code: "ECONNRESET" });
}

/** The TCP calls that `net.Socket` and Bun's sockets share. */
export interface TunableSocket {
  /** Sets `TCP_NODELAY`. */
  setNoDelay(enable: boolean): unknown;
  /** Sets `SO_KEEPALIVE` and, where it can, how it probes. */
  setKeepAlive(
    enable: boolean,
    idleMs?: number,
    intervalMs?: number,
    count?: number,
  ): unknown;
  /** Sets `IP_TOS`. */
  setTypeOfService?(octet: number): unknown;
}

/** Applies the options of a stream to a connected TCP socket. */
export function tune(socket: TunableSocket, options: StreamOptions): void {
  socket.setNoDelay(true);
  if (options.tcpKeepalive === 1) {
    const {
      tcpKeepaliveIdle: idle = -1,
      tcpKeepaliveInterval: interval = -1,
      tcpKeepaliveCount: count = -1,
    } = options;
    // An idle time makes Node replace the system's other two values by 1 s
    // and 10 probes, unless they come along.
    if (idle > 0 || interval > 0 || count > 0) {
      socket.setKeepAlive(
        true,
        (idle > 0 ? idle : 7200) * 1000,
        (interval > 0 ? interval : 75) * 1000,
        count > 0 ? count : 9,
      );
    } else {
      socket.setKeepAlive(true);
    }
  }
  if (options.typeOfService) socket.setTypeOfService?.(options.typeOfService);
}

/** A server that has begun to listen. */
export function served(server: Net.Server): Server {
  const bound = server.address();
  const { address, port } = typeof bound === "object" && bound !== null
    ? bound
    : { address: "", port: 0 };
  return {
    host: address,
    port,
    close: () => {
      // The callback of close() would wait for the connections as well.
      server.close();
      return new Promise((resolve) => setImmediate(resolve));
    },
    hold: (keepsProcess) => {
      if (keepsProcess) server.ref();
      else server.unref();
    },
  };
}
