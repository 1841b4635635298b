/**
 * Addresses of `tipc://` endpoints: a service and its instances in braces,
 * or a socket in angle brackets.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "./endpoint.ts";

/** One address of TIPC, checked. */
export type TipcAddress =
  /** Instances of a service, to bind: `{5560,0,9}`. */
  | {
    readonly kind: "range";
    readonly type: number;
    readonly lower: number;
    readonly upper: number;
  }
  /** One of them, to connect to, on a node or on any, 0: `{5560,3}@1.1.2`. */
  | {
    readonly kind: "service";
    readonly type: number;
    readonly instance: number;
    readonly node: number;
  }
  /** One socket, to connect to: `<1.1.2:4711>`. */
  | {
    readonly kind: "socket";
    readonly node: number;
    readonly reference: number;
  }
  /** Whatever the system chooses, to bind: `<*>`. */
  | { readonly kind: "any" };

/** An address that the system is told: it does not choose that one. */
export type TipcPlace = Exclude<TipcAddress, { readonly kind: "any" }>;

const SERVICE = /^\{ *(\d+), *(\d+)(?:, *(\d+))?\}(?:@(\d+)\.(\d+)\.(\d+))?$/;
const SOCKET = /^<(\d+)\.(\d+)\.(\d+):(\d+)>$/;

/** The types below belong to TIPC itself: `TIPC_RESERVED_TYPES`. */
const LEAST_TYPE = 64;
const MOST = 0xffff_ffff;

/**
 * What is there for any other socket, and not for one of TIPC: its window is
 * as large as the system's default buffer, and a smaller one would overflow.
 */
const NO_OPTIONS = ["receiveBufferSize", "sendBufferSize", "useFd"];

/**
 * Parses the address of a `tipc://` endpoint that is to be connected to:
 * `{type,instance}`, `{type,instance}@z.c.n` or `<z.c.n:reference>`.
 *
 * @param options those that its streams are to have.
 * @throws {ZmqError} `EINVAL`, or `ENOTSUP` for options that TIPC has not.
 */
export function parseTipc(
  endpoint: Endpoint,
  role: "connect",
  options?: Readonly<Record<string, unknown>>,
): TipcPlace;
/**
 * Parses the address of a `tipc://` endpoint by what it is for: to bind,
 * `{type,lower,upper}`, `{type,instance}` or `<*>`.
 *
 * @param options those that its streams are to have.
 * @throws {ZmqError} `EINVAL`, or `ENOTSUP` for options that TIPC has not.
 */
export function parseTipc(
  endpoint: Endpoint,
  role: "bind" | "connect",
  options?: Readonly<Record<string, unknown>>,
): TipcAddress;
/** What the two above have in common. */
export function parseTipc(
  { address, text }: Endpoint,
  role: "bind" | "connect",
  options: Readonly<Record<string, unknown>> = {},
): TipcAddress {
  const option = NO_OPTIONS.find((name) => options[name] !== undefined);
  if (option !== undefined) {
    throw new ZmqError(
      "ENOTSUP",
      `Cannot use ${quote(text)} with ${quote(option)}: tipc does not ` +
        "support the option",
      { address: text },
    );
  }
  const service = SERVICE.exec(address)?.slice(1);
  if (service !== undefined) {
    return role === "bind"
      ? parseRange(service, text)
      : parseService(service, text);
  }
  const socket = SOCKET.exec(address)?.slice(1);
  if (role === "connect" && socket !== undefined) {
    const reference = limited(socket[3], "reference", 0, MOST, text);
    return { kind: "socket", node: parseNode(socket, text), reference };
  }
  if (role === "bind" && address === "<*>") return { kind: "any" };
  const expected = role === "bind"
    ? `"{type,lower,upper}" or "<*>"`
    : `"{type,instance}" or "<zone.cluster.node:reference>"`;
  throw refusal(text, `the address is ${quote(address)}, expected ${expected}`);
}

/** One instance is a range as well. */
function parseRange(
  [type, first, last = first, ...node]: readonly (string | undefined)[],
  text: string,
): TipcPlace {
  if (node[0] !== undefined) {
    throw refusal(text, "a node is for connecting, not for binding");
  }
  const lower = limited(first, "lower instance", 0, MOST, text);
  return {
    kind: "range",
    type: limited(type, "service type", LEAST_TYPE, MOST, text),
    lower,
    upper: limited(last, "upper instance", lower, MOST, text),
  };
}

function parseService(
  [type, instance, upper, ...node]: readonly (string | undefined)[],
  text: string,
): TipcPlace {
  if (upper !== undefined) {
    throw refusal(text, "a range of instances is for binding, expected one");
  }
  return {
    kind: "service",
    type: limited(type, "service type", LEAST_TYPE, MOST, text),
    instance: limited(instance, "instance", 0, MOST, text),
    node: node[0] === undefined ? 0 : parseNode(node, text),
  };
}

/** Eight bits of zone, twelve of cluster, twelve of node. */
function parseNode(
  [zone, cluster, node]: readonly (string | undefined)[],
  text: string,
): number {
  const high = limited(zone, "zone", 0, 0xff, text) * 2 ** 24;
  const middle = limited(cluster, "cluster", 0, 0xfff, text) * 2 ** 12;
  return high + middle + limited(node, "node", 0, 0xfff, text);
}

function limited(
  digits: string | undefined,
  what: string,
  least: number,
  most: number,
  text: string,
): number {
  const value = Number(digits);
  if (value >= least && value <= most) return value;
  throw refusal(
    text,
    `the ${what} is ${quote(digits)}, expected ${least} to ${most}`,
  );
}

function refusal(endpoint: string, why: string): ZmqError {
  return new ZmqError(
    "EINVAL",
    `Cannot parse endpoint ${quote(endpoint)}: ${why}`,
    { address: endpoint },
  );
}
