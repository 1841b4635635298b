/**
 * Addresses of `ws://` and `wss://` endpoints: `host:port`, then the path that
 * the HTTP request names, with a query where one is wanted (RFC 6455 §3).
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  formatTcp,
  parseTcpBind,
  parseTcpConnect,
  type TcpAddress,
  type TcpRoute,
} from "./tcp.ts";

/** Where a WebSocket is listened for. */
export interface WsPlace {
  /** The host and the port. */
  readonly address: TcpAddress;
  /** The path that requests have to name; begins with a slash. */
  readonly path: string;
}

/** Where to connect to, from where if that was given, and what to ask for. */
export interface WsRoute extends TcpRoute {
  /** The path and the query of the request. */
  readonly target: string;
}

/**
 * Parses the address to bind of a `ws://` or `wss://` endpoint: `*:8080`,
 * `[::1]:8080/ticker`.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseWsBind(endpoint: Endpoint): WsPlace {
  const { host, target } = split(endpoint);
  if (target.includes("?")) {
    throw refusal(endpoint, "a query is for connecting, not for binding");
  }
  return { address: parseTcpBind(host), path: target };
}

/**
 * Parses the address to connect to of a `ws://` or `wss://` endpoint:
 * `host:8080/ticker?from=9`, `source;host:8080`.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseWsConnect(endpoint: Endpoint): WsRoute {
  const { host, target } = split(endpoint);
  return { ...parseTcpConnect(host), target };
}

/**
 * Parses the address of an endpoint on an HTTP server that exists already:
 * any name, then the path.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseWsUpgrade(
  endpoint: Endpoint,
): { readonly host: string; readonly path: string } {
  const { host, target } = split(endpoint);
  if (target.includes("?")) {
    throw refusal(endpoint, "a query is for connecting, not for binding");
  }
  if (/^[\w.:*[\]-]+$/.test(host.address)) {
    return { host: host.address, path: target };
  }
  throw refusal(endpoint, `expected a name before the path, "upgrade"`);
}

/** The endpoint text of a WebSocket: `ws://127.0.0.1:8080/ticker`. */
export function formatWs(
  scheme: string,
  host: string,
  port: number,
  target: string,
): string {
  return `${formatTcp(host, port, scheme)}${target}`;
}

/** The same endpoint without the path, and the path; "/" when it has none. */
function split(endpoint: Endpoint): { host: Endpoint; target: string } {
  const { scheme, address, text } = endpoint;
  const end = address.search(/[/?#]/);
  const host = end < 0 ? address : address.slice(0, end);
  const rest = end < 0 ? "" : address.slice(end);
  // What a request line can carry, RFC 3986 §3.3 and §3.4; a fragment is never
  // sent (RFC 6455 §3).
  const at = rest.search(/[^\w\-.~!$&'()*+,;=:@/?%]|%(?![0-9a-f]{2})/i);
  if (at >= 0) {
    throw refusal(
      endpoint,
      `the path holds ${quote(rest[at])}, expected a path of a URL with ` +
        `anything else as "%XX"`,
    );
  }
  return {
    host: { scheme, address: host, text },
    target: rest.startsWith("/") ? rest : `/${rest}`,
  };
}

function refusal({ text }: Endpoint, why: string): ZmqError {
  return new ZmqError(
    "EINVAL",
    `Cannot parse endpoint ${quote(text)}: ${why}`,
    { address: text },
  );
}
