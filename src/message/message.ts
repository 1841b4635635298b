/**
 * Frames and messages, and what users may pass for them.
 *
 * @module
 */

import { toBytes } from "../base/bytes.ts";
import { detached, isDetached } from "../base/detached.ts";
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

/** Says what is done with a frame, in the error that it is none. */
type Verb =
  | "send"
  | "subscribe to"
  | "unsubscribe from"
  | "join"
  | "leave"
  | "use";

/**
 * The octets of what a user passed as a frame; views share their memory.
 *
 * @throws {ZmqError} `EINVAL` when the value is no frame, or has lost its
 * memory.
 */
export function toFrame(value: FrameLike, verb: Verb = "send"): Uint8Array {
  if (typeof value === "string") return toBytes(value);
  if (value instanceof Uint8Array) {
    return value.length > 0 ? value : checkEmpty(value, verb);
  }
  if (value === null) return new Uint8Array(0);
  if (typeof value === "number") return toBytes(String(value));
  let octets: Uint8Array | undefined;
  try {
    octets = octetsOf(value);
  } catch (error) {
    throw gone(verb, error);
  }
  if (octets !== undefined) return octets;
  throw new ZmqError(
    "EINVAL",
    `Cannot ${verb} ${quote(value)}: expected a string, a Uint8Array, ` +
      "another view, an ArrayBuffer, a number or null",
  );
}

/** Empty, or without memory: it would go out as an empty frame. */
function checkEmpty(value: Uint8Array, verb: Verb): Uint8Array {
  if (isDetached(value)) throw gone(verb);
  return value;
}

/** The octets of a view or a buffer; throws where their memory is gone. */
function octetsOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    const octets = new Uint8Array(buffer, byteOffset, byteLength);
    // Beyond the end of its buffer, all but a DataView says that it is empty.
    const isArray = "length" in value;
    if (byteLength === 0 && isArray && isDetached(value as Uint8Array)) {
      throw new TypeError("The view is out of the bounds of its buffer");
    }
    return octets;
  }
  // By the tag: one of another realm is no instance of ours.
  const tag = Object.prototype.toString.call(value);
  if (tag !== "[object ArrayBuffer]" && tag !== "[object SharedArrayBuffer]") {
    return undefined;
  }
  const octets = new Uint8Array(value as ArrayBuffer);
  // Of what only bears the tag, it is a copy.
  return octets.buffer === value ? octets : undefined;
}

function gone(verb: Verb, cause?: unknown): ZmqError {
  return detached(
    `Cannot ${verb} a frame without memory: its buffer was transferred, or ` +
      "made shorter",
    cause,
  );
}

/**
 * The frames of what a user passed as a message, in an array of its own.
 *
 * @throws {ZmqError} `EINVAL` when the value is no message, has no frame, or
 * one that has lost its memory.
 */
export function toMessage(value: MessageLike): Message {
  if (value instanceof Uint8Array && value.length > 0) return [value];
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

/**
 * Checks that frames still have their memory.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function checkFrames(frames: readonly Uint8Array[]): void {
  for (const frame of frames) if (frame.length === 0) checkEmpty(frame, "send");
}

/** The octets of all frames together. */
export function messageSize(frames: readonly Uint8Array[]): number {
  if (frames.length === 1) return frames[0]!.length;
  let size = 0;
  for (let i = 0; i < frames.length; i++) size += frames[i]!.length;
  return size;
}
