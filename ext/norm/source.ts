/**
 * The names of publishers: who they are, and where they send from.
 *
 * @module
 */

import type { LibNorm } from "./library.ts";

/** Octets of an IPv6 address. */
const LONGEST_HOST = 16;

/** The name of a publisher: `norm://2,10.77.0.2:5557`. */
export function nameOf({ calls }: LibNorm, sender: bigint): string {
  const id = calls.NormNodeGetId(sender);
  const octets = new Uint8Array(LONGEST_HOST);
  const length = new Uint32Array([LONGEST_HOST]);
  const port = new Uint16Array(1);
  if (!calls.NormNodeGetAddress(sender, octets, length, port)) {
    return `norm://${id}`;
  }
  const host = hostOf(octets, length[0]!);
  return `norm://${id},${host.includes(":") ? `[${host}]` : host}:${port[0]}`;
}

/** An address of so many octets, as text. */
function hostOf(octets: Uint8Array, length: number): string {
  return length === LONGEST_HOST
    ? groupsOf(octets).join(":")
    : octets.subarray(0, length).join(".");
}

function groupsOf(octets: Uint8Array): string[] {
  const view = new DataView(octets.buffer);
  return Array.from(
    { length: LONGEST_HOST / 2 },
    (_, index) => view.getUint16(2 * index).toString(16),
  );
}
