/**
 * Addresses of NORM: `[nodeid,][interface;]address:port`.
 *
 * @module
 */

import { type Endpoint, ZmqError } from "../../mod.ts";
import { NODE_ANY } from "./constants.ts";

const MOST_PORT = 65_535;

/** The parts of an address. */
export interface NormAddress {
  /** Who this is among those at the group. */
  readonly node: number;
  /** The interface, by its name or address. */
  readonly interface?: string;
  /** The group, or the one host to send to. */
  readonly host: string;
  /** The port of everybody. */
  readonly port: number;
}

/**
 * Reads an address. Without an id the node gets a random one: two publishers
 * with the same id, such as two of one host, would be taken for one.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function parseNorm({ address, text }: Endpoint): NormAddress {
  const found =
    /^(?:([0-9]{1,10}),)?(?:([^,;]+);)?(\[[0-9a-fA-F:.]+\]|[^,;:\[\]]+):([0-9]{1,5})$/
      .exec(address);
  const [, id, device, host = "", port = ""] = found ?? [];
  const node = id === undefined ? randomNode() : Number(id);
  const isThere = Number(port) >= 1 && Number(port) <= MOST_PORT;
  if (found !== null && node >= 1 && node < NODE_ANY && isThere) {
    return {
      node,
      ...device !== undefined && { interface: device },
      host: host.replace(/^\[(.*)\]$/, "$1"),
      port: Number(port),
    };
  }
  throw new ZmqError(
    "EINVAL",
    `Cannot parse endpoint "${text}": expected ` +
      `"[nodeid,][interface;]address:port", with a nodeid of 1 to ` +
      `${NODE_ANY - 1} and a port of 1 to ${MOST_PORT}`,
    { address: text },
  );
}

function randomNode(): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return 1 + random % (NODE_ANY - 1);
}
