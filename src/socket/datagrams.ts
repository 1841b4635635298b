/**
 * Which sockets can use datagrams, and how: there is no handshake, so only
 * types that need none, without security. Sessions are loaded with the first
 * endpoint.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { snapshot } from "../options/options.ts";
import type { DatagramConnector } from "../session/datagrams.ts";
import { toZmqError } from "../session/failure.ts";
import type { DatagramTransport } from "../transport/datagram.ts";
import type { SocketCore } from "./core.ts";
import { checkSocketOptions } from "./system_options.ts";

/** Who may do what; as in libzmq. */
const ROLES: Readonly<Record<"bind" | "connect", ReadonlySet<string>>> = {
  bind: new Set(["DISH", "DGRAM"]),
  connect: new Set(["RADIO"]),
};

/** An endpoint without connections that is open, or being opened. */
export interface OpenDatagrams {
  /** The endpoint, wildcards filled in. */
  readonly endpoint: string;
  close(options: { linger: number }): Promise<void>;
  hold(keepsProcess: boolean): void;
}

/**
 * Checks that a socket can use an endpoint of datagrams.
 *
 * @throws {ZmqError} `ENOCOMPATPROTO` for a type that cannot, `ENOTSUP` for
 * options that cannot be honoured, `EINVAL` for a malformed address.
 */
export function checkDatagrams(
  core: SocketCore,
  transport: DatagramTransport,
  endpoint: Endpoint,
  role: "bind" | "connect",
): void {
  const { type } = core;
  const { scheme, text } = endpoint;
  if (!ROLES[role].has(type)) {
    throw new ZmqError(
      "ENOCOMPATPROTO",
      `Cannot ${role} ${quote(text)}: over ${scheme}, RADIO connects, DISH ` +
        `and DGRAM bind, and this is a ${type} socket`,
      { address: text },
    );
  }
  transport.check?.(endpoint, role);
  if (type !== "DGRAM") requireNoSecurity(core, endpoint, role);
  checkSocketOptions(core, endpoint, transport.options);
}

/**
 * Refuses security where there is nobody to agree upon it with.
 *
 * @throws {ZmqError} `ENOTSUP`.
 */
export function requireNoSecurity(
  { options }: SocketCore,
  { scheme, text }: Endpoint,
  role: "bind" | "connect",
): void {
  const { securityMechanism, zapDomain } = options;
  if (securityMechanism === null && (zapDomain ?? "") === "") return;
  throw new ZmqError(
    "ENOTSUP",
    `Cannot ${role} ${quote(text)}: ${scheme} has no security, expected a ` +
      `socket without ${securityMechanism ?? "zapDomain"}`,
    { address: text },
  );
}

/** Binds. */
export async function bindDatagrams(
  core: SocketCore,
  transport: DatagramTransport,
  endpoint: Endpoint,
): Promise<OpenDatagrams> {
  const options = snapshot(core.options);
  const { DatagramBinding } = await import("../session/datagrams.ts");
  const setup = { host: core, transport, endpoint, options };
  const binding = new DatagramBinding(setup);
  return {
    endpoint: await binding.bind(),
    close: (how) => binding.close(how),
    hold: (keepsProcess) => binding.hold(keepsProcess),
  };
}

/**
 * Connects in the background; what is sent at once waits.
 *
 * @param gone told when the endpoint is given up.
 */
export function connectDatagrams(
  core: SocketCore,
  transport: DatagramTransport,
  endpoint: Endpoint,
  gone: () => void,
): OpenDatagrams {
  const options = snapshot(core.options);
  const setup = { host: core, transport, endpoint, options };
  const pipe = core.openDatagrams(endpoint.text, true, options);
  const start = async (): Promise<DatagramConnector> => {
    const { DatagramConnector } = await import("../session/datagrams.ts");
    const connector = new DatagramConnector({ ...setup, pipe });
    connector.start(gone);
    return connector;
  };
  const connector = startOf(core, endpoint, start, () => {
    pipe.close();
    gone();
  });
  return {
    endpoint: endpoint.text,
    close: async (how) => {
      pipe.retire();
      await (await connector)?.close(how);
    },
    hold: async (keepsProcess) => (await connector)?.hold(keepsProcess),
  };
}

/** What an endpoint begins with; nothing when it could not be loaded. */
export async function startOf<End>(
  core: SocketCore,
  { text: address }: Endpoint,
  start: () => Promise<End>,
  failed: () => void,
): Promise<End | undefined> {
  try {
    return await start();
  } catch (cause) {
    const error = toZmqError(
      cause,
      "ECONNRESET",
      `Cannot open ${quote(address)}`,
    );
    core.emit("close", { address, error });
    failed();
    return undefined;
  }
}
