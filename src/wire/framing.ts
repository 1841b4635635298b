/**
 * ZMTP 2.0/3.x framing, headers: RFC 37 §3 "framing".
 *
 * @module
 */

import { readU32 } from "../base/bytes.ts";
import { protocolError } from "../base/errors.ts";

/** More frames of the same message follow. */
export const MORE = 0x01;
/** The size is eight octets long. */
export const LONG = 0x02;
/** The frame is a command. */
export const COMMAND = 0x04;
/** Bits that MUST be zero. */
export const RESERVED = 0xf8;

/** The longest body with a size of one octet. */
export const MAX_SHORT_BODY = 255;
/** The longest header: flags and a size of eight octets. */
export const MAX_HEADER = 9;

const TWO_32 = 2 ** 32;

/** How many octets the header of a frame with such a body takes. */
export function headerSize(length: number): number {
  return length > MAX_SHORT_BODY ? MAX_HEADER : 2;
}

/** Writes a frame's header and returns where its body begins. */
export function writeHeader(
  out: Uint8Array,
  at: number,
  flags: number,
  length: number,
): number {
  if (length <= MAX_SHORT_BODY) {
    out[at] = flags;
    out[at + 1] = length;
    return at + 2;
  }
  out[at] = flags | LONG;
  writeLength(out, at + 1, length);
  return at + MAX_HEADER;
}

/** Writes a length of eight octets. */
export function writeLength(
  out: Uint8Array,
  at: number,
  length: number,
): void {
  const high = Math.floor(length / TWO_32);
  out[at] = 0;
  out[at + 1] = high >>> 16;
  out[at + 2] = high >>> 8;
  out[at + 3] = high;
  out[at + 4] = length >>> 24;
  out[at + 5] = length >>> 16;
  out[at + 6] = length >>> 8;
  out[at + 7] = length;
}

/** One whole frame in octets of its own. */
export function encodeFrame(flags: number, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headerSize(body.length) + body.length);
  frame.set(body, writeHeader(frame, 0, flags, body.length));
  return frame;
}

/**
 * The length of a body in the header of a long frame.
 *
 * @throws {ZmqError} `EPROTO` when no memory could hold it.
 */
export function readLength(bytes: Uint8Array, at: number): number {
  const high = readU32(bytes, at);
  const low = readU32(bytes, at + 4);
  // RFC 37 allows up to 2^63-1; sizes beyond 2^53 are no numbers here, and no
  // memory holds them.
  if (high > 0x1fffff) {
    throw protocolError(
      "ERR_ZMTP_UNSPECIFIED",
      `Cannot decode a frame of ${(BigInt(high) << 32n) + BigInt(low)} octets`,
    );
  }
  return high * TWO_32 + low;
}
