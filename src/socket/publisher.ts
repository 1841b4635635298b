/**
 * The PUB socket.
 *
 * @module
 */

import type { PublisherOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { PubPattern } from "./patterns/pub.ts";
import type { SocketInit } from "./socket.ts";
import { WritableSocket } from "./writable_socket.ts";

/**
 * Sends every message to all {@linkcode Subscriber}s whose subscriptions match
 * its first frame; a subscriber that is too slow loses messages. RFC 29.
 *
 * @example
 * ```ts
 * import { Publisher } from "isomq";
 *
 * const publisher = new Publisher();
 * await publisher.bind("inproc://news");
 * await publisher.send(["weather", "sunny"]);
 * await publisher.close();
 * ```
 */
export class Publisher extends WritableSocket {
  /** Makes a PUB socket. */
  constructor(init?: Settings<PublisherOptions> & SocketInit) {
    super("PUB", (host) => new PubPattern(host), init);
  }

  static {
    liveOptions(Publisher.prototype, "PUB");
  }
}

/** The options of a PUB socket, as live properties. */
export interface Publisher extends PublisherOptions {}
