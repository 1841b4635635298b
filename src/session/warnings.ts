/**
 * What an endpoint warns of: open to a network with no security to speak of,
 * or with nobody to ask who may enter.
 *
 * @module
 */

import {
  acceptsAddress,
  type AddressFilter,
  parseAddressFilter,
} from "../options/address_filter.ts";
import type { Options } from "../options/options.ts";

/**
 * - `"NO_SECURITY"`: bound with NULL and without a `zapDomain` where others
 *   than this host can connect: anybody may enter.
 * - `"CLEAR_PASSWORD"`: PLAIN where others than this host can listen in.
 * - `"CLEAR_TRAFFIC"`: GSSAPI with `gssapiPlainText`, likewise.
 * - `"NO_AUTHENTICATOR"`: peers are to be authenticated, and the context has
 *   no `authenticate` and no ZAP handler: until it has, all are refused.
 */
export type WarningCode =
  | "NO_SECURITY"
  | "CLEAR_PASSWORD"
  | "CLEAR_TRAFFIC"
  | "NO_AUTHENTICATOR";

/** What a `warning` event is about. */
export interface Warning {
  /** For programs. */
  readonly code: WarningCode;
  /** For people. */
  readonly message: string;
}

let loopback: readonly AddressFilter[] | undefined;

/** True for an address that others than this host can reach. */
function isOpen(address: string): boolean {
  // A node of TIPC without an address is in no cluster.
  if (/^tipc:\/\/<(?!0\.0\.0:)/.test(address)) return true;
  // An IPv4 address in an IPv6 one is read as what it is.
  loopback ??= ["127.0.0.0/8", "::1"].map((range) =>
    parseAddressFilter(range)!
  );
  const [place = ""] = /^(?:tcp|wss?):\/\/[^/]+/.exec(address) ?? [];
  return place !== "" && !acceptsAddress(loopback, place);
}

/**
 * What there is to warn of when an endpoint is bound.
 *
 * @param endpoint as it is bound, wildcards filled in.
 * @param asked true when the context has somebody to ask about peers.
 */
export function bindWarnings(
  options: Options,
  endpoint: string,
  asked: boolean,
): Warning[] {
  const warnings: Warning[] = [];
  const mechanism = options.securityMechanism;
  const hasDomain = (options.zapDomain ?? "") !== "";
  if (mechanism === null && !hasDomain && isOpen(endpoint)) {
    warnings.push({
      code: "NO_SECURITY",
      message: `"${endpoint}" is open to the network without security: use ` +
        "CURVE, set a zapDomain, or bind to 127.0.0.1 or ipc",
    });
  }
  const inClear = clearWarning(options, endpoint);
  if (inClear !== undefined) warnings.push(inClear);
  const isServer = mechanism === "plain" && options.plainServer;
  if ((hasDomain || isServer) && !asked) {
    warnings.push({
      code: "NO_AUTHENTICATOR",
      message: `All peers of "${endpoint}" are refused until the context has ` +
        "an authenticator or a ZAP handler",
    });
  }
  return warnings;
}

/**
 * A warning when passwords, or the messages of peers that were authenticated,
 * go to, or come from, another host in clear.
 */
export function clearWarning(
  options: Options,
  address: string,
): Warning | undefined {
  const mechanism = options.securityMechanism;
  const isGssapi = mechanism === "gssapi" && options.gssapiPlainText;
  if (mechanism !== "plain" && !isGssapi) return undefined;
  // TLS hides what is said and proves who the server is.
  if (!isOpen(address) || address.startsWith("wss://")) return undefined;
  if (isGssapi) {
    return {
      code: "CLEAR_TRAFFIC",
      message: `Messages of "${address}" cross the network in clear, and ` +
        "nothing proves whose they are: do not set gssapiPlainText",
    };
  }
  return {
    code: "CLEAR_PASSWORD",
    message: `PLAIN passwords of "${address}" cross the network in clear, ` +
      "and nothing proves who the server is: use CURVE",
  };
}
