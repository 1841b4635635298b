/**
 * Finds out which runtime this is. Nothing is looked at before it is asked
 * for.
 *
 * @module
 */

import type { Runtime } from "../src/transport/runtime.ts";
import type { Transport } from "../src/transport/transport.ts";
import { bunRuntime } from "./bun/runtime.ts";
import { denoRuntime } from "./deno/runtime.ts";
import type { LoadNativeSockets } from "./native_support.ts";
import { nodeRuntime } from "./node/runtime.ts";
import type { PortLike } from "./web/channel.ts";
import { portTransport } from "./web/ports.ts";
import { webRuntime } from "./web/runtime.ts";

const detected = new Map<LoadNativeSockets | undefined, Runtime>();

export type { PortLike } from "./web/channel.ts";

/**
 * The runtime at hand: Bun, Deno, Node, or else the Web.
 *
 * @param native loads what sets options that the runtime itself cannot set.
 * Default: nothing does.
 */
export function detectRuntime(native?: LoadNativeSockets): Runtime {
  let runtime = detected.get(native);
  if (runtime === undefined) {
    runtime = detect(native);
    detected.set(native, runtime);
  }
  return runtime;
}

function detect(native: LoadNativeSockets | undefined): Runtime {
  // Bun and Deno have a `process` too: they are asked for first.
  if ("Bun" in globalThis) return bunRuntime(native);
  if ("Deno" in globalThis) return denoRuntime(native);
  const isNode = typeof process === "object" &&
    typeof process.getBuiltinModule === "function";
  return isNode ? nodeRuntime(native) : webRuntime();
}

/**
 * A transport to the other end of a message port, for endpoints
 * `port://name`: a `MessagePort`, a `Worker` as its maker sees it, or the
 * scope of the worker itself. Each end may bind names, and connect to those
 * of the other.
 *
 * @example
 * ```ts
 * import { messagePort, Pull, Push } from "isomq";
 *
 * const { port1, port2 } = new MessageChannel(); // or a Worker, and its self
 * const pull = new Pull();
 * await pull.bind("port://jobs", { transport: messagePort(port1) });
 * const push = new Push();
 * push.connect("port://jobs", { transport: messagePort(port2) });
 * await push.send("wash");
 * console.log((await pull.receive()).length);
 * await Promise.all([push.close(), pull.close()]);
 * ```
 *
 * @throws {ZmqError} `EINVAL` when it is no port.
 */
export function messagePort(port: PortLike): Transport {
  return portTransport(port, () => detectRuntime().clock);
}
