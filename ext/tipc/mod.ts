/**
 * TIPC, the transport between the nodes of a cluster that is part of Linux:
 * services are bound and connected to by number, wherever in the cluster they
 * are. `tipc://`, as libzmq speaks it, for sockets of every type. It needs
 * Linux with the module `tipc`, and the package `koffi`.
 *
 * Sockets of the default context find it by the scheme. Other contexts that
 * are to have only what they are given, are given it.
 *
 * @example
 * ```ts
 * import { Context, Reply, Request } from "isomq";
 * import { tipc } from "isomq/ext/tipc";
 *
 * const context = new Context({ transports: [tipc()] });
 * const reply = new Reply({ context });
 * await reply.bind("tipc://{5560,0,9}"); // instances 0 to 9 of service 5560
 * const request = new Request({ context });
 * request.connect("tipc://{5560,3}");
 * await request.send("who is there?");
 * await reply.receive();
 * await reply.send("5560, as you wished");
 * const [answer] = await request.receive();
 * console.log(new TextDecoder().decode(answer)); // 5560, as you wished
 * await Promise.all([request.close(), reply.close()]);
 * ```
 *
 * @module
 */

import type { Transport } from "../../mod.ts";
import { type TipcInit, TipcTransport } from "./transport.ts";

export type { TipcInit } from "./transport.ts";

/**
 * The transport `tipc`. Binds to `tipc://{type,lower,upper}`, some instances
 * of a service, or to `tipc://<*>`; connects to `tipc://{type,instance}`, on
 * any node, to `tipc://{type,instance}@z.c.n`, on that one, or to the endpoint
 * that `bind()` resolves with, `tipc://<z.c.n:reference>`.
 */
export function tipc(init: TipcInit = {}): Transport {
  return new TipcTransport(init);
}
