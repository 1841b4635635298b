/**
 * Options of every socket that belong to no other area.
 *
 * @module
 */

import type { ConnectionOptions } from "./connection_options.ts";
import type { ExtensionOptions } from "./extension_options.ts";
import type { LimitOptions } from "./limit_options.ts";
import type { MulticastOptions } from "./multicast_options.ts";
import { flag, integer, option, type OptionGroup } from "./option.ts";
import type { SecurityOptions } from "./security_options.ts";
import type { SocketType } from "./socket_type.ts";
import type { TcpOptions } from "./tcp_options.ts";

/** The options that every socket has, those of the other areas apart. */
export interface GeneralOptions {
  /** The handshake name of the socket's type. `ZMQ_TYPE` */
  readonly type: SocketType;
  /**
   * True for types whose messages have exactly one frame. `ZMQ_THREAD_SAFE`
   */
  readonly threadSafe: boolean;
  /**
   * Milliseconds that unsent messages may take to leave when the socket is
   * closed; -1 waits for ever, 0 drops them. Works at once. Default: -1; 0 for
   * SUB, XSUB and DISH, and in a context that is not `blocky`. `ZMQ_LINGER`
   */
  linger: number;
  /**
   * True: messages are queued only for peers that are connected. False: also
   * for endpoints that are still being connected to. Default: false.
   * `ZMQ_IMMEDIATE`
   */
  immediate: boolean;
  /**
   * Connections that may wait to be accepted by a listener. Default: 100.
   * `ZMQ_BACKLOG`
   */
  backlog: number;
  /**
   * True: IPv6 addresses may be used beside IPv4. Default: that of the
   * context, false. `ZMQ_IPV6`; `ZMQ_IPV4ONLY` is its opposite
   */
  ipv6: boolean;
  /**
   * Properties that are told to every peer in the handshake. Names begin with
   * `X-` and have at most 255 characters: letters, digits and `-_.+`. Default:
   * {}. `ZMQ_METADATA`
   */
  metadata: Readonly<Record<string, string>>;
  /**
   * Which I/O threads serve the socket's connections, as bits. This engine has
   * none to choose from: only the default is accepted. Default: 0.
   * `ZMQ_AFFINITY`
   */
  affinity: number;
  /**
   * Octets that are read at once. Only where the runtime can. Default: 65536;
   * libzmq's is 8192. `ZMQ_IN_BATCH_SIZE`
   */
  inBatchSize: number;
  /**
   * Octets that are written at once. Only where the runtime can. Default:
   * 65536; libzmq's is 8192. `ZMQ_OUT_BATCH_SIZE`
   */
  outBatchSize: number;
}

/** The options that every socket has. */
export interface SocketOptions
  extends
    GeneralOptions,
    ConnectionOptions,
    LimitOptions,
    SecurityOptions,
    TcpOptions,
    MulticastOptions,
    ExtensionOptions {}

const BATCH = {
  min: 1,
  default: 65536,
  unit: "octets",
  platform: true,
} as const;

/** The rows of {@linkcode GeneralOptions}. */
export const generalOptions = (): OptionGroup<GeneralOptions> => ({
  type: option<SocketType>({
    libzmq: [["ZMQ_TYPE", 16]],
    kind: "choice",
    access: "read-only",
    default: "PAIR",
  }),
  threadSafe: flag({
    libzmq: [["ZMQ_THREAD_SAFE", 81]],
    access: "read-only",
  }),
  linger: integer({
    libzmq: [["ZMQ_LINGER", 17]],
    min: -1,
    lowest: "for ever",
    default: -1,
    defaults: { SUB: 0, XSUB: 0, DISH: 0 },
    unit: "ms",
    live: true,
  }),
  immediate: flag({ libzmq: [["ZMQ_IMMEDIATE", 39]] }),
  backlog: integer({
    libzmq: [["ZMQ_BACKLOG", 19]],
    default: 100,
    unit: "connections",
  }),
  ipv6: flag({ libzmq: [["ZMQ_IPV6", 42], ["ZMQ_IPV4ONLY", 31]] }),
  metadata: option<Readonly<Record<string, string>>>({
    libzmq: [["ZMQ_METADATA", 95]],
    kind: "properties",
    default: {},
  }),
  affinity: integer({
    libzmq: [["ZMQ_AFFINITY", 4]],
    needs: "I/O threads",
    max: Number.MAX_SAFE_INTEGER,
    default: 0,
    unit: "bits",
  }),
  inBatchSize: integer({ libzmq: [["ZMQ_IN_BATCH_SIZE", 101]], ...BATCH }),
  outBatchSize: integer({ libzmq: [["ZMQ_OUT_BATCH_SIZE", 102]], ...BATCH }),
});
