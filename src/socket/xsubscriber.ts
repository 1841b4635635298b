/**
 * The XSUB socket.
 *
 * @module
 */

import { concat } from "../base/bytes.ts";
import { type FrameLike, toFrame } from "../message/message.ts";
import type { Settings, XSubscriberOptions } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { XSubPattern } from "./patterns/xsub.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * A {@linkcode Subscriber} that subscribes by sending: octet 1 (subscribe) or
 * 0 (unsubscribe) and the topic. It does not filter what it receives. RFC 29.
 *
 * @example
 * ```ts
 * import { XSubscriber } from "isomq";
 *
 * const subscriber = new XSubscriber();
 * subscriber.connect("inproc://feed");
 * subscriber.subscribe("tea"); // the same as send("\x01tea")
 * await subscriber.close();
 * ```
 */
export class XSubscriber extends DuplexSocket {
  /** Makes an XSUB socket. */
  constructor(init?: Settings<XSubscriberOptions> & SocketInit) {
    super("XSUB", (host) => new XSubPattern(host), init);
  }

  static {
    liveOptions(XSubscriber.prototype, "XSUB");
  }

  /** Subscribes to prefixes of the first frame. */
  subscribe(...topics: FrameLike[]): void {
    for (const topic of topics) {
      this.trySend(concat([new Uint8Array([1]), toFrame(topic)]));
    }
  }

  /** Takes subscriptions back. */
  unsubscribe(...topics: FrameLike[]): void {
    for (const topic of topics) {
      this.trySend(concat([new Uint8Array([0]), toFrame(topic)]));
    }
  }
}

/** The options of an XSUB socket, as live properties. */
export interface XSubscriber extends XSubscriberOptions {}
