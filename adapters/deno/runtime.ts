/**
 * Deno as a {@linkcode Runtime}.
 *
 * @module
 */

import type { Runtime } from "../../src/transport/runtime.ts";
import { loadAddon } from "../addons.ts";
import { builtin } from "../builtin.ts";
import { messageDefer, systemClock } from "../clock.ts";
import type { Driver } from "../driver.ts";
import {
  lazyNative,
  lazyTransports,
  socksOptions,
  webSocketOptions,
} from "../lazy.ts";
import { lazyDatagrams } from "../lazy_udp.ts";
import { type LoadNativeSockets, NativeSupport } from "../native_support.ts";
import { udpOptions } from "../platform.ts";
import { broadcastTransport } from "../web/ports.ts";
import { denoApi } from "./api.ts";
import { openBroadcast } from "./broadcast.ts";

/** The runtime for Deno 2.4 or later. */
export function denoRuntime(sockets?: LoadNativeSockets): Runtime {
  const deno = denoApi();
  const os = deno.build.os === "windows" ? "win32" : deno.build.os;
  const native = sockets && new NativeSupport(os, () => runtime, sockets);
  const platform = {
    runtime: `Deno ${deno.version.deno}`,
    platform: os,
    abstractNames: os === "linux",
    ...(native && { native }),
  };
  const [major = 0, minor = 0] = deno.version.deno.split(".").map(Number);
  const since = (wanted: number): boolean => major > 2 || minor >= wanted;
  const options = new Set([
    "ipv6",
    "tcpKeepalive",
    "useFd",
    ...socksOptions,
    ...webSocketOptions,
  ]);
  // Before Deno 2.8, `node:tls` has not all that wss needs.
  const isChecked = since(8);
  if (!isChecked) {
    for (const name of webSocketOptions) {
      if (name.startsWith("wss")) options.delete(name);
    }
  }
  // What Deno lacks before, it ignores without a word.
  if (since(5)) options.add("backlog");
  if (since(9)) options.add("tcpKeepaliveIdle");
  const clock = systemClock({
    holdTimer: (id, keepsProcess) => {
      if (keepsProcess) deno.refTimer(id);
      else deno.unrefTimer(id);
    },
    // Before Deno 2.6, setImmediate is a timer of 1 ms.
    ...(!since(6) && { defer: portDefer() }),
  });
  const load = async (): Promise<Driver> => {
    const { DenoDriver } = await import("./driver.ts");
    return new DenoDriver(platform);
  };
  const runtime: Runtime = {
    name: "deno",
    transports: [
      ...lazyTransports(platform, load, clock)
        .filter(({ scheme }) => isChecked || scheme !== "wss"),
      broadcastTransport(() => clock, { open: openBroadcast }),
    ],
    datagrams: lazyDatagrams(udpOptions, load),
    clock,
    options,
    loadAddon: loadAllowed,
    native: lazyNative(load, { hasPolling: false, joinsThreads: false }),
    ...(native && { nativeOptions: native }),
  };
  return runtime;
}

/** Deno would ask the user for what is not allowed. */
function loadAllowed(name: string): unknown {
  const { permissions } = denoApi();
  for (const permission of ["ffi", "read"] as const) {
    const { state } = permissions.querySync({ name: permission });
    if (state === "granted") continue;
    throw new Error(`Deno loads "${name}" with --allow-ffi and --allow-read`);
  }
  return loadAddon(name);
}

function portDefer(): (callback: () => void) => void {
  const { MessageChannel } = builtin("node:worker_threads");
  return messageDefer(new MessageChannel());
}
