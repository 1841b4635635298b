/**
 * The GATHER socket.
 *
 * @module
 */

import type { GatherOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { GatherPattern } from "./patterns/gather.ts";
import type { SocketInit } from "./socket.ts";
import { ReadableSocket } from "./readable_socket.ts";

/**
 * Takes single-frame messages from {@linkcode Scatter} sockets. RFC 49.
 *
 * @example
 * ```ts
 * import { Gather } from "isomq";
 *
 * const gather = new Gather();
 * await gather.bind("inproc://gather-here");
 * await gather.close();
 * ```
 */
export class Gather extends ReadableSocket {
  /** Makes a GATHER socket. */
  constructor(init?: Settings<GatherOptions> & SocketInit) {
    super("GATHER", (host) => new GatherPattern(host), init);
  }

  static {
    liveOptions(Gather.prototype, "GATHER");
  }
}

/** The options of a GATHER socket, as live properties. */
export interface Gather extends GatherOptions {}
