/**
 * The CHANNEL socket.
 *
 * @module
 */

import type { ChannelOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { ChannelPattern } from "./patterns/channel.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * One peer on each side, single-frame messages both ways. RFC 52.
 *
 * @example
 * ```ts
 * import { Channel } from "isomq";
 *
 * const channel = new Channel();
 * await channel.bind("inproc://channel");
 * await channel.close();
 * ```
 */
export class Channel extends DuplexSocket {
  /** Makes a CHANNEL socket. */
  constructor(init?: Settings<ChannelOptions> & SocketInit) {
    super("CHANNEL", (host) => new ChannelPattern(host), init);
  }

  static {
    liveOptions(Channel.prototype, "CHANNEL");
  }
}

/** The options of a CHANNEL socket, as live properties. */
export interface Channel extends ChannelOptions {}
