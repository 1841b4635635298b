/**
 * Names of hosts and of network interfaces, turned into addresses.
 *
 * @module
 */

import { quote, ZmqError } from "../src/base/errors.ts";
import type { TcpAddress } from "../src/endpoint/tcp.ts";
import { builtin } from "./builtin.ts";
import type { Names } from "./driver.ts";
import { toZmqError } from "./errors.ts";

/**
 * The addresses of a host, in the order to try them: IPv4 only, unless
 * `ipv6` is set; then both families take turns (RFC 8305 §4).
 */
export async function resolveHost(
  name: string,
  ipv6: boolean,
): Promise<string[]> {
  const { lookup } = builtin("node:dns/promises");
  const found = await lookup(name, { all: true, family: ipv6 ? 0 : 4 });
  return interleave(found);
}

function interleave(
  found: readonly { address: string; family: number }[],
): string[] {
  const first = found[0]?.family;
  const preferred = found.filter(({ family }) => family === first);
  const others = found.filter(({ family }) => family !== first);
  const hosts: string[] = [];
  for (let i = 0; i < preferred.length || i < others.length; i++) {
    if (i < preferred.length) hosts.push(preferred[i]!.address);
    if (i < others.length) hosts.push(others[i]!.address);
  }
  return hosts;
}

/**
 * The address to bind that an address of an endpoint stands for.
 *
 * @throws {ZmqError} `ENODEV` when no interface and no host has the name.
 */
export async function resolveLocal(
  { kind, host, port }: TcpAddress,
  ipv6: boolean,
  driver: Names,
  endpoint: string,
): Promise<string> {
  if (kind === "any") return ipv6 ? "::" : "0.0.0.0";
  if (kind !== "name") return host;
  // Where listing interfaces asks the user for a permission, hosts go first.
  const listed = driver.canListInterfaces();
  if (listed && hasInterface(host)) {
    return interfaceAddress(host, ipv6, endpoint);
  }
  try {
    const hosts = await resolveHost(host, ipv6);
    const [address] = driver.allowedHosts?.(host, port, hosts) ?? hosts;
    if (address !== undefined) return address;
  } catch (cause) {
    if (listed) throw noDevice(host, endpoint, cause);
  }
  return interfaceAddress(host, ipv6, endpoint);
}

/**
 * An address of a network interface. IPv6 addresses count when `ipv6` is set
 * and are then preferred, those that need a zone excepted.
 *
 * @throws {ZmqError} `ENODEV` when there is no such interface or address.
 */
export function interfaceAddress(
  name: string,
  ipv6: boolean,
  endpoint: string,
): string {
  let addresses;
  try {
    addresses = builtin("node:os").networkInterfaces()[name];
  } catch (cause) {
    throw toZmqError(cause, "bind", endpoint);
  }
  if (addresses === undefined) throw noDevice(name, endpoint);
  const v4 = addresses.find(({ family }) => family === "IPv4")?.address;
  const v6 = addresses.filter(({ family }) => family === "IPv6");
  const wide = v6.find(({ address }) => !isLinkLocal(address))?.address;
  const local = v6.find(({ address }) => isLinkLocal(address))?.address;
  const zoned = local === undefined ? undefined : `${local}%${name}`;
  const chosen = ipv6 ? wide ?? v4 ?? zoned : v4;
  if (chosen !== undefined) return chosen;
  throw new ZmqError(
    "ENODEV",
    `Cannot use endpoint ${quote(endpoint)}: the interface ${quote(name)} ` +
      (v6.length > 0
        ? `has IPv6 addresses only, expected "ipv6" to be true`
        : "has no address"),
    { address: endpoint },
  );
}

function hasInterface(name: string): boolean {
  return Object.hasOwn(builtin("node:os").networkInterfaces(), name);
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}

function noDevice(name: string, endpoint: string, cause?: unknown): ZmqError {
  return new ZmqError(
    "ENODEV",
    `Cannot use endpoint ${quote(endpoint)}: neither a network interface ` +
      `nor a host is named ${quote(name)}`,
    { cause, address: endpoint },
  );
}
