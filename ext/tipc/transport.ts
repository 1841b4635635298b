/**
 * The transport: stream sockets of the system's own TIPC.
 *
 * @module
 */

import {
  type ByteStream,
  type Clock,
  type ConnectOptions,
  context,
  type Endpoint,
  type Listener,
  type ListenOptions,
  parseTipc,
  type Runtime,
  type StreamOptions,
  type Transport,
  ZmqError,
} from "../../mod.ts";
import { connect, type Ffi, listen, loadFfi, toZmqError } from "../ffi/mod.ts";
import { AF_TIPC, encodeTipc, formatTipc } from "./address.ts";
import { descriptorOf } from "./descriptor.ts";

const SOCK_STREAM = 1;

/** How a transport is made. */
export interface TipcInit {
  /** The runtime. Default: the one at hand. */
  readonly runtime?: Runtime | undefined;
}

/** Connections and listeners of TIPC. */
export class TipcTransport implements Transport {
  /** `"tipc"`. */
  readonly scheme = "tipc";
  readonly #runtime: Runtime;

  /** Loads nothing yet. */
  constructor(init: TipcInit) {
    this.#runtime = init.runtime ?? context.runtime;
  }

  /** Checks the address, and that no option is set that TIPC has not. */
  check(
    endpoint: Endpoint,
    role: "bind" | "connect",
    options?: StreamOptions,
  ): void {
    parseTipc(endpoint, role, options);
  }

  /** Opens one connection. */
  async connect(
    endpoint: Endpoint,
    options: ConnectOptions,
  ): Promise<ByteStream> {
    const { text } = endpoint;
    const { signal } = options;
    const address = parseTipc(endpoint, "connect", options);
    try {
      signal.throwIfAborted();
      const ffi = await load(this.#runtime, text);
      const fd = open(ffi, text);
      try {
        await connect(ffi, fd, encodeTipc(address), signal);
      } catch (cause) {
        ffi.system.close(fd);
        throw cause;
      }
      return await streamOf(ffi, this.#runtime.clock, fd);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      const doing = `Cannot connect to "${text}"`;
      // There is no such host, in the words of the system: nobody has bound
      // the instance, and somebody may do so any moment.
      throw address.kind === "service" && codeOf(cause) === "EHOSTUNREACH"
        ? new ZmqError("ECONNREFUSED", `${doing}: nobody has bound it`, {
          cause,
          address: text,
        })
        : toZmqError(cause, doing, text);
    }
  }

  /** Listens; others may be bound to the same instances. */
  async listen(
    endpoint: Endpoint,
    options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    const { text } = endpoint;
    const address = parseTipc(endpoint, "bind", options);
    const failed = (cause: unknown): void =>
      options.onAcceptError?.(
        toZmqError(cause, `Cannot accept a connection at "${text}"`, text),
      );
    try {
      const ffi = await load(this.#runtime, text);
      const { system } = ffi;
      const fd = open(ffi, text);
      try {
        if (address.kind !== "any") system.bind(fd, encodeTipc(address));
        system.listen(fd, options.backlog);
        return listen(ffi, fd, formatTipc(system.localAddress(fd)), {
          accepted: (accepted) =>
            void streamOf(ffi, this.#runtime.clock, accepted).then(
              accept,
              failed,
            ),
          failed,
        });
      } catch (cause) {
        system.close(fd);
        throw cause;
      }
    } catch (cause) {
      throw toZmqError(cause, `Cannot bind to "${text}"`, text);
    }
  }
}

/** Native code, where the system can have TIPC at all. */
async function load(runtime: Runtime, text: string): Promise<Ffi> {
  const host = await runtime.native?.();
  if (host === undefined || host.platform === "linux") {
    return await loadFfi(runtime);
  }
  throw new ZmqError(
    "ENOTSUP",
    `Cannot use "${text}": expected Linux, which has TIPC, got ` +
      host.platform,
    { address: text },
  );
}

/** A socket that is neither bound nor connected yet. */
function open(ffi: Ffi, text: string): number {
  try {
    return ffi.system.socket(AF_TIPC, SOCK_STREAM);
  } catch (cause) {
    if (codeOf(cause) !== "EAFNOSUPPORT") throw cause;
    throw new ZmqError(
      "ENOTSUP",
      `Cannot use "${text}": expected a system with TIPC (modprobe tipc), ` +
        "got one without",
      { cause, address: text },
    );
  }
}

/** A connected socket as a byte stream. */
async function streamOf(
  ffi: Ffi,
  clock: Clock,
  fd: number,
): Promise<ByteStream> {
  const { system } = ffi;
  let localAddress: string;
  let remoteAddress: string;
  try {
    localAddress = formatTipc(system.localAddress(fd));
    remoteAddress = formatTipc(system.peerAddress(fd));
  } catch (cause) {
    // The peer has gone in the meantime: there is nobody to name.
    system.close(fd);
    throw cause;
  }
  const descriptor = descriptorOf(ffi, clock, fd);
  return await ffi.stream({ fd, localAddress, remoteAddress, descriptor });
}

function codeOf(cause: unknown): unknown {
  return (cause as { readonly code?: unknown } | null)?.code;
}
