/**
 * The CLIENT socket.
 *
 * @module
 */

import type { ClientOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { ClientPattern } from "./patterns/client.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * Talks to {@linkcode Server}s with single-frame messages. RFC 41.
 *
 * @example
 * ```ts
 * import { Client } from "isomq";
 *
 * const client = new Client();
 * client.connect("inproc://service");
 * await client.send("hello");
 * await client.close({ linger: 0 });
 * ```
 */
export class Client extends DuplexSocket {
  /** Makes a CLIENT socket. */
  constructor(init?: Settings<ClientOptions> & SocketInit) {
    super("CLIENT", (host) => new ClientPattern(host), init);
  }

  static {
    liveOptions(Client.prototype, "CLIENT");
  }
}

/** The options of a CLIENT socket, as live properties. */
export interface Client extends ClientOptions {}
