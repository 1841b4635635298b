/**
 * The names of publishers: who they are, and where they send from.
 *
 * @module
 */

import type { LibNorm } from "./library.ts";

/** Octets of an IPv6 address. */
const LONGEST = 16;

/** The name of a publisher: `norm://2,10.77.0.2:5557`. */
export function nameOf({ calls }: LibNorm, sender: bigint): string {
  const id = calls.NormNodeGetId(sender);
  const octets = new Uint8Array(LONGEST);
  const length = new Uint32Array([LONGEST]);
  const port = new Uint16Array(1);
  if (!calls.NormNodeGetAddress(sender, octets, length, port)) {
    return `norm://${id}`;
  }
  const host = length[0] === LONGEST
    ? `[${groupsOf(octets).join(":")}]`
    : octets.subarray(0, length[0]).join(".");
  return `norm://${id},${host}:${port[0]}`;
}

function groupsOf(octets: Uint8Array): string[] {
  const view = new DataView(octets.buffer);
  return Array.from(
    { length: LONGEST / 2 },
    (_, index) => view.getUint16(2 * index).toString(16),
  );
}
