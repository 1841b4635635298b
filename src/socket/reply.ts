/**
 * The REP socket.
 *
 * @module
 */

import type { ReplyOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { RepPattern } from "./patterns/rep.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * Answers {@linkcode Request}s, one at a time. RFC 28.
 *
 * @example
 * ```ts
 * import { Reply, Request } from "isomq";
 *
 * const reply = new Reply();
 * await reply.bind("inproc://echo");
 * const request = new Request();
 * request.connect("inproc://echo");
 * await request.send("ping");
 * await reply.send(await reply.receive());
 * console.log((await request.receive()).length);
 * await Promise.all([request.close(), reply.close()]);
 * ```
 */
export class Reply extends DuplexSocket {
  /** Makes a REP socket. */
  constructor(init?: Settings<ReplyOptions> & SocketInit) {
    super("REP", (host) => new RepPattern(host), init);
  }

  static {
    liveOptions(Reply.prototype, "REP");
  }
}

/** The options of a REP socket, as live properties. */
export interface Reply extends ReplyOptions {}
