/**
 * The STREAM socket.
 *
 * @module
 */

import type { RawStreamOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { StreamPattern } from "./patterns/stream.ts";
import { type RoutedConnectOptions, toRoutingId } from "./router.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * Raw tcp: messages are `[routing id, octets]`; an empty second frame tells
 * of a connection and its end. When it is sent, it ends the connection: the id
 * is unknown then, and no end is told.
 *
 * @example
 * ```ts
 * import { Stream } from "isomq";
 *
 * const server = new Stream();
 * const endpoint = await server.bind("tcp://127.0.0.1:*");
 * const client = new Stream();
 * client.connect(endpoint);
 * const [peer] = await client.receive(); // connected
 * await client.send([peer!, "GET / HTTP/1.0\r\n\r\n"]);
 * await server.receive(); // connected
 * console.log((await server.receive())[1]!.length);
 * await Promise.all([server.close(), client.close()]);
 * ```
 */
export class Stream extends DuplexSocket {
  /** Makes a STREAM socket. */
  constructor(init?: Settings<RawStreamOptions> & SocketInit) {
    super("STREAM", (host) => new StreamPattern(host), init);
  }

  static {
    liveOptions(Stream.prototype, "STREAM");
  }

  /**
   * Connects in the background, optionally under a chosen routing id.
   *
   * @throws {ZmqError} `EINVAL` when the id is in use, or malformed.
   */
  override connect(endpoint: string, options?: RoutedConnectOptions): void {
    if (options?.routingId === undefined) super.connect(endpoint, options);
    else this.connectAs(endpoint, toRoutingId(options.routingId), options);
  }
}

/** The options of a STREAM socket, as live properties. */
export interface Stream extends RawStreamOptions {}
