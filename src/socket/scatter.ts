/**
 * The SCATTER socket.
 *
 * @module
 */

import type { ScatterOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { ScatterPattern } from "./patterns/scatter.ts";
import type { SocketInit } from "./socket.ts";
import { WritableSocket } from "./writable_socket.ts";

/**
 * Hands single-frame messages to {@linkcode Gather} sockets in turn. RFC 49.
 *
 * @example
 * ```ts
 * import { Scatter } from "isomq";
 *
 * const scatter = new Scatter();
 * scatter.connect("inproc://gather");
 * await scatter.send("job");
 * await scatter.close({ linger: 0 });
 * ```
 */
export class Scatter extends WritableSocket {
  /** Makes a SCATTER socket. */
  constructor(init?: Settings<ScatterOptions> & SocketInit) {
    super("SCATTER", (host) => new ScatterPattern(host), init);
  }

  static {
    liveOptions(Scatter.prototype, "SCATTER");
  }
}

/** The options of a SCATTER socket, as live properties. */
export interface Scatter extends ScatterOptions {}
