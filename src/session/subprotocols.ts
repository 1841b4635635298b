/**
 * What a socket can speak over a WebSocket: RFC 45, and RFC 39, which it
 * replaced.
 *
 * @module
 */

import type { Options } from "../options/options.ts";
import type { SocketType } from "../options/socket_type.ts";
import type { Subprotocol } from "../transport/transport.ts";

/** Types that are no ZMTP. */
const RAW: ReadonlySet<SocketType> = new Set(["STREAM", "DGRAM"]);

/** What a socket offers as a client, or accepts as a server; best first. */
export function subprotocolsOf(
  type: SocketType,
  options: Options,
  role: "bind" | "connect",
): Subprotocol[] {
  if (RAW.has(type)) return [];
  const mechanism = options.securityMechanism;
  const own: Subprotocol = `ZWS2.0/${(mechanism ?? "null").toUpperCase()}`;
  // Without a mechanism nobody can be asked about the peer: whoever is to be
  // admitted must not talk us into that.
  if (mechanism !== null || (options.zapDomain ?? "") !== "") return [own];
  return role === "bind" ? [own, "ZWS2.0", "ZWS1.0"] : [own, "ZWS2.0"];
}
