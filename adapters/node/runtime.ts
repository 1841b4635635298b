/**
 * Node.js as a {@linkcode Runtime}.
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
import { hasKeepaliveProbes, hasTypeOfService } from "./abilities.ts";

/** The runtime for Node.js 20.19 or later. */
export function nodeRuntime(sockets?: LoadNativeSockets): Runtime {
  const version = process.versions.node;
  const native = sockets &&
    new NativeSupport(process.platform, () => runtime, sockets);
  const platform = {
    runtime: `Node ${version}`,
    platform: process.platform,
    // Before Node 22, libuv pads an abstract name with NUL characters.
    abstractNames: process.platform === "linux" &&
      Number.parseInt(version) >= 22,
    ...(native && { native }),
  };
  const clock = systemClock();
  let options: Set<string> | undefined;
  const load = async (): Promise<Driver> => {
    const { NodeDriver } = await import("./driver.ts");
    return new NodeDriver({
      ...platform,
      readsInto: true,
      keepsSpare: true,
    });
  };
  const runtime: Runtime = {
    name: "node",
    transports: [
      ...lazyTransports(platform, load, clock),
      broadcastTransport(() => clock),
    ],
    datagrams: lazyDatagrams([...udpOptions, ...udpBufferOptions], load),
    clock,
    // node:net, which has to be asked, takes its time to load.
    get options(): Set<string> {
      return options ??= nodeOptions();
    },
    loadAddon,
    // With Node 26, what libuv polls for native code may never be told.
    native: lazyNative(load, {
      hasPolling: Number.parseInt(version) < 26,
      joinsThreads: true,
    }),
    ...(native && { nativeOptions: native }),
  };
  return runtime;
}

function nodeOptions(): Set<string> {
  const options = [
    "backlog",
    "ipv6",
    "tcpKeepalive",
    "tcpKeepaliveIdle",
    "useFd",
    ...socksOptions,
    ...webSocketOptions,
  ];
  if (hasKeepaliveProbes()) {
    options.push("tcpKeepaliveInterval", "tcpKeepaliveCount");
  }
  if (hasTypeOfService()) options.push("typeOfService");
  return new Set(options);
}
