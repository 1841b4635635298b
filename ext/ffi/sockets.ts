/**
 * Stream sockets with all options that the system has, for the `tcp` and
 * `ipc` transports: made here, and then the runtime's.
 *
 * @module
 */

import { ZmqError } from "../../mod.ts";
import type { Runtime } from "../../src/transport/runtime.ts";
import type { StreamOptions } from "../../src/transport/transport.ts";
import type {
  NativeDial,
  NativePlace,
  NativeServe,
  NativeServer,
  NativeSocket,
  NativeSockets,
} from "../../src/transport/native_sockets.ts";
import { Addresses, AF_UNIX } from "./addresses.ts";
import { connect } from "./connect.ts";
import { SystemError } from "./errors.ts";
import { type Ffi, loadFfi } from "./ffi.ts";
import { listen } from "./listen.ts";
import { SocketOptions } from "./socket_options.ts";
import type { System } from "./system.ts";

const SOCK_STREAM = 1;

/**
 * The sockets of a runtime by native code.
 *
 * @throws {ZmqError} `ENOTSUP` when `koffi` is not installed.
 */
export async function nativeSockets(runtime: Runtime): Promise<NativeSockets> {
  return new FfiSockets(await loadFfi(runtime));
}

class FfiSockets implements NativeSockets {
  readonly #ffi: Ffi;
  readonly #system: System;
  readonly #addresses: Addresses;
  readonly #options: SocketOptions;

  constructor(ffi: Ffi) {
    this.#ffi = ffi;
    this.#system = ffi.system;
    this.#addresses = new Addresses(ffi.system);
    this.#options = new SocketOptions(ffi.system);
  }

  async dial(place: NativePlace, options: NativeDial): Promise<NativeSocket> {
    const { signal, source, stream } = options;
    const family = this.#addresses.familyOf(place);
    const fd = this.#system.socket(family, SOCK_STREAM);
    try {
      this.#options.prepare(fd, family, stream);
      if (source !== undefined && !("path" in place)) {
        const any = place.host.includes(":") ? "::" : "0.0.0.0";
        const { host = any, port = 0 } = source;
        if (port !== 0) this.#options.reuseAddress(fd);
        this.#system.bind(fd, this.#addresses.encode({ host, port }));
      }
      await connect(this.#ffi, fd, this.#addresses.encode(place), signal);
      return this.#connected(fd);
    } catch (cause) {
      this.#system.close(fd);
      throw cause;
    }
  }

  async serve(
    place: NativePlace,
    options: NativeServe,
  ): Promise<NativeServer> {
    const family = this.#addresses.familyOf(place);
    const fd = this.#listening(place, family, options);
    try {
      const local = this.#addresses.decode(this.#system.localAddress(fd));
      const listener = listen(this.#ffi, fd, "", {
        accepted: (accepted) => this.#accepted(accepted, family, options),
        failed: options.failed,
      });
      return {
        ...(local && { local }),
        close: () => listener.close(),
        hold: (keepsProcess) => listener.hold!(keepsProcess),
      };
    } catch (cause) {
      // One that the user has made stays the user's.
      if (fd !== usedFd(options.stream)) this.#system.close(fd);
      throw cause;
    }
  }

  /** A socket that listens: a new one, or one that the user has. */
  #listening(
    place: NativePlace,
    family: number,
    { backlog, stream }: NativeServe,
  ): number {
    const useFd = usedFd(stream);
    if (useFd >= 0) {
      this.#checkListening(useFd);
      this.#system.unblock(useFd);
      this.#options.prepare(useFd, family, stream);
      return useFd;
    }
    const fd = this.#system.socket(family, SOCK_STREAM);
    try {
      if (family !== AF_UNIX) this.#options.reuseAddress(fd);
      if ("host" in place && place.host === "::") this.#options.openToBoth(fd);
      this.#options.prepare(fd, family, stream);
      this.#system.bind(fd, this.#addresses.encode(place));
      this.#system.listen(fd, backlog);
      return fd;
    } catch (cause) {
      this.#system.close(fd);
      throw cause;
    }
  }

  /** A descriptor of the user's could be anything. */
  #checkListening(fd: number): void {
    const { SOL_SOCKET, SO_ACCEPTCONN } = this.#system.constants;
    let cause: unknown;
    try {
      const value = this.#system.option(fd, SOL_SOCKET, SO_ACCEPTCONN);
      if (value.some((octet) => octet !== 0)) return;
    } catch (error) {
      cause = error;
    }
    const found = cause instanceof SystemError
      ? `"${cause.message}"`
      : "one that does not listen";
    throw new ZmqError(
      "EINVAL",
      `Cannot bind with useFd ${fd}: expected a socket that listens, got ` +
        found,
      { cause },
    );
  }

  #accepted(
    fd: number,
    family: number,
    { stream, accept, failed }: NativeServe,
  ): void {
    let socket: NativeSocket;
    try {
      if (family === AF_UNIX && !this.#options.admits(fd, stream)) {
        throw new SystemError("accept", "EACCES", 0);
      }
      this.#options.tune(fd, family, stream);
      socket = this.#connected(fd);
    } catch (cause) {
      this.#system.close(fd);
      return failed(cause);
    }
    accept(socket);
  }

  #connected(fd: number): NativeSocket {
    const local = this.#addresses.decode(this.#system.localAddress(fd));
    const remote = this.#addresses.decode(this.#system.peerAddress(fd));
    const descriptor = this.#ffi.descriptor(fd);
    return { descriptor, ...(local && { local }), ...(remote && { remote }) };
  }
}

/** A socket that the user has made, -1 when there is none. */
function usedFd(stream: StreamOptions): number {
  const { useFd = -1 } = stream as { readonly useFd?: number };
  return useFd;
}
