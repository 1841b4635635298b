/**
 * Addresses as the system has them: `struct sockaddr_tipc`.
 *
 * @module
 */

import type { TipcPlace } from "../../mod.ts";
import { struct } from "../ffi/mod.ts";

/** The address family. */
export const AF_TIPC = 30;

/** The name of a socket: its reference, and the node where it is. */
const SOCKET = 3;
/** A range of instances, to be found from everywhere in the cluster. */
const RANGE = { kind: 1, scope: 2 } as const;
/** One instance, on the node in the third number; 0 is any. */
const SERVICE = { kind: 2 } as const;

const sockaddr = struct({
  family: "u16",
  kind: "u8",
  scope: "i8",
  first: "u32",
  second: "u32",
  third: "u32",
});

/** The octets of an address. */
export function encodeTipc(address: TipcPlace): Uint8Array {
  const family = AF_TIPC;
  switch (address.kind) {
    case "range": {
      const { type: first, lower: second, upper: third } = address;
      return sockaddr.make({ family, ...RANGE, first, second, third });
    }
    case "service": {
      const { type: first, instance: second, node: third } = address;
      return sockaddr.make({ family, ...SERVICE, first, second, third });
    }
    case "socket": {
      const { reference: first, node: second } = address;
      return sockaddr.make({ family, kind: SOCKET, first, second });
    }
  }
}

/** The endpoint of a socket by its octets: `tipc://<1.1.2:4711>`. */
export function formatTipc(octets: Uint8Array): string {
  const { first: reference, second: node } = sockaddr.read(octets);
  const zone = node >>> 24;
  const cluster = (node >>> 12) & 0xfff;
  return `tipc://<${zone}.${cluster}.${node & 0xfff}:${reference}>`;
}
