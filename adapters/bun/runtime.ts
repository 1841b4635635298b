/**
 * Bun as a {@linkcode Runtime}.
 *
 * @module
 */

import type { Runtime } from "../../src/transport/runtime.ts";
import { loadAddon } from "../addons.ts";
import { systemClock } from "../clock.ts";
import { IpcTransport } from "../ipc.ts";
import { hasTypeOfService } from "../node/driver.ts";
import { TcpTransport } from "../tcp.ts";
import { BunDriver } from "./driver.ts";

/** The runtime for Bun 1.2 or later. */
export function bunRuntime(): Runtime {
  const driver = new BunDriver();
  let options: Set<string> | undefined;
  return {
    name: "bun",
    transports: [new TcpTransport(driver), new IpcTransport(driver)],
    clock: systemClock(),
    // node:net, which has to be asked, takes its time to load.
    get options(): Set<string> {
      return options ??= bunOptions();
    },
    loadAddon,
  };
}

function bunOptions(): Set<string> {
  const options = ["ipv6", "tcpKeepalive", "tcpKeepaliveIdle", "useFd"];
  if (hasTypeOfService()) options.push("typeOfService");
  return new Set(options);
}
