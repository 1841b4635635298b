/**
 * Finds out which runtime this is. Nothing is looked at before it is asked
 * for.
 *
 * @module
 */

import type { Runtime } from "../src/transport/runtime.ts";
import { bunRuntime } from "./bun/runtime.ts";
import { denoRuntime } from "./deno/runtime.ts";
import type { LoadNativeSockets } from "./native_support.ts";
import { nodeRuntime } from "./node/runtime.ts";
import { webRuntime } from "./web/runtime.ts";

const detected = new Map<LoadNativeSockets | undefined, Runtime>();

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
