/**
 * Bun as a {@linkcode Runtime}.
 *
 * @module
 */

import type { Runtime } from "../../src/transport/runtime.ts";
import { loadAddon } from "../addons.ts";
import { systemClock } from "../clock.ts";
import type { Driver } from "../driver.ts";
import {
  lazyNative,
  lazyTransports,
  socksOptions,
  webSocketOptions,
} from "../lazy.ts";
import { lazyDatagrams } from "../lazy_udp.ts";
import { type LoadNativeSockets, NativeSupport } from "../native_support.ts";
import { udpBufferOptions, udpOptions } from "../platform.ts";
import { broadcastTransport } from "../web/ports.ts";
import { hasTypeOfService } from "../node/abilities.ts";
import { bunApi } from "./api.ts";

/** The runtime for Bun 1.2 or later. */
export function bunRuntime(sockets?: LoadNativeSockets): Runtime {
  const native = sockets &&
    new NativeSupport(process.platform, () => runtime, sockets);
  const platform = {
    runtime: `Bun ${bunApi().version}`,
    platform: process.platform,
    abstractNames: process.platform === "linux",
    ...(native && { native }),
  };
  const clock = systemClock();
  let options: Set<string> | undefined;
  const load = async (): Promise<Driver> => {
    const { BunDriver } = await import("./driver.ts");
    return new BunDriver({ ...platform, keepsSpare: true });
  };
  const runtime: Runtime = {
    name: "bun",
    transports: [
      ...lazyTransports(platform, load, clock),
      broadcastTransport(() => clock),
    ],
    datagrams: lazyDatagrams([...udpOptions, ...udpBufferOptions], load),
    clock,
    // node:net, which has to be asked, takes its time to load.
    get options(): Set<string> {
      return options ??= bunOptions();
    },
    loadAddon,
    native: lazyNative(load, {
      hasPolling: false,
      joinsThreads: false,
      cancelsCalls: true,
    }),
    ...(native && { nativeOptions: native }),
  };
  return runtime;
}

function bunOptions(): Set<string> {
  const options = [
    "ipv6",
    "tcpKeepalive",
    "tcpKeepaliveIdle",
    "useFd",
    ...socksOptions,
    ...webSocketOptions,
  ];
  if (hasTypeOfService()) options.push("typeOfService");
  return new Set(options);
}
