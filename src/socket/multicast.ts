/**
 * Which sockets can use reliable multicast, and how: what goes one way only
 * is for publishers and subscribers, without security. Binding and connecting
 * is the same, as in libzmq. Sessions are loaded with the first endpoint.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { parseMulticast } from "../endpoint/multicast.ts";
import { snapshot } from "../options/options.ts";
import { multicastTypes, publishes } from "../options/socket_type.ts";
import { plainPeer } from "../routing/peer.ts";
import type { MulticastEnd } from "../session/multicast.ts";
import type { MulticastTransport } from "../transport/multicast.ts";
import type { SocketCore } from "./core.ts";
import { type OpenDatagrams, requireNoSecurity, startOf } from "./datagrams.ts";
import { checkSocketOptions } from "./system_options.ts";

/**
 * Checks that a socket can use a multicast endpoint.
 *
 * @throws {ZmqError} `ENOCOMPATPROTO` for a type that cannot, `ENOTSUP` for
 * options that cannot be honoured, `EINVAL` for a malformed address.
 */
export function checkMulticast(
  core: SocketCore,
  transport: MulticastTransport,
  endpoint: Endpoint,
  role: "bind" | "connect",
): void {
  const { scheme, text } = endpoint;
  if (!multicastTypes.has(core.type)) {
    throw new ZmqError(
      "ENOCOMPATPROTO",
      `Cannot ${role} ${quote(text)}: ${scheme} is for PUB, XPUB, SUB and ` +
        `XSUB, and this is a ${core.type} socket`,
      { address: text },
    );
  }
  parseMulticast(endpoint);
  transport.check?.(endpoint);
  requireNoSecurity(core, endpoint, role);
  checkSocketOptions(core, endpoint, transport.options);
}

/** Opens an endpoint by `bind()`. */
export async function bindMulticast(
  core: SocketCore,
  transport: MulticastTransport,
  endpoint: Endpoint,
): Promise<OpenDatagrams> {
  const options = snapshot(core.options);
  const { MulticastEnd } = await import("../session/multicast.ts");
  const end = new MulticastEnd({ host: core, transport, endpoint, options });
  return {
    endpoint: await end.bind(),
    close: (how) => end.close(how),
    hold: (keepsProcess) => end.hold(keepsProcess),
  };
}

/**
 * Opens an endpoint in the background; what is sent at once waits.
 *
 * @param gone told when the endpoint is given up.
 */
export function connectMulticast(
  core: SocketCore,
  transport: MulticastTransport,
  endpoint: Endpoint,
  gone: () => void,
): OpenDatagrams {
  const { text } = endpoint;
  const options = snapshot(core.options);
  const setup = { host: core, transport, endpoint, options };
  const pipe = options.immediate
    ? undefined
    : core.openPipe(text, true, options, plainPeer(text));
  // Whoever listens wants everything.
  if (publishes(core.type)) pipe?.deliverCommand("SUBSCRIBE", EMPTY);
  const start = async (): Promise<MulticastEnd> => {
    const { MulticastEnd } = await import("../session/multicast.ts");
    const end = new MulticastEnd(
      pipe === undefined ? setup : { ...setup, pipe },
    );
    end.start(gone);
    return end;
  };
  const end = startOf(core, endpoint, start, () => {
    pipe?.close();
    gone();
  });
  return {
    endpoint: text,
    close: async (how) => await (await end)?.close(how),
    hold: async (keepsProcess) => (await end)?.hold(keepsProcess),
  };
}
