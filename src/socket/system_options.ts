/**
 * The options of the system's sockets, which not every transport can honour.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { platformOptions } from "../options/options.ts";
import { datagramTypes, multicastTypes } from "../options/socket_type.ts";
import type { SocketCore } from "./core.ts";

/** Options that a transport honours, or must not be used with. */
const SOCKET_OPTIONS = [
  "socksProxy",
  "sendBufferSize",
  "receiveBufferSize",
  "typeOfService",
  "interface",
  "priority",
  "busyPoll",
  "useFd",
];

/**
 * Checks that no option is set that the endpoint's transport cannot honour.
 * Some of them only datagrams can.
 *
 * @throws {ZmqError} `ENOTSUP`.
 */
export function checkSocketOptions(
  core: SocketCore,
  { scheme, text }: Endpoint,
  honoured: Pick<ReadonlySet<string>, "has">,
): void {
  if (!datagramTypes.has(core.type) && !multicastTypes.has(core.type)) return;
  const changed = platformOptions(core.options);
  const missing = SOCKET_OPTIONS.find((name) =>
    name in changed && !honoured.has(name)
  );
  if (missing === undefined) return;
  throw new ZmqError(
    "ENOTSUP",
    `Cannot use ${quote(text)} with ${quote(missing)}: the runtime ` +
      `${quote(core.runtimeName)} does not support the option for ${scheme}`,
    { address: text },
  );
}
