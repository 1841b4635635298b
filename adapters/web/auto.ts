/**
 * In place of `adapters/auto.ts` in what is built for browsers: there is one
 * runtime.
 *
 * @module
 */

import type { Runtime } from "../../src/transport/runtime.ts";
import type { Transport } from "../../src/transport/transport.ts";
import type { PortLike } from "./channel.ts";
import { portTransport } from "./ports.ts";
import { webRuntime } from "./runtime.ts";

export type { PortLike } from "./channel.ts";

let detected: Runtime | undefined;

/** The runtime at hand. */
export function detectRuntime(): Runtime {
  return detected ??= webRuntime();
}

/** A transport to the other end of a message port. */
export function messagePort(port: PortLike): Transport {
  return portTransport(port, () => detectRuntime().clock);
}
