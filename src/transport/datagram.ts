/**
 * The second seam between the engine and the world: datagrams, which arrive
 * whole or not at all, from anybody, in any order.
 *
 * Anything that carries small messages without connections fits: UDP, unicast,
 * multicast and broadcast, and what is built upon it.
 *
 * @module
 */

import type { Endpoint } from "../endpoint/endpoint.ts";
import type { DatagramAddress } from "../endpoint/udp.ts";

/**
 * Who is told of what happens to a {@linkcode DatagramSocket}. Calls come one
 * at a time and never from inside a call of the socket.
 */
export interface DatagramSink {
  /** A datagram arrived. Its octets belong to the sink from now on. */
  received(octets: Uint8Array, from: DatagramAddress): void;
  /**
   * One more of the datagrams that were sent has left, or was given up;
   * `error` says why. Comes once for each of them.
   */
  sent(error?: unknown): void;
  /** The socket is gone, and `close` was not called. The last call. */
  closed(error?: unknown): void;
}

/** An open socket for datagrams. */
export interface DatagramSocket {
  /**
   * The endpoint that it is bound to, or sends to; wildcards are filled in,
   * names resolved.
   */
  readonly endpoint: string;
  /**
   * Sends a datagram. Its octets must not be changed until `sent` tells that
   * it has left. How many are on their way is for the caller to bound.
   *
   * @param to needed where the socket is bound, else it goes where the
   * endpoint says.
   * @throws {ZmqError} `EINVAL` for an address that the socket cannot reach.
   */
  send(octets: Uint8Array, to?: DatagramAddress): void;
  /** Closes the socket; its address is free when it resolves. */
  close(): Promise<void>;
  /** Says whether the socket keeps the process running. Default: yes. */
  hold?(keepsProcess: boolean): void;
}

/** How a {@linkcode DatagramTransport} is to open a socket. */
export interface DatagramSettings {
  /** `"bind"` receives, and sends to given addresses; `"connect"` sends. */
  readonly role: "bind" | "connect";
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
  /** True when IPv6 addresses may be used. */
  readonly ipv6?: boolean;
  /** True lets others bind to the address too. A group always does. */
  readonly reuseAddress?: boolean;
  /** Routers that a multicast packet may pass. */
  readonly multicastHops?: number;
  /** False: multicast packets do not come back to this host. */
  readonly multicastLoop?: boolean;
  /** Octets of the system's buffer for sending. */
  readonly sendBufferSize?: number;
  /** Octets of the system's buffer for receiving. */
  readonly receiveBufferSize?: number;
  /** Every platform option that was set, for transports with more of them. */
  readonly [option: string]: unknown;
}

/** A way to send and receive datagrams, registered under a scheme. */
export interface DatagramTransport {
  /** The scheme without `://`: `"udp"`. */
  readonly scheme: string;
  /** The platform options that it honours, by option name. */
  readonly options: ReadonlySet<string>;
  /**
   * Checks the address part of an endpoint before anything is opened.
   *
   * @throws {ZmqError} `EINVAL` or `ENOTSUP`.
   */
  check?(endpoint: Endpoint, role: "bind" | "connect"): void;
  /**
   * Opens a socket. Rejects with a `ZmqError` when it cannot, and with the
   * reason of the signal when that was aborted.
   */
  open(
    endpoint: Endpoint,
    settings: DatagramSettings,
    sink: DatagramSink,
  ): Promise<DatagramSocket>;
}
