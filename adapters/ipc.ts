/**
 * The `ipc` transport of every runtime, over its {@linkcode Driver}: Unix
 * domain sockets with a path or an abstract name.
 *
 * @module
 */

import type { Endpoint } from "../src/endpoint/endpoint.ts";
import {
  checkIpcLength,
  formatIpc,
  type IpcAddress,
} from "../src/endpoint/ipc.ts";
import { CallbackByteStream } from "../src/transport/streams.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Transport,
} from "../src/transport/transport.ts";
import { builtin } from "./builtin.ts";
import type { Driver, ServeOptions, Server, UnixPlace } from "./driver.ts";
import { hasDirectory, unlinkFile } from "./files.ts";
import { systemCode, toZmqError } from "./errors.ts";
import { usableIpc } from "./platform.ts";

/** Connections and listeners of Unix domain sockets. */
export class IpcTransport implements Transport {
  /** `"ipc"`. */
  readonly scheme = "ipc";
  readonly #driver: Driver;

  /** Takes the sockets of the runtime. */
  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Checks the address and whether the runtime can use it. */
  check(endpoint: Endpoint, role: "bind" | "connect"): void {
    usableIpc(this.#driver, endpoint, role);
  }

  /** Opens one connection. */
  async connect(
    endpoint: Endpoint,
    options: ConnectOptions,
  ): Promise<ByteStream> {
    const place = placeOf(usableIpc(this.#driver, endpoint, "connect"));
    const { signal } = options;
    try {
      signal.throwIfAborted();
      const connection = await this.#driver.dial(place, {
        signal,
        stream: options,
      });
      return new CallbackByteStream(connection);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      // Without descriptors, Bun calls every peer unwilling.
      throw toZmqError(this.#driver.lack() ?? cause, "connect", endpoint.text);
    }
  }

  /** Listens; a socket file that nobody listens on any more is replaced. */
  async listen(
    endpoint: Endpoint,
    options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    const { text } = endpoint;
    const address = usableIpc(this.#driver, endpoint, "bind");
    const serve: ServeOptions = {
      backlog: options.backlog,
      stream: options,
      accept: (connection) => accept(new CallbackByteStream(connection)),
      failed: (cause) =>
        options.onAcceptError?.(toZmqError(cause, "accept", text)),
    };
    try {
      if (address.kind === "any") return await this.#listenFresh(serve);
      const place = placeOf(address);
      const server = await this.#serve(place, serve);
      return listener(place, server);
    } catch (cause) {
      throw toZmqError(await bindCause(cause, address), "bind", text);
    }
  }

  async #listenFresh(options: ServeOptions): Promise<Listener> {
    const files = builtin("node:fs/promises");
    const directory = await this.#driver.makeDirectory("isomq-");
    try {
      const path = `${directory}/socket`;
      checkIpcLength(path, `ipc://${path}`);
      const place = placeOf({ kind: "path", path });
      const server = await this.#driver.serve(place, options);
      return listener(place, server, () => files.rmdir(directory));
    } catch (cause) {
      await files.rmdir(directory);
      throw cause;
    }
  }

  async #serve(place: UnixPlace, options: ServeOptions): Promise<Server> {
    try {
      return await this.#driver.serve(place, options);
    } catch (cause) {
      const inUse = systemCode(cause) === "EADDRINUSE";
      if (!inUse || !await this.#isStale(place)) throw cause;
    }
    await unlinkFile(place.path);
    return await this.#driver.serve(place, options);
  }

  /** True for the file of a socket that nobody listens on any more. */
  async #isStale(place: UnixPlace): Promise<boolean> {
    if (place.path.startsWith("\0")) return false;
    try {
      const file = await builtin("node:fs/promises").lstat(place.path);
      // A file of another kind is somebody's and stays.
      if (!file.isSocket()) return false;
      const { signal } = new AbortController();
      const connection = await this.#driver.dial(place, { signal, stream: {} });
      connection.close();
      return false;
    } catch (cause) {
      if (this.#driver.lack() !== undefined) return false;
      const code = systemCode(cause);
      return code === "ECONNREFUSED" || code === "ENOENT";
    }
  }
}

/** Node says EACCES, as Windows would, where there is no directory. */
async function bindCause(
  cause: unknown,
  address: IpcAddress,
): Promise<unknown> {
  const { code } = cause as { code?: unknown };
  if (code !== "EACCES" || address.kind !== "path") return cause;
  if (await hasDirectory(address.path)) return cause;
  const message = "There is no such directory";
  return Object.assign(new Error(message, { cause }), { code: "ENOENT" });
}

function placeOf(address: IpcAddress): UnixPlace {
  const endpoint = formatIpc(address);
  if (address.kind === "abstract") {
    return { path: `\0${address.name}`, endpoint };
  }
  return { path: address.kind === "path" ? address.path : "", endpoint };
}

function listener(
  place: UnixPlace,
  server: Server,
  tidy?: () => Promise<void>,
): Listener {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await server.close();
    await tidy?.();
  };
  return {
    endpoint: place.endpoint,
    close: () => closing ??= close(),
    hold: (keepsProcess) => server.hold(keepsProcess),
  };
}
