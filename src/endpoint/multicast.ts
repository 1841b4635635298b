/**
 * Addresses of the reliable multicast transports, as far as they are alike:
 * a network, in the words of the transport, and a port after the last colon.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "./endpoint.ts";

/** The address of a multicast endpoint. */
export interface MulticastAddress {
  /** Interface and groups: `eth0;239.192.1.1`. */
  readonly network: string;
  /** The port. */
  readonly port: number;
}

/**
 * Splits the address of a multicast endpoint.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseMulticast(
  { address, text }: Endpoint,
): MulticastAddress {
  const split = address.lastIndexOf(":");
  const network = address.slice(0, Math.max(split, 0));
  const digits = address.slice(split + 1);
  const port = /^[0-9]{1,5}$/.test(digits) ? Number(digits) : 0;
  const hasGroup = network !== "" && !network.endsWith(";");
  if (split >= 0 && hasGroup && port >= 1 && port <= 65535) {
    return { network, port };
  }
  throw new ZmqError(
    "EINVAL",
    `Cannot parse endpoint ${quote(text)}: expected ` +
      '"interface;group:port", with a port of 1 to 65535',
    { address: text },
  );
}
