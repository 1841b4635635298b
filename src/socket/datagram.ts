/**
 * The DGRAM socket.
 *
 * @module
 */

import type { DatagramOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { DgramPattern } from "./patterns/dgram.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * Plain UDP, from and to anybody: no ZeroMQ on the other side. A message is
 * `[address, octets]`, the address as text, `127.0.0.1:5555` or
 * `[::1]:5555`. It can be bound to one endpoint, and not be connected.
 *
 * @example
 * ```ts
 * import { Datagram } from "isomq";
 *
 * const a = new Datagram();
 * const b = new Datagram();
 * await a.bind("udp://127.0.0.1:*");
 * const endpoint = await b.bind("udp://127.0.0.1:*");
 * await a.send([endpoint.slice("udp://".length), "ping"]);
 * const [from] = await b.receive();
 * await b.send([from!, "pong"]);
 * console.log(new TextDecoder().decode((await a.receive())[1]));
 * await Promise.all([a.close(), b.close()]);
 * ```
 */
export class Datagram extends DuplexSocket {
  /** Makes a DGRAM socket. */
  constructor(init?: Settings<DatagramOptions> & SocketInit) {
    super("DGRAM", (host) => new DgramPattern(host), init);
  }

  static {
    liveOptions(Datagram.prototype, "DGRAM");
  }
}

/** The options of a DGRAM socket, as live properties. */
export interface Datagram extends DatagramOptions {}
