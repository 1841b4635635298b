/**
 * The interfaces of groups of IPv6: the library takes any other one for one
 * that it cannot use, and tells nobody.
 *
 * @module
 */

import { ZmqError } from "../../mod.ts";
import { Addresses } from "../ffi/addresses.ts";
import type { Ffi } from "../ffi/mod.ts";
import type { NormAddress } from "./address.ts";

const SOCK_DGRAM = 2;
const IPPROTO_IPV6 = 41;
/** `sin6_scope_id` in `struct sockaddr_in6`, RFC 3493 §3.3. */
const SCOPE_AT = 24;

/**
 * Checks that a group can be sent to by the interface, if it is one of IPv6.
 *
 * @throws {ZmqError} `ENODEV` when there is no such interface, or, as on
 * loopback interfaces, no way from it to groups.
 */
export function checkInterface(
  { system }: Ffi,
  { host, port, interface: device }: NormAddress,
  text: string,
): void {
  if (device === undefined || !/^ff[0-9a-f]{2}:/i.test(host)) return;
  const addresses = new Addresses(system);
  const isNamed = !/:|^[0-9.]+$/.test(device);
  const place = isNamed
    ? { host: `${host}%${device}`, port }
    : { host: device, port: 0 };
  let fd: number | undefined;
  try {
    const address = addresses.encode(place);
    fd = system.socket(addresses.familyOf(place), SOCK_DGRAM);
    // Nobody else has an address of this host.
    if (!isNamed) return system.bind(fd, address);
    const { IPV6_MULTICAST_IF } = system.constants;
    const scope = address.slice(SCOPE_AT, SCOPE_AT + 4);
    system.setOption(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, scope);
    // That sends nothing, and finds the way.
    system.connect(fd, address);
  } catch (cause) {
    throw new ZmqError(
      "ENODEV",
      `Cannot open "${text}": the interface "${device}" cannot be used for ` +
        `groups of IPv6`,
      { cause, address: text },
    );
  } finally {
    if (fd !== undefined) system.close(fd);
  }
}
