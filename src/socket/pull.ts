/**
 * The PULL socket.
 *
 * @module
 */

import type { PullOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { PullPattern } from "./patterns/pull.ts";
import type { SocketInit } from "./socket.ts";
import { ReadableSocket } from "./readable_socket.ts";

/**
 * Takes work from {@linkcode Push} sockets, from each in turn. RFC 30.
 *
 * @example
 * ```ts
 * import { Pull, Push } from "isomq";
 *
 * const pull = new Pull();
 * await pull.bind("inproc://sink");
 * const push = new Push();
 * push.connect("inproc://sink");
 * await push.send("done");
 * for await (const [frame] of pull) {
 *   console.log(new TextDecoder().decode(frame));
 *   break;
 * }
 * await Promise.all([push.close(), pull.close()]);
 * ```
 */
export class Pull extends ReadableSocket {
  /** Makes a PULL socket. */
  constructor(init?: Settings<PullOptions> & SocketInit) {
    super("PULL", (host) => new PullPattern(host), init);
  }

  static {
    liveOptions(Pull.prototype, "PULL");
  }
}

/** The options of a PULL socket, as live properties. */
export interface Pull extends PullOptions {}
