/**
 * The SUB socket.
 *
 * @module
 */

import { type FrameLike, toFrame } from "../message/message.ts";
import type { Settings, SubscriberOptions } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import type { Pattern, PatternHost } from "./pattern.ts";
import { SubPattern } from "./patterns/sub.ts";
import { ReadableSocket } from "./readable_socket.ts";
import { coreOf, type SocketInit } from "./socket.ts";

/**
 * Receives the messages of {@linkcode Publisher}s that it subscribed to, by
 * prefix of the first frame. Without a subscription nothing arrives. RFC 29.
 *
 * @example
 * ```ts
 * import { Publisher, Subscriber } from "isomq";
 *
 * const publisher = new Publisher();
 * await publisher.bind("inproc://prices");
 * const subscriber = new Subscriber();
 * subscriber.connect("inproc://prices");
 * subscriber.subscribe("tea");
 * await publisher.send(["tea", "2.50"]);
 * console.log((await subscriber.receive()).length);
 * await Promise.all([publisher.close(), subscriber.close()]);
 * ```
 */
export class Subscriber extends ReadableSocket {
  /** Makes a SUB socket. */
  constructor(init?: Settings<SubscriberOptions> & SocketInit) {
    super("SUB", makePattern, init);
  }

  static {
    liveOptions(Subscriber.prototype, "SUB");
  }

  /**
   * Subscribes to prefixes of the first frame; without any, to everything.
   * A prefix that is subscribed to twice must be unsubscribed from twice.
   */
  subscribe(...topics: FrameLike[]): void {
    const pattern = coreOf(this).pattern as SubPattern;
    for (const topic of topics.length === 0 ? [""] : topics) {
      pattern.subscribe(toFrame(topic));
    }
  }

  /** Takes subscriptions back; without any, the one to everything. */
  unsubscribe(...topics: FrameLike[]): void {
    const pattern = coreOf(this).pattern as SubPattern;
    for (const topic of topics.length === 0 ? [""] : topics) {
      pattern.unsubscribe(toFrame(topic));
    }
  }
}

function makePattern(host: PatternHost): Pattern {
  return new SubPattern(host);
}

/** The options of a SUB socket, as live properties. */
export interface Subscriber extends SubscriberOptions {}
