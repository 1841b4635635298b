/**
 * The PAIR socket.
 *
 * @module
 */

import type { PairOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { PairPattern } from "./patterns/pair.ts";
import type { SocketInit } from "./socket.ts";
import { DuplexSocket } from "./writable_socket.ts";

/**
 * One peer on each side, both ways: for two parts of one program. RFC 31.
 *
 * @example
 * ```ts
 * import { Pair } from "isomq";
 *
 * const a = new Pair();
 * const b = new Pair();
 * await a.bind("inproc://pair");
 * b.connect("inproc://pair");
 * await b.send("hello");
 * console.log(new TextDecoder().decode((await a.receive())[0]));
 * await Promise.all([a.close(), b.close()]);
 * ```
 */
export class Pair extends DuplexSocket {
  /** Makes a PAIR socket. */
  constructor(init?: Settings<PairOptions> & SocketInit) {
    super("PAIR", (host) => new PairPattern(host), init);
  }

  static {
    liveOptions(Pair.prototype, "PAIR");
  }
}

/** The options of a PAIR socket, as live properties. */
export interface Pair extends PairOptions {}
