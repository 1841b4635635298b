/**
 * Addresses of the form `host:port`, as `tcp://` endpoints carry them.
 *
 * Nothing is resolved here: whether a name is a network interface or a host
 * is for the adapter to find out.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "./endpoint.ts";

/** One `host:port`, checked. */
export interface TcpAddress {
  /**
   * What `host` is: `*`, an IPv4 or an IPv6 address, or a name, which may be
   * that of a host or of a network interface.
   */
  readonly kind: "any" | "ipv4" | "ipv6" | "name";
  /** The host without brackets; an IPv6 zone follows a `%`. */
  readonly host: string;
  /** The port; 0 lets the system choose one. */
  readonly port: number;
}

/** Where to connect to and, when it was given, from where. */
export interface TcpRoute {
  /** The peer. */
  readonly destination: TcpAddress;
  /** The local address to connect from; a name is that of an interface. */
  readonly source?: TcpAddress;
}

/** What an address is used for; it decides which wildcards it may hold. */
export type TcpAddressUse = "bind" | "connect" | "source";

const expectedHost: Readonly<Record<TcpAddressUse, string>> = {
  bind: `"*", an IP address, an interface or a host name`,
  connect: "an IP address or a host name",
  source: `"*", an IP address or an interface`,
};

/**
 * Parses the address to bind of a `tcp://` endpoint: `*:5555`,
 * `127.0.0.1:*`, `[::1]:5555`, `eth0:5555`, `localhost:5555`.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseTcpBind(endpoint: Endpoint): TcpAddress {
  return parseHostPort(endpoint.address, "bind", endpoint.text);
}

/**
 * Parses the address to connect to of a `tcp://` endpoint: `host:5555`,
 * `[fe80::1%eth0]:5555`, `source;destination`.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseTcpConnect(endpoint: Endpoint): TcpRoute {
  const { address, text } = endpoint;
  const split = address.lastIndexOf(";");
  const destination = parseHostPort(address.slice(split + 1), "connect", text);
  if (split < 0) return { destination };
  const source = parseHostPort(address.slice(0, split), "source", text);
  return { destination, source };
}

/**
 * Parses the address of the SOCKS proxy on the way, `host:port`; `undefined`
 * when there is none.
 *
 * @param proxy The option.
 * @param route Where to connect to through it.
 * @param endpoint The endpoint that error messages quote.
 * @throws {ZmqError} `EINVAL`.
 */
export function parseSocksProxy(
  proxy: string | undefined,
  { destination }: TcpRoute,
  endpoint: string,
): TcpAddress | undefined {
  if (proxy === undefined) return undefined;
  if (destination.host.includes("%")) {
    throw refusal(
      endpoint,
      `the zone of ${quote(destination.host)} means nothing to a proxy`,
    );
  }
  return parseHostPort(proxy, "connect", `socks5://${proxy}`);
}

/**
 * Parses one `host:port`.
 *
 * @param address The text to parse.
 * @param use What the address is for.
 * @param endpoint The endpoint that error messages quote.
 * @throws {ZmqError} `EINVAL`.
 */
export function parseHostPort(
  address: string,
  use: TcpAddressUse,
  endpoint: string = address,
): TcpAddress {
  // deno-lint-ignore no-control-regex
  if (/[\s\u0000-\u001f\u007f]/.test(address)) {
    throw refusal(endpoint, `${quote(address)} holds a space`);
  }
  const split = portSplit(address);
  if (split < 0) {
    throw refusal(
      endpoint,
      `${quote(address)} has no port, expected "host:port"`,
    );
  }
  const port = parsePort(address.slice(split + 1), use, endpoint);
  return { ...parseHost(address.slice(0, split), use, endpoint), port };
}

/**
 * Parses a host without a port, with the brackets of an IPv6 address.
 *
 * @param endpoint The endpoint that error messages quote.
 * @throws {ZmqError} `EINVAL`.
 */
export function parseHost(
  host: string,
  use: TcpAddressUse,
  endpoint: string,
): Pick<TcpAddress, "kind" | "host"> {
  const kind = hostKind(host, use, endpoint);
  return { kind, host: host.startsWith("[") ? host.slice(1, -1) : host };
}

/**
 * The endpoint text of an address: `tcp://127.0.0.1:5555`,
 * `tcp://[::1]:5555`.
 *
 * An IPv4 address that a dual-stack socket maps into IPv6 is given as IPv4.
 */
export function formatTcp(
  host: string,
  port: number,
  scheme: string = "tcp",
): string {
  return `${scheme}://${formatHostPort(host, port)}`;
}

/** The text of an address without a scheme, as {@linkcode formatTcp}. */
export function formatHostPort(host: string, port: number): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1];
  const plain = mapped ?? host;
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`;
}

/** True for four decimal octets without leading zeros. */
export function isIPv4(text: string): boolean {
  const octets = text.split(".");
  return octets.length === 4 &&
    octets.every((octet) =>
      /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255
    );
}

/** True for an IPv6 address (RFC 4291 §2.2), with or without a zone. */
export function isIPv6(text: string): boolean {
  const [address = "", zone, ...rest] = text.split("%");
  if (rest.length > 0 || (zone !== undefined && !/^[\w.-]+$/.test(zone))) {
    return false;
  }
  const halves = address.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [i, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    // Only the last group may be an embedded IPv4 address, which fills two.
    if (i === halves.length - 1 && isIPv4(parts.at(-1)!)) {
      parts.splice(-1, 1, "0", "0");
    }
    if (!parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return false;
    groups += parts.length;
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

function portSplit(address: string): number {
  const split = address.lastIndexOf(":");
  return split > address.lastIndexOf("]") ? split : -1;
}

function parsePort(
  text: string,
  use: TcpAddressUse,
  endpoint: string,
): number {
  const lowest = use === "connect" ? 1 : 0;
  if (text === "*" && use !== "connect") return 0;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= lowest && port <= 65535) return port;
  const expected = use === "connect"
    ? "a number from 1 to 65535"
    : `"*" or a number from 0 to 65535`;
  throw refusal(endpoint, `the port is ${quote(text)}, expected ${expected}`);
}

function hostKind(
  host: string,
  use: TcpAddressUse,
  endpoint: string,
): TcpAddress["kind"] {
  if (host === "*" && use !== "connect") return "any";
  if (isIPv4(host)) return "ipv4";
  if (host.startsWith("[") && host.endsWith("]")) {
    if (isIPv6(host.slice(1, -1))) return "ipv6";
    throw refusal(endpoint, `${quote(host)} is no IPv6 address in brackets`);
  }
  if (isIPv6(host)) {
    throw refusal(
      endpoint,
      `the IPv6 address ${quote(host)} is not in brackets, expected ` +
        quote(`[${host}]`),
    );
  }
  // What looks like a number is no name: "127.1" and "0177.0.0.1" mean
  // different hosts to different resolvers.
  const name = host.length <= 253 && /^\w[\w.-]*$/.test(host) &&
    !/^[\d.]+$/.test(host);
  if (name) return "name";
  const found = host === ""
    ? "the host is missing"
    : `the host is ${quote(host)}`;
  throw refusal(endpoint, `${found}, expected ${expectedHost[use]}`);
}

function refusal(endpoint: string, why: string): ZmqError {
  return new ZmqError(
    "EINVAL",
    `Cannot parse endpoint ${quote(endpoint)}: ${why}`,
    { address: endpoint },
  );
}
