/**
 * Finds out which runtime this is. Nothing is looked at before it is asked
 * for.
 *
 * @module
 */

import type { Runtime } from "../src/transport/runtime.ts";
import { bunRuntime } from "./bun/runtime.ts";
import { denoRuntime } from "./deno/runtime.ts";
import { nodeRuntime } from "./node/runtime.ts";
import { webRuntime } from "./web/runtime.ts";

let detected: Runtime | undefined;

/** The runtime at hand: Bun, Deno, Node, or else the Web. */
export function detectRuntime(): Runtime {
  return detected ??= detect();
}

function detect(): Runtime {
  // Bun and Deno have a `process` too: they are asked for first.
  if ("Bun" in globalThis) return bunRuntime();
  if ("Deno" in globalThis) return denoRuntime();
  const isNode = typeof process === "object" &&
    typeof process.getBuiltinModule === "function";
  return isNode ? nodeRuntime() : webRuntime();
}
