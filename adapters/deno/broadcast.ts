/**
 * Deno's `BroadcastChannel`, of the kind that may be unreferenced.
 *
 * @module
 */

import { builtin } from "../builtin.ts";
import type { BroadcastLike } from "../web/channel.ts";

/** Stays open: a channel that is opened while the last one closes is deaf. */
let spare: BroadcastLike | undefined;

/** Opens a channel that keeps the process running until it is unreferenced. */
export function openBroadcast(name: string): BroadcastLike {
  const { BroadcastChannel } = builtin("node:worker_threads");
  if (spare === undefined) {
    spare = new BroadcastChannel("isomq");
    spare.unref?.();
  }
  const channel: BroadcastLike = new BroadcastChannel(name);
  // What was told to another counts until this one is told something.
  channel.unref?.();
  channel.ref?.();
  return channel;
}
