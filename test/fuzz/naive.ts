/**
 * A second reader of ZMTP, as simple as can be: all octets at once, no limits,
 * no speed. What the engine makes of octets is compared with it.
 *
 * @module
 */

import { toKey } from "../../src/base/bytes.ts";

/** A frame as it stands in the octets. */
export interface NaiveFrame {
  readonly flags: number;
  readonly body: Uint8Array;
}

/** What octets hold. */
export interface NaiveFrames {
  readonly frames: readonly NaiveFrame[];
  /** True when the next header is one that must be refused. */
  readonly isBroken: boolean;
}

const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** Cuts octets into frames, to their end or to the first that is wrong. */
export function readFrames(octets: Uint8Array): NaiveFrames {
  const view = new DataView(
    octets.buffer,
    octets.byteOffset,
    octets.byteLength,
  );
  const frames: NaiveFrame[] = [];
  for (let at = 0; at < octets.length;) {
    const flags = octets[at]!;
    const isBroken = flags > (MORE | LONG | COMMAND) ||
      (flags & (COMMAND | MORE)) === (COMMAND | MORE);
    if (isBroken) return { frames, isBroken };
    const isLong = (flags & LONG) !== 0;
    const from = at + (isLong ? 9 : 2);
    if (from > octets.length) break;
    const size = isLong ? view.getBigUint64(at + 1) : BigInt(octets[at + 1]!);
    if (BigInt(octets.length - from) < size) break;
    at = from + Number(size);
    frames.push({ flags: flags & ~LONG, body: octets.slice(from, at) });
  }
  return { frames, isBroken: false };
}

/** The whole messages in frames; commands may come between their parts. */
export function messagesOf(frames: readonly NaiveFrame[]): string[][] {
  const messages: string[][] = [];
  let parts: string[] = [];
  for (const { flags, body } of frames) {
    if ((flags & COMMAND) !== 0) continue;
    parts.push(toKey(body));
    if ((flags & MORE) !== 0) continue;
    messages.push(parts);
    parts = [];
  }
  return messages;
}
