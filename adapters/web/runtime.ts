/**
 * Browsers, and whatever else has the Web's globals only, as a
 * {@linkcode Runtime}: a clock, and no transport of its own.
 *
 * @module
 */

import type { Runtime } from "../../src/transport/runtime.ts";
import { systemClock } from "../clock.ts";

/** The runtime for browsers. */
export function webRuntime(): Runtime {
  return {
    name: "web",
    transports: [],
    clock: systemClock(),
    options: new Set(),
  };
}
