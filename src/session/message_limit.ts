/**
 * How large a message of a peer may become while its frames arrive.
 *
 * @module
 */

import { ZmqError } from "../base/errors.ts";
import type { Options } from "../options/options.ts";
import { FRAME_OCTETS } from "../routing/pipe.ts";

/**
 * Frames that count nothing beside their octets: an envelope and some fields
 * are no attempt to fill memory with frames of no octets.
 */
const FREE_FRAMES = 16;

/**
 * Checks a message that has so many frames and octets by now.
 *
 * @throws {ZmqError} `EMSGSIZE` when it is too large.
 */
export function checkMessage(
  { maxMessageParts, maxMessageBytes }: Options,
  frames: number,
  octets: number,
): void {
  if (maxMessageParts >= 0 && frames > maxMessageParts) {
    throw tooLarge(`a message of ${frames} frames`, maxMessageParts);
  }
  if (maxMessageBytes < 0) return;
  const more = frames > FREE_FRAMES ? frames - FREE_FRAMES : 0;
  if (octets + more * FRAME_OCTETS > maxMessageBytes) {
    const what = `a message of ${octets} octets in ${frames} frames`;
    throw tooLarge(what, maxMessageBytes);
  }
}

/** The error for what is beyond a limit. */
export function tooLarge(what: string, limit: number): ZmqError {
  return new ZmqError(
    "EMSGSIZE",
    `Cannot accept ${what}: the limit is ${limit}`,
  );
}
