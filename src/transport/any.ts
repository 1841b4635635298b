/**
 * The three kinds of transports, and how to tell them apart.
 *
 * @module
 */

import type { DatagramTransport } from "./datagram.ts";
import type { MulticastTransport } from "./multicast.ts";
import type { Transport } from "./transport.ts";

/** A transport of connections, of datagrams, or of reliable multicast. */
export type AnyTransport = Transport | DatagramTransport | MulticastTransport;

/** True for a transport of datagrams. */
export function sendsDatagrams(
  transport: AnyTransport,
): transport is DatagramTransport {
  return "open" in transport && !("framing" in transport);
}

/** True for a transport of reliable multicast. */
export function multicasts(
  transport: AnyTransport,
): transport is MulticastTransport {
  return "framing" in transport;
}
