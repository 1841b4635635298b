/**
 * The PUSH socket.
 *
 * @module
 */

import type { PushOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { PushPattern } from "./patterns/push.ts";
import type { SocketInit } from "./socket.ts";
import { WritableSocket } from "./writable_socket.ts";

/**
 * Hands work to {@linkcode Pull} sockets, to each in turn; waits while none
 * has room. RFC 30.
 *
 * @example
 * ```ts
 * import { Pull, Push } from "isomq";
 *
 * const push = new Push();
 * await push.bind("inproc://work");
 * const pull = new Pull();
 * pull.connect("inproc://work");
 * await push.send(["job", "42"]);
 * console.log((await pull.receive()).length);
 * await Promise.all([push.close(), pull.close()]);
 * ```
 */
export class Push extends WritableSocket {
  /** Makes a PUSH socket. */
  constructor(init?: Settings<PushOptions> & SocketInit) {
    super("PUSH", (host) => new PushPattern(host), init);
  }

  static {
    liveOptions(Push.prototype, "PUSH");
  }
}

/** The options of a PUSH socket, as live properties. */
export interface Push extends PushOptions {}
