/**
 * Reliable multicast and unicast by NORM, RFC 5740, as libzmq speaks it:
 * `norm://` for PUB, XPUB, SUB and XSUB. A publisher sends each message once,
 * however many listen, at a rate that is fixed or follows the network; who has
 * lost a packet asks for it again, and one packet of parity can repair what
 * each has lost. It needs the library libnorm and the package `koffi`.
 *
 * Sockets of the default context find it by the scheme. Other contexts that
 * are to have only what they are given, are given it.
 *
 * @example
 * ```ts
 * import { Context, Publisher, Subscriber } from "isomq";
 * import { norm } from "isomq/ext/norm";
 *
 * const context = new Context({ transports: [norm()] });
 * const sub = new Subscriber({ context });
 * sub.subscribe("");
 * await sub.bind("norm://127.0.0.1;239.192.1.2:15556");
 * const pub = new Publisher({ context, normMode: "fixed", rate: 40_000 });
 * await pub.bind("norm://127.0.0.1;239.192.1.2:15556");
 * await pub.send("to all");
 * console.log(new TextDecoder().decode((await sub.receive())[0])); // to all
 * await Promise.all([pub.close(), sub.close()]);
 * ```
 *
 * @module
 */

import type { MulticastTransport } from "../../mod.ts";
import { type NormInit, NormTransport } from "./transport.ts";

export type { NormInit } from "./transport.ts";

/**
 * NORM over UDP, `norm://[nodeid,][interface;]address:port`; the address is a
 * group, or the one host at the other end.
 */
export function norm(init: NormInit = {}): MulticastTransport {
  return new NormTransport(init);
}
