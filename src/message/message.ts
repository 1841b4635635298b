/**
 * Frames and messages, and what users may pass for them.
 *
 * @module
 */

import { EMPTY, toBytes } from "../base/bytes.ts";
import { quote, ZmqError } from "../base/errors.ts";

/**
 * One frame as a user may pass it: text becomes UTF-8, a view keeps its
 * octets, `null` is an empty frame and a number its decimal text (both as in
 * zeromq.js).
 */
export type FrameLike =
  | string
  | Uint8Array
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer
  | number
  | null;

/** One message as a user may pass it: a frame, or a list of at least one. */
export type MessageLike = FrameLike | readonly FrameLike[];

/** One message: its frames, plain `Uint8Array`s on every runtime. */
export type Message = Uint8Array[];

/**
 * The octets of what a user passed as a frame; views share their memory.
 *
 * @throws {ZmqError} `EINVAL` when the value is no frame.
 */
export function toFrame(value: FrameLike): Uint8Array {
  if (typeof value === "string") return toBytes(value);
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value === null) return EMPTY;
  if (typeof value === "number") return toBytes(String(value));
  if (
    typeof SharedArrayBuffer !== "undefined" &&
    value instanceof SharedArrayBuffer
  ) {
    return new Uint8Array(value);
  }
  throw new ZmqError(
    "EINVAL",
    `Cannot send ${quote(value)}: expected a string, a Uint8Array, another ` +
      "view, an ArrayBuffer, a number or null",
  );
}

/**
 * The frames of what a user passed as a message, in an array of its own.
 *
 * @throws {ZmqError} `EINVAL` when the value is no message, or has no frame.
 */
export function toMessage(value: MessageLike): Message {
  if (value instanceof Uint8Array) return [value];
  if (!Array.isArray(value)) return [toFrame(value as FrameLike)];
  if (value.length === 0) {
    throw new ZmqError(
      "EINVAL",
      "Cannot send an empty array: expected at least one frame",
    );
  }
  const frames: Message = new Array(value.length);
  for (let i = 0; i < value.length; i++) {
    frames[i] = toFrame(value[i] as FrameLike);
  }
  return frames;
}

/** The octets of all frames together. */
export function messageSize(frames: readonly Uint8Array[]): number {
  if (frames.length === 1) return frames[0]!.length;
  let size = 0;
  for (let i = 0; i < frames.length; i++) size += frames[i]!.length;
  return size;
}
