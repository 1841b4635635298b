/**
 * Options of the life of a connection: connecting, the handshake, heartbeats,
 * connecting again. Times are in milliseconds.
 *
 * @module
 */

import { choice, flags, integer, type OptionGroup } from "./option.ts";

/** A reason to give an endpoint up instead of connecting again. */
export type ReconnectStop =
  | "connectionRefused"
  | "handshakeFailed"
  | "afterDisconnect";

/** A version of ZMTP that peers may be as old as. */
export type ProtocolVersion = "1.0" | "2.0" | "3.0";

/** How every socket keeps its connections. */
export interface ConnectionOptions {
  /**
   * Milliseconds before a lost or failed connection is tried again; -1 and 0:
   * it is not. Default: 100. `ZMQ_RECONNECT_IVL`
   */
  reconnectInterval: number;
  /**
   * Milliseconds that the wait between attempts doubles up to, with a random
   * part; 0, or less than `reconnectInterval`: the wait does not grow.
   * Default: 5000; libzmq's is 0. `ZMQ_RECONNECT_IVL_MAX`
   */
  reconnectMaxInterval: number;
  /**
   * When an endpoint is given up. `"connectionRefused"`: nothing listens
   * there. `"handshakeFailed"`: the handshake, that of TLS or of a WebSocket
   * too, broke off or took too long. `"afterDisconnect"`: `disconnect` or
   * `close` was called, so that what is queued is not sent by another
   * connection, if the present one is lost or there is none. Default: [].
   * `ZMQ_RECONNECT_STOP`
   */
  reconnectStop: readonly ReconnectStop[];
  /**
   * Milliseconds that an attempt to connect may take; 0 leaves it to the
   * system. Default: 0. `ZMQ_CONNECT_TIMEOUT`
   */
  connectTimeout: number;
  /**
   * Milliseconds that a handshake may take, from the connection to the last
   * command, authentication included; 0 is no limit. Default: 10000; libzmq's
   * is 30000. `ZMQ_HANDSHAKE_IVL`
   */
  handshakeInterval: number;
  /**
   * The oldest version of ZMTP that a peer may speak: `"2.0"` is libzmq 3.x,
   * `"1.0"` is libzmq 2.x. Neither has any security, so only sockets with
   * NULL and without a `zapDomain` follow this: others refuse such peers.
   * Default: "3.0"; libzmq's is 1.0.
   */
  minProtocolVersion: ProtocolVersion;
  /**
   * Milliseconds between two PING commands; 0 sends none. Default: 0. A peer
   * of ZMTP 3.0 (libzmq before 4.3.3) is sent none before it has sent one:
   * libzmq 4.0 and 4.1 would give them to their application as messages.
   * `ZMQ_HEARTBEAT_IVL`
   */
  heartbeatInterval: number;
  /**
   * Milliseconds after which the peer is to drop the connection when nothing
   * arrives, in steps of 100; 0 leaves it to the peer. libzmq misreads more
   * than 65500. Default: 0. `ZMQ_HEARTBEAT_TTL`
   */
  heartbeatTimeToLive: number;
  /**
   * Milliseconds without anything from the peer after a PING before the
   * connection is dropped, unless it goes on reading what was said before;
   * -1 takes `heartbeatInterval`, 0 does not wait for an answer. Default: -1.
   * `ZMQ_HEARTBEAT_TIMEOUT`
   */
  heartbeatTimeout: number;
}

/** The rows of {@linkcode ConnectionOptions}. */
export const connectionOptions = (): OptionGroup<ConnectionOptions> => ({
  reconnectInterval: integer({
    libzmq: [["ZMQ_RECONNECT_IVL", 18]],
    min: -1,
    lowest: "never",
    default: 100,
    unit: "ms",
  }),
  reconnectMaxInterval: integer({
    libzmq: [["ZMQ_RECONNECT_IVL_MAX", 21]],
    default: 5000,
    unit: "ms",
  }),
  reconnectStop: flags<ReconnectStop>({
    libzmq: [["ZMQ_RECONNECT_STOP", 109]],
    choices: ["connectionRefused", "handshakeFailed", "afterDisconnect"],
    codes: [1, 2, 4],
  }),
  connectTimeout: integer({
    libzmq: [["ZMQ_CONNECT_TIMEOUT", 79]],
    default: 0,
    unit: "ms",
  }),
  handshakeInterval: integer({
    libzmq: [["ZMQ_HANDSHAKE_IVL", 66]],
    default: 10000,
    unit: "ms",
  }),
  // An older version is a downgrade, which whoever is on the path can bring
  // about: not without being asked for.
  minProtocolVersion: choice<ProtocolVersion>({
    choices: ["1.0", "2.0", "3.0"],
    default: "3.0",
  }),
  heartbeatInterval: integer({
    libzmq: [["ZMQ_HEARTBEAT_IVL", 75]],
    default: 0,
    unit: "ms",
  }),
  heartbeatTimeToLive: integer({
    libzmq: [["ZMQ_HEARTBEAT_TTL", 76]],
    // RFC 37: 16 bits of tenths of a second.
    max: 6553599,
    default: 0,
    unit: "ms",
  }),
  heartbeatTimeout: integer({
    libzmq: [["ZMQ_HEARTBEAT_TIMEOUT", 77]],
    min: -1,
    lowest: "as heartbeatInterval",
    default: -1,
    unit: "ms",
  }),
});
