/**
 * The DISH socket.
 *
 * @module
 */

import { type FrameLike, type Message, toFrame } from "../message/message.ts";
import type { DishOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { DishPattern } from "./patterns/dish.ts";
import { ReadableSocket } from "./readable_socket.ts";
import { coreOf, type SocketInit } from "./socket.ts";

/** What a DISH socket receives: the frame and the group it was sent to. */
export type DishMessage = [data: Uint8Array, to: { group: Uint8Array }];

/**
 * Receives what {@linkcode Radio} sockets send to the groups that it joined.
 * RFC 48.
 *
 * @example
 * ```ts
 * import { Dish } from "isomq";
 *
 * const dish = new Dish();
 * dish.join("weather", "traffic");
 * await dish.bind("tcp://127.0.0.1:*");
 * await dish.close();
 * ```
 */
export class Dish extends ReadableSocket<DishMessage> {
  /** Makes a DISH socket. */
  constructor(init?: Settings<DishOptions> & SocketInit) {
    super("DISH", (host) => new DishPattern(host), init);
    this.shape = grouped;
  }

  static {
    liveOptions(Dish.prototype, "DISH");
  }

  /**
   * Joins groups.
   *
   * @throws {ZmqError} `EINVAL` for a group that is joined already, is longer
   * than 255 octets or holds a zero octet.
   */
  join(...groups: FrameLike[]): void {
    const pattern = coreOf(this).pattern as DishPattern;
    for (const group of groups) pattern.join(toFrame(group));
  }

  /**
   * Leaves groups.
   *
   * @throws {ZmqError} `EINVAL` for a group that was not joined.
   */
  leave(...groups: FrameLike[]): void {
    const pattern = coreOf(this).pattern as DishPattern;
    for (const group of groups) pattern.leave(toFrame(group));
  }
}

function grouped(message: Message): DishMessage {
  return [message[1]!, { group: message[0]! }];
}

/** The options of a DISH socket, as live properties. */
export interface Dish extends DishOptions {}
