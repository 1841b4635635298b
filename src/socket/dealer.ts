/**
 * The DEALER socket.
 *
 * @module
 */

import type { DealerOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { DealerPattern } from "./patterns/dealer.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * Sends to its peers in turn and receives from all of them: a
 * {@linkcode Request} without the lock-step. RFC 28.
 *
 * @example
 * ```ts
 * import { Dealer } from "isomq";
 *
 * const dealer = new Dealer({ routingId: "worker-1" });
 * dealer.connect("inproc://broker");
 * await dealer.send(["", "ready"]);
 * await dealer.close({ linger: 0 });
 * ```
 */
export class Dealer extends DuplexSocket {
  /** Makes a DEALER socket. */
  constructor(init?: Settings<DealerOptions> & SocketInit) {
    super("DEALER", (host) => new DealerPattern(host), init);
  }

  static {
    liveOptions(Dealer.prototype, "DEALER");
  }
}

/** The options of a DEALER socket, as live properties. */
export interface Dealer extends DealerOptions {}
