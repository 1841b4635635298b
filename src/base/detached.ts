/**
 * Views whose memory is gone: their buffer was transferred, as `postMessage`
 * and `structuredClone` do, or was made shorter. They look like empty ones.
 *
 * @module
 */

import { ZmqError } from "./errors.ts";

/** `ZmqError.reason` where memory was taken away that was still needed. */
const REASON = "ERR_MEMORY_DETACHED";

/** True for a view of length 0 that is not empty: its memory is gone. */
export function isDetached(view: ArrayLike<number>): boolean {
  try {
    // It reads nothing of an empty one, and throws where there is no memory.
    Uint8Array.prototype.at.call(view as Uint8Array, 0);
    return false;
  } catch {
    return true;
  }
}

/**
 * Checks that so many octets which waited are still there as had arrived.
 *
 * @throws {ZmqError} `EINVAL`: a frame out of the same chunk was received, and
 * its buffer, which is the chunk's, was transferred.
 */
export function checkWaiting(length: number, arrived: number): void {
  if (length === arrived) return;
  throw detached(
    "Lost what was received and waited: its memory was transferred with the " +
      "buffer of a frame; transfer that of its slice() instead",
  );
}

/**
 * Checks that so many octets which go by reference are still there as were
 * sent: the peer was told, or will be, how many come.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function checkUnsent(length: number, sent: number): void {
  if (length === sent) return;
  throw detached(
    "Cannot write a frame that was sent: its buffer was transferred, or made " +
      "shorter, before it had left",
  );
}

/** The error of who took memory away that was still needed. */
export function detached(text: string, cause?: unknown): ZmqError {
  return new ZmqError("EINVAL", text, { reason: REASON, cause });
}
