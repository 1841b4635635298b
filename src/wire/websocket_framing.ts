/**
 * WebSocket frames, headers and control frames: RFC 6455 §5.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import type { ZmqError } from "../base/errors.ts";
import { writeLength } from "./framing.ts";
import { Masker, nextKey, writeKey } from "./masking.ts";

/** The last frame of a message. */
export const FINAL = 0x80;
/** Bits for extensions; there is none. */
export const EXTENSION_BITS = 0x70;
/** A frame that goes on with a message. */
export const CONTINUATION = 0x0;
/** A message of octets. */
export const BINARY = 0x2;
/** A message of text. */
export const TEXT = 0x1;
/** Ends the connection. */
export const CLOSE = 0x8;
/** Asks for a Pong. */
export const PING = 0x9;
/** Answers a Ping. */
export const PONG = 0xa;
/** Control frames have this bit. */
export const CONTROL = 0x8;

/** The payload is masked; with the length in the second octet. */
export const MASKED = 0x80;
/** The length follows in two octets. */
export const LENGTH_16 = 126;
/** The length follows in eight octets. */
export const LENGTH_64 = 127;

/** The longest payload of a control frame. RFC 6455 §5.5. */
export const MAX_CONTROL = 125;
/** The longest header: both octets, a length of eight, a key. */
export const MAX_WEBSOCKET_HEADER = 14;

/** Codes of a Close. RFC 6455 §7.4.1. */
export const closeCodes = {
  /** The purpose is fulfilled. */
  normal: 1000,
  /** The peer goes elsewhere, or is shut down. */
  goingAway: 1001,
  /** The protocol was broken. */
  protocol: 1002,
  /** A kind of data that is not accepted. */
  unacceptable: 1003,
  /** Text that is no UTF-8. */
  notUtf8: 1007,
  /** Whoever it is may not do that. */
  policy: 1008,
  /** A message beyond the limit. */
  tooBig: 1009,
  /** Something else went wrong. */
  internal: 1011,
} as const;

/** The reasons of errors that a peer's frames are refused with. */
export const webSocketReasons = {
  /** None of the others. */
  unspecified: "ERR_WS_UNSPECIFIED",
  /** A message of text. */
  text: "ERR_WS_TEXT",
  /** A Close whose reason is no UTF-8. */
  notUtf8: "ERR_WS_NOT_UTF8",
} as const;

/** Octets of a Close without a reason. */
const CODE_LENGTH = 2;

/** Writes a header up to the key, and returns where it ends. */
export function writeWebSocketHeader(
  out: Uint8Array,
  at: number,
  opcode: number,
  length: number,
  maskBit: number,
): number {
  out[at] = FINAL | opcode;
  if (length < LENGTH_16) {
    out[at + 1] = maskBit | length;
    return at + 2;
  }
  if (length < 0x10000) {
    out[at + 1] = maskBit | LENGTH_16;
    out[at + 2] = length >>> 8;
    out[at + 3] = length;
    return at + 4;
  }
  out[at + 1] = maskBit | LENGTH_64;
  writeLength(out, at + 2, length);
  return at + 10;
}

/** One whole control frame. */
export function encodeControl(
  opcode: number,
  payload: Uint8Array,
  masks: boolean,
): Uint8Array {
  const frame = new Uint8Array(2 + (masks ? 4 : 0) + payload.length);
  const maskBit = masks ? MASKED : 0;
  let at = writeWebSocketHeader(frame, 0, opcode, payload.length, maskBit);
  const key = masks ? nextKey() : 0;
  if (masks) at = writeKey(frame, at, key);
  frame.set(payload, at);
  if (masks) new Masker().apply(frame, at, frame.length, key);
  return frame;
}

/** One whole Close; without a code it says nothing. */
export function encodeClose(
  code: number | undefined,
  masks: boolean,
): Uint8Array {
  if (code === undefined) return encodeControl(CLOSE, EMPTY, masks);
  const payload = new Uint8Array(CODE_LENGTH);
  payload[0] = code >>> 8;
  payload[1] = code;
  return encodeControl(CLOSE, payload, masks);
}

/** What tells the peer why the connection is ended. */
export function closeCodeOf(error: ZmqError | undefined): number {
  switch (error?.code) {
    case undefined:
      return closeCodes.normal;
    case "EMSGSIZE":
      return closeCodes.tooBig;
    case "EACCES":
    case "ETIMEDOUT":
      return closeCodes.policy;
    case "EPROTO":
      break;
    default:
      return closeCodes.internal;
  }
  switch (error?.reason) {
    case webSocketReasons.text:
      return closeCodes.unacceptable;
    case webSocketReasons.notUtf8:
      return closeCodes.notUtf8;
  }
  return closeCodes.protocol;
}

/**
 * True for a code that may be in a Close: RFC 6455 §7.4, and what IANA has
 * registered since. 1004, 1005, 1006 and 1015 are for nobody to send.
 */
export function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
    (code >= 3000 && code <= 4999);
}
