/**
 * The XPUB socket.
 *
 * @module
 */

import { type FrameLike, toFrame } from "../message/message.ts";
import type { Settings, XPublisherOptions } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { XPubPattern } from "./patterns/xpub.ts";
import { coreOf, type SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * A {@linkcode Publisher} that receives its subscribers' subscriptions: one
 * frame of octet 1 (subscribe) or 0 (unsubscribe) and the topic. RFC 29.
 *
 * @example
 * ```ts
 * import { Subscriber, XPublisher } from "isomq";
 *
 * const publisher = new XPublisher();
 * await publisher.bind("inproc://ticker");
 * const subscriber = new Subscriber();
 * subscriber.connect("inproc://ticker");
 * subscriber.subscribe("tea");
 * console.log(await publisher.receive()); // [ Uint8Array [ 1, 116, 101, 97 ] ]
 * await Promise.all([publisher.close(), subscriber.close()]);
 * ```
 */
export class XPublisher extends DuplexSocket {
  /** Makes an XPUB socket. */
  constructor(init?: Settings<XPublisherOptions> & SocketInit) {
    super("XPUB", (host) => new XPubPattern(host), init);
  }

  static {
    liveOptions(XPublisher.prototype, "XPUB");
  }

  /**
   * With the option `manual`: subscribes the peer of the subscription that
   * was received last.
   */
  subscribe(...topics: FrameLike[]): void {
    const pattern = coreOf(this).pattern as XPubPattern;
    for (const topic of topics) pattern.subscribe(toFrame(topic));
  }

  /** With the option `manual`: takes subscriptions of that peer back. */
  unsubscribe(...topics: FrameLike[]): void {
    const pattern = coreOf(this).pattern as XPubPattern;
    for (const topic of topics) pattern.unsubscribe(toFrame(topic));
  }
}

/** The options of an XPUB socket, as live properties. */
export interface XPublisher extends XPublisherOptions {}
