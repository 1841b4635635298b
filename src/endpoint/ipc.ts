/**
 * Addresses of `ipc://` endpoints: a path, `@name` in Linux's abstract
 * namespace, or `*` for a fresh path.
 *
 * @module
 */

import { toBytes } from "../base/bytes.ts";
import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "./endpoint.ts";

/** One address of a Unix domain socket, checked. */
export type IpcAddress =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "abstract"; readonly name: string }
  | { readonly kind: "any" };

/**
 * How many octets an address can have: `sun_path` has room for 108, one of
 * which ends the path or begins the abstract name.
 */
export const ipcAddressLimit = 107;

/**
 * Parses the address of an `ipc://` endpoint.
 *
 * @throws {ZmqError} `EINVAL`, or `ENAMETOOLONG` when the address has more
 * than {@linkcode ipcAddressLimit} octets of UTF-8.
 */
export function parseIpc(
  endpoint: Endpoint,
  role: "bind" | "connect",
): IpcAddress {
  const { address, text } = endpoint;
  if (address.startsWith("*")) {
    if (address === "*" && role === "bind") return { kind: "any" };
    const expected = role === "bind"
      ? `a path, "@name" or "*"`
      : `a path or "@name"`;
    throw new ZmqError(
      "EINVAL",
      `Cannot parse endpoint ${quote(text)}: the address is ` +
        `${quote(address)}, expected ${expected}`,
      { address: text },
    );
  }
  if (address === "@") {
    throw new ZmqError(
      "EINVAL",
      `Cannot parse endpoint ${quote(text)}: the abstract name is empty`,
      { address: text },
    );
  }
  checkIpcLength(address, text);
  return address.startsWith("@")
    ? { kind: "abstract", name: address.slice(1) }
    : { kind: "path", path: address };
}

/**
 * Checks that an address fits a Unix domain socket.
 *
 * @throws {ZmqError} `ENAMETOOLONG`.
 */
export function checkIpcLength(address: string, endpoint: string): void {
  const length = toBytes(address).length;
  if (length <= ipcAddressLimit) return;
  throw new ZmqError(
    "ENAMETOOLONG",
    `Cannot use endpoint ${quote(endpoint)}: the address has ${length} ` +
      `octets, expected at most ${ipcAddressLimit}`,
    { address: endpoint },
  );
}

/** The endpoint text of an address: `ipc:///tmp/x`, `ipc://@name`. */
export function formatIpc(address: IpcAddress): string {
  if (address.kind === "any") return "ipc://*";
  return address.kind === "path"
    ? `ipc://${address.path}`
    : `ipc://@${address.name}`;
}
