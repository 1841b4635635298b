/**
 * The `udp` transport of every runtime: unicast, multicast and broadcast over
 * `node:dgram`.
 *
 * @module
 */

import { quote, ZmqError } from "../src/base/errors.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import type { TcpAddress } from "../src/endpoint/tcp.ts";
import {
  formatUdp,
  isMulticast,
  parseUdp,
  type UdpInterface,
} from "../src/endpoint/udp.ts";
import type {
  DatagramSettings,
  DatagramSink,
  DatagramSocket,
  DatagramTransport,
} from "../src/transport/datagram.ts";
import { builtin } from "./builtin.ts";
import { type DgramPlace, openDgram } from "./dgram.ts";
import type { Names } from "./driver.ts";
import { toZmqError } from "./errors.ts";
import { interfaceAddress, resolveHost, resolveLocal } from "./names.ts";
import type { Platform } from "./platform.ts";

/** Sockets of UDP. */
export class UdpTransport implements DatagramTransport {
  /** `"udp"`. */
  readonly scheme = "udp";
  /** The platform options that the runtime honours. */
  readonly options: ReadonlySet<string>;
  readonly #host: Platform & Names;

  /** Takes what is known of the runtime. */
  constructor(host: Platform & Names, options: ReadonlySet<string>) {
    this.#host = host;
    this.options = options;
  }

  /** Checks an address without resolving it. */
  check(endpoint: Endpoint, role: "bind" | "connect"): void {
    parseUdp(endpoint, role);
  }

  /** Resolves the names and opens a socket. */
  async open(
    endpoint: Endpoint,
    settings: DatagramSettings,
    sink: DatagramSink,
  ): Promise<DatagramSocket> {
    const { role, signal } = settings;
    const { text } = endpoint;
    try {
      const { target, interface: chosen } = parseUdp(endpoint, role);
      const host = await this.#resolve(target, settings, text);
      signal.throwIfAborted();
      const through = isMulticast(host)
        ? multicastInterface(host, chosen, text)
        : noInterface(host, chosen, text);
      const socket = await openDgram({
        ...this.#place(withZone(host, through), target.port, role, settings),
        ...(through !== undefined && { through }),
        ...options(settings),
      }, sink);
      // Node and Deno leave the zone out of the address they tell.
      const isTold = role === "bind" && !isMulticast(host) &&
        !host.includes("%");
      const shown = isTold ? socket.host : host;
      const port = role === "bind" ? socket.port : target.port;
      socket.endpoint = formatUdp(shown, port, chosen);
      return socket;
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw toZmqError(cause, role, text);
    }
  }

  #place(
    host: string,
    port: number,
    role: "bind" | "connect",
    settings: DatagramSettings,
  ): DgramPlace {
    const any = host.includes(":") ? "::" : "0.0.0.0";
    const isDeno = this.#host.runtime.startsWith("Deno");
    if (role === "connect") {
      const target = { host, port };
      return { host: any, port: 0, reuseAddress: false, isDeno, target };
    }
    const isGroup = isMulticast(host);
    return {
      // Bound to the group, it gets what is sent to the group and nothing
      // else; Windows cannot do that.
      host: isGroup && this.#host.platform === "win32" ? any : host,
      port,
      reuseAddress: isGroup || settings.reuseAddress === true,
      isDeno,
      ...(isGroup && { group: host.split("%", 1)[0]! }),
    };
  }

  async #resolve(
    target: TcpAddress,
    { role, ipv6 = false }: DatagramSettings,
    text: string,
  ): Promise<string> {
    if (role === "bind") {
      return await resolveLocal(target, ipv6, this.#host, text);
    }
    const { kind, host, port } = target;
    if (kind !== "name") return host;
    const hosts = await resolveHost(host, ipv6);
    return this.#host.allowedHosts?.(host, port, hosts)[0] ?? hosts[0]!;
  }
}

function options(
  { multicastHops, multicastLoop, sendBufferSize, receiveBufferSize }:
    DatagramSettings,
): Partial<DgramPlace> {
  return {
    ...(multicastHops !== undefined && { hops: multicastHops }),
    ...(multicastLoop !== undefined && { loop: multicastLoop }),
    ...(sendBufferSize !== undefined && { sendBufferSize }),
    ...(receiveBufferSize !== undefined && { receiveBufferSize }),
  };
}

function noInterface(
  host: string,
  chosen: UdpInterface | undefined,
  endpoint: string,
): undefined {
  if (chosen === undefined) return;
  throw new ZmqError(
    "EINVAL",
    `Cannot use endpoint ${quote(endpoint)}: ${quote(host)} is no multicast ` +
      "group, so it must have no interface",
    { address: endpoint },
  );
}

/** The interface of a group, as `node:dgram` names it. */
function multicastInterface(
  group: string,
  chosen: UdpInterface | undefined,
  endpoint: string,
): string | undefined {
  if (chosen === undefined) return undefined;
  const { kind, host } = chosen;
  if (!group.includes(":")) {
    return kind === "name" ? interfaceAddress(host, false, endpoint) : host;
  }
  // IPv6 groups go by the interface, not by one of its addresses.
  return `::%${kind === "name" ? host : interfaceWith(host, endpoint)}`;
}

/** RFC 4007 §6: a group of the link alone means nothing without its link. */
function withZone(host: string, through: string | undefined): string {
  const isBare = through?.startsWith("::%") && !host.includes("%");
  return isBare ? host + through!.slice(2) : host;
}

function interfaceWith(address: string, endpoint: string): string {
  const all = Object.entries(builtin("node:os").networkInterfaces());
  const found = all.find(([, addresses]) =>
    addresses?.some((each) => each.address === address)
  );
  if (found !== undefined) return found[0];
  throw new ZmqError(
    "ENODEV",
    `Cannot use endpoint ${quote(endpoint)}: no network interface has the ` +
      `address ${quote(address)}`,
    { address: endpoint },
  );
}
