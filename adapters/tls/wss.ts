/**
 * The `wss` transport: WebSockets over TLS over TCP.
 *
 * @module
 */

import type { Clock } from "../../src/base/clock.ts";
import type { Transport } from "../../src/transport/transport.ts";
import type { Driver } from "../driver.ts";
import { TcpTransport } from "../tcp.ts";
import { WebSocketTransport } from "../websocket/transport.ts";
import { TlsDriver } from "./driver.ts";

/** The transport over the sockets of a runtime. */
export function makeWss(driver: Driver, clock: Clock): Transport {
  const secure = new TcpTransport(new TlsDriver(driver, clock));
  return new WebSocketTransport("wss", secure, clock);
}
