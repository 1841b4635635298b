/**
 * Reliable multicast by PGM, RFC 3208, as libzmq speaks it: `epgm://` inside
 * of UDP, and `pgm://` over IP, for PUB, XPUB, SUB and XSUB. A publisher sends
 * each message once, however many listen; who has lost a packet asks for it
 * again. It needs the library OpenPGM and the package `koffi`.
 *
 * Sockets of the default context find it by the scheme. Other contexts that
 * are to have only what they are given, are given it.
 *
 * @example
 * ```ts
 * import { Context, Publisher, Subscriber } from "isomq";
 * import { epgm, pgm } from "isomq/ext/pgm";
 *
 * const context = new Context({ transports: [epgm(), pgm()] });
 * const sub = new Subscriber({ context, rate: 40_000 });
 * sub.subscribe("");
 * await sub.bind("epgm://127.0.0.1;239.192.1.1:15555");
 * const pub = new Publisher({ context, rate: 40_000 });
 * await pub.bind("epgm://127.0.0.1;239.192.1.1:15555");
 * await pub.send("to all");
 * console.log(new TextDecoder().decode((await sub.receive())[0])); // to all
 * await Promise.all([pub.close(), sub.close()]);
 * ```
 *
 * @module
 */

import type { MulticastTransport } from "../../mod.ts";
import { type PgmInit, PgmTransport } from "./transport.ts";

export type { PgmInit } from "./transport.ts";

/** PGM inside of UDP, `epgm://interface;group:port`. Anybody may use it. */
export function epgm(init: PgmInit = {}): MulticastTransport {
  return new PgmTransport("epgm", init);
}

/**
 * PGM over IP, `pgm://interface;group:port`. Only for root, or with the
 * capability `CAP_NET_RAW`.
 */
export function pgm(init: PgmInit = {}): MulticastTransport {
  return new PgmTransport("pgm", init);
}
