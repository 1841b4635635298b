/**
 * What is known of a runtime's sockets before any is opened, and what it
 * says of an endpoint.
 *
 * @module
 */

import { quote, ZmqError } from "../src/base/errors.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { type IpcAddress, parseIpc } from "../src/endpoint/ipc.ts";
import {
  parseSocksProxy,
  parseTcpBind,
  parseTcpConnect,
} from "../src/endpoint/tcp.ts";
import type { StreamOptions } from "../src/transport/transport.ts";
import type { NativeSupport } from "./native_support.ts";

/** A runtime on an operating system. */
export interface Platform {
  /** The runtime as error messages name it: `"Node 20.20.2"`. */
  readonly runtime: string;
  /** The operating system, by Node's names. */
  readonly platform: string;
  /** True when abstract names are the same as other programs'. */
  readonly abstractNames: boolean;
  /** What native code adds to the runtime. */
  readonly native?: NativeSupport;
}

/** The platform options that `node:dgram` honours on every runtime. */
export const udpOptions: readonly string[] = ["multicastHops", "multicastLoop"];

/** Those that only Node and Bun honour: Deno takes them and does nothing. */
export const udpBufferOptions: readonly string[] = [
  "receiveBufferSize",
  "sendBufferSize",
];

/**
 * The address of an `ipc` endpoint.
 *
 * @throws {ZmqError} `EINVAL` or `ENAMETOOLONG` for what is no address,
 * `ENOTSUP` for what the platform does not have.
 */
export function usableIpc(
  { runtime, platform, abstractNames, native }: Platform,
  endpoint: Endpoint,
  role: "bind" | "connect",
): IpcAddress {
  const address = parseIpc(endpoint, role);
  let missing: string | undefined;
  if (platform === "win32") {
    missing = "Unix domain sockets on Windows";
  } else if (address.kind === "abstract" && !abstractNames) {
    missing = `abstract names of Unix domain sockets on ${platform}`;
    if (native !== undefined && platform === "linux") {
      const lack = native.lack();
      missing = lack && `right ${missing} without ${lack}`;
    }
  }
  if (missing === undefined) return address;
  throw new ZmqError(
    "ENOTSUP",
    `Cannot use endpoint ${quote(endpoint.text)}: ${runtime} has no ` +
      missing,
    { address: endpoint.text },
  );
}

/**
 * Checks the address of a `tcp` endpoint, and that of the proxy on the way.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function checkTcp(
  endpoint: Endpoint,
  role: "bind" | "connect",
  { socksProxy }: StreamOptions = {},
): void {
  if (role === "bind") parseTcpBind(endpoint);
  else parseSocksProxy(socksProxy, parseTcpConnect(endpoint), endpoint.text);
}
