/**
 * Addresses of `udp://` endpoints: a host and a port, or a multicast group
 * with the network interface to reach it through, `eth0;239.0.0.1:5555`.
 *
 * Nothing is resolved here: whether a name is a network interface or a host
 * is for the adapter to find out.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  formatHostPort,
  isIPv4,
  isIPv6,
  parseHost,
  parseHostPort,
  type TcpAddress,
} from "./tcp.ts";

/** Where a datagram comes from, or goes to: an IP address and a port. */
export interface DatagramAddress {
  /** The address without brackets; an IPv6 zone follows a `%`. */
  readonly host: string;
  /** The port. */
  readonly port: number;
}

/** A network interface as an endpoint names it. */
export type UdpInterface = Pick<TcpAddress, "kind" | "host">;

/** One address of a `udp://` endpoint, checked. */
export interface UdpAddress {
  /** What to bind or to send to; a group where datagrams go to many. */
  readonly target: TcpAddress;
  /** The network interface of a group. Absent: the system chooses. */
  readonly interface?: UdpInterface;
}

/**
 * Parses the address of a `udp://` endpoint.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseUdp(
  endpoint: Endpoint,
  role: "bind" | "connect",
): UdpAddress {
  const { address, text } = endpoint;
  const split = address.lastIndexOf(";");
  const target = parseHostPort(address.slice(split + 1), role, text);
  const zone = isMulticast(target.host) ? zoneOf(target.host) : undefined;
  if (split < 0) {
    return zone === undefined
      ? { target }
      : { target, interface: { kind: "name", host: zone } };
  }
  const chosen = parseHost(address.slice(0, split), "source", text);
  const fault = interfaceFault(target, chosen, zone);
  if (fault !== undefined) {
    throw new ZmqError(
      "EINVAL",
      `Cannot parse endpoint ${quote(text)}: ${fault}`,
      { address: text },
    );
  }
  return chosen.kind === "any" ? { target } : { target, interface: chosen };
}

/**
 * Parses where a datagram is to go, `127.0.0.1:5555` or `[::1]:5555`. Names
 * are not resolved, so there must be none.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseDatagramAddress(text: string): DatagramAddress {
  const { kind, host, port } = parseHostPort(text, "connect");
  if (kind !== "name") return { host, port };
  throw new ZmqError(
    "EINVAL",
    `Cannot send to ${quote(text)}: expected an IP address and a port`,
  );
}

/** The endpoint text of an address: `udp://eth0;239.0.0.1:5555`. */
export function formatUdp(
  host: string,
  port: number,
  through?: UdpInterface,
): string {
  const name = through?.host.includes(":")
    ? `[${through.host}]`
    : through?.host;
  const prefix = name === undefined ? "" : `${name};`;
  return `udp://${prefix}${formatHostPort(host, port)}`;
}

/** True for an address of a group: RFC 5771 §3 and RFC 4291 §2.7. */
export function isMulticast(host: string): boolean {
  if (isIPv4(host)) {
    const first = Number.parseInt(host);
    return first >= 224 && first <= 239;
  }
  return isIPv6(host) && /^ff[0-9a-f]{2}:/i.test(host);
}

function zoneOf(host: string): string | undefined {
  const split = host.indexOf("%");
  return split < 0 ? undefined : host.slice(split + 1);
}

function interfaceFault(
  target: TcpAddress,
  chosen: UdpInterface,
  zone: string | undefined,
): string | undefined {
  // A name may yet turn out to be that of a group.
  if (target.kind !== "name" && !isMulticast(target.host)) {
    return `${quote(target.host)} is no multicast group, so it must have no ` +
      `interface`;
  }
  if (isMulticast(chosen.host)) {
    return `the interface is ${quote(chosen.host)}, a multicast group`;
  }
  if (zone !== undefined && chosen.host !== zone) {
    return `it names two interfaces, ${quote(chosen.host)} and ${quote(zone)}`;
  }
  const isLiteral = chosen.kind === "ipv4" || chosen.kind === "ipv6";
  if (isLiteral && target.kind !== "name" && chosen.kind !== target.kind) {
    return `the interface ${quote(chosen.host)} and the group ` +
      `${quote(target.host)} are of different IP versions`;
  }
  return undefined;
}
