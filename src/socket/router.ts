/**
 * The ROUTER and STREAM sockets, which address their peers by routing id.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import { type FrameLike, toFrame } from "../message/message.ts";
import type { RouterOptions, Settings } from "../options/types.ts";
import type { EndpointOptions } from "./endpoints.ts";
import { liveOptions } from "./live_options.ts";
import { RouterPattern } from "./patterns/router.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/** Options of `connect` of sockets that address their peers. */
export interface RoutedConnectOptions extends EndpointOptions {
  /** The routing id to know the peer by: 1 to 255 octets. */
  readonly routingId?: FrameLike | undefined;
}

/**
 * The octets of a routing id that was passed to `connect`.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function toRoutingId(value: FrameLike): Uint8Array {
  const id = toFrame(value);
  if (id.length >= 1 && id.length <= 255) return id;
  throw new ZmqError(
    "EINVAL",
    `Cannot use ${quote(value)} as routingId: expected 1 to 255 octets, got ` +
      `${id.length}`,
  );
}

/**
 * Addresses its peers: each message received begins with the routing id of
 * its sender, each message sent with that of its receiver. RFC 28.
 *
 * @example
 * ```ts
 * import { Dealer, Router } from "isomq";
 *
 * const router = new Router();
 * await router.bind("inproc://front");
 * const dealer = new Dealer();
 * dealer.connect("inproc://front");
 * await dealer.send("hello");
 * const [routingId, body] = await router.receive();
 * await router.send([routingId!, "hello to you"]);
 * console.log(body!.length, (await dealer.receive()).length);
 * await Promise.all([router.close(), dealer.close()]);
 * ```
 */
export class Router extends DuplexSocket {
  /** Makes a ROUTER socket. */
  constructor(init?: Settings<RouterOptions> & SocketInit) {
    super("ROUTER", (host) => new RouterPattern(host), init);
  }

  static {
    liveOptions(Router.prototype, "ROUTER");
  }

  /**
   * Connects in the background, optionally under a routing id of our own
   * choice for the peer, so that it can be sent to at once.
   *
   * @throws {ZmqError} `EINVAL` when the id is in use, or malformed.
   */
  override connect(endpoint: string, options?: RoutedConnectOptions): void {
    if (options?.routingId === undefined) super.connect(endpoint, options);
    else this.connectAs(endpoint, toRoutingId(options.routingId), options);
  }
}

/** The options of a ROUTER socket, as live properties. */
export interface Router extends RouterOptions {}
