/**
 * What a version's `node:net` can do.
 *
 * @module
 */

import { builtin } from "../builtin.ts";

/** True when the number of probes and their interval can be set. */
export function hasKeepaliveProbes(): boolean {
  return builtin("node:net").Socket.prototype.setKeepAlive.length >= 4;
}

/** True when the type of service can be set. */
export function hasTypeOfService(): boolean {
  return "setTypeOfService" in builtin("node:net").Socket.prototype;
}
