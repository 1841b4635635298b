/**
 * ZMTP 2.0/3.x framing, reading side: RFC 37 §3 "framing".
 *
 * A pure function of the octet stream: the same octets in any chunking give
 * the same frames. It knows no I/O; it is fed chunks and calls a sink.
 *
 * @module
 */

import { concat, EMPTY } from "../base/bytes.ts";
import { checkWaiting } from "../base/detached.ts";
import { protocolError, ZmqError } from "../base/errors.ts";
import {
  COMMAND,
  LONG,
  MAX_HEADER,
  MORE,
  readLength,
  RESERVED,
} from "./framing.ts";
import { type MemorySource, PartialBody } from "./partial_body.ts";

export type { MemorySource } from "./partial_body.ts";

/** What the decoder hands its frames to. */
export interface FrameSink {
  /**
   * Takes a frame. The body is a view of the chunk it came in wherever it
   * came whole. `false` stops the decoder after this frame.
   */
  frame(flags: number, body: Uint8Array): boolean;
}

/** Octets in, frames out: the reading side of a framing. */
export interface Decoder {
  /** True while a chunk waits because the sink stopped the decoder. */
  readonly stopped: boolean;
  /** Where the next octets may be read to; then `filled` is called. */
  readonly room: Uint8Array | undefined;
  /** Takes octets that were read into `room`. Throws as `push` does. */
  filled(length: number): void;
  /**
   * Decodes a chunk, or keeps it while the decoder is stopped.
   *
   * @throws {ZmqError} `EPROTO` on a malformed frame, `EMSGSIZE` on one
   * beyond its limit. Nothing may be fed afterwards.
   */
  push(chunk: Uint8Array): void;
  /**
   * Goes on with the chunk that was stopped in. Throws as `push` does, and
   * `EINVAL` when its memory is gone.
   */
  resume(): void;
}

/** Limits that hold before anything is allocated. Octets; -1 is no limit. */
export interface FrameLimits {
  /** The longest body of a message frame. */
  message: number;
  /** The longest body of a command frame. */
  command: number;
}

/** Decodes a stream of chunks into frames. */
export class FrameDecoder implements Decoder {
  /** The limits in force; may be changed between frames. */
  readonly limits: FrameLimits;
  readonly #sink: FrameSink;
  #chunk: Uint8Array = EMPTY;
  // Octets of the chunk. Frames are views of it: who gets one may take it all.
  #size = 0;
  #at = 0;
  #stopped = false;
  // A frame that is not whole yet: its header, or a body of known size.
  #header: Uint8Array = EMPTY;
  #headerLength = 0;
  #flags = 0;
  #inBody = false;
  readonly #body: PartialBody;

  /**
   * Makes a decoder that calls the sink for every whole frame.
   *
   * @param memory where the bodies of frames that come in pieces get theirs;
   * it is filled before anybody sees it.
   */
  constructor(
    sink: FrameSink,
    limits: FrameLimits,
    memory: MemorySource = {},
  ) {
    this.#sink = sink;
    this.limits = limits;
    this.#body = new PartialBody(memory);
  }

  /** True while a chunk waits because the sink stopped the decoder. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** True in the middle of a frame. */
  get partial(): boolean {
    return this.#headerLength > 0 || this.#inBody;
  }

  /**
   * Where the next octets belong, when much of a long frame is still to come:
   * who can read into it saves a copy, and calls `filled`.
   */
  get room(): Uint8Array | undefined {
    return this.#stopped ? undefined : this.#body.room;
  }

  /** Takes octets that were read into `room`. Throws as `push` does. */
  filled(length: number): void {
    this.#body.filled(length);
    if (this.#body.missing > 0) return;
    this.#at = 0;
    this.#emit(this.#flags, this.#takeBody());
  }

  /**
   * Decodes a chunk. While the decoder is stopped, chunks are kept: whoever
   * feeds it must stop reading.
   *
   * @throws {ZmqError} `EPROTO` on a malformed frame, `EMSGSIZE` on one
   * beyond its limit. Nothing may be fed afterwards.
   */
  push(chunk: Uint8Array): void {
    if (this.#stopped) {
      checkWaiting(this.#chunk.length, this.#size);
      const rest = this.#chunk.subarray(this.#at);
      this.#chunk = rest.length === 0 ? chunk : concat([rest, chunk]);
      this.#size = this.#chunk.length;
      this.#at = 0;
      return;
    }
    this.#chunk = chunk;
    this.#size = chunk.length;
    this.#at = 0;
    this.#decode();
  }

  /**
   * Goes on with the chunk that was stopped in. Throws as `push` does, and
   * `EINVAL` when its memory is gone.
   */
  resume(): void {
    if (!this.#stopped) return;
    checkWaiting(this.#chunk.length, this.#size);
    this.#stopped = false;
    this.#decode();
  }

  #decode(): void {
    const chunk = this.#chunk;
    const end = chunk.length;
    let at = this.#at;
    if (this.#inBody || this.#headerLength > 0) {
      at = this.#finishPartial();
      if (at < 0) return;
    }
    // Asked for once: the buffer of a view costs as much as making a view.
    const { buffer, byteOffset } = chunk;
    while (at < end) {
      const flags = chunk[at]!;
      // One test for everything that is rare: LONG, COMMAND, reserved bits.
      if (flags > MORE || end - at < 2) {
        if (end - at < headerNeeds(flags)) break;
        if ((flags & LONG) !== 0) {
          const length = readLength(chunk, at + 1);
          this.#check(flags, length);
          at += MAX_HEADER;
          if (end - at < length) {
            this.#begin(flags, length, chunk.subarray(at));
            return;
          }
          this.#at = at + length;
          at = this.#emit(
            flags,
            new Uint8Array(buffer, byteOffset + at, length),
          );
          if (at < 0) return;
          continue;
        }
      }
      const length = chunk[at + 1]!;
      this.#check(flags, length);
      at += 2;
      if (end - at < length) {
        this.#begin(flags, length, chunk.subarray(at));
        return;
      }
      this.#at = at + length;
      at = this.#emit(
        flags,
        new Uint8Array(buffer, byteOffset + at, length),
      );
      if (at < 0) return;
    }
    if (at < end) {
      this.#headerLength = end - at;
      this.#header = new Uint8Array(MAX_HEADER);
      this.#header.set(chunk.subarray(at));
      // Reserved bits are refused on sight, not when the size has arrived.
      this.#check(this.#header[0]!, 0);
    }
    this.#release();
  }

  /** Hands a frame over; the position to go on from, or -1 when stopped. */
  #emit(flags: number, body: Uint8Array): number {
    if (this.#sink.frame(flags & ~LONG, body)) return this.#at;
    this.#stopped = true;
    return -1;
  }

  #release(): void {
    this.#chunk = EMPTY;
    this.#size = this.#at = 0;
  }

  #begin(flags: number, length: number, piece: Uint8Array): void {
    this.#flags = flags;
    this.#inBody = true;
    this.#body.expect(length);
    if (piece.length > 0) this.#body.add(piece);
    this.#release();
  }

  /** The body that has become whole. */
  #takeBody(): Uint8Array {
    this.#inBody = false;
    return this.#body.take();
  }

  /** Completes what an earlier chunk began. -1: nothing more to decode. */
  #finishPartial(): number {
    const chunk = this.#chunk;
    let at = this.#at;
    if (!this.#inBody) {
      const header = this.#header;
      const needed = headerNeeds(header[0]!);
      while (this.#headerLength < needed && at < chunk.length) {
        header[this.#headerLength++] = chunk[at++]!;
      }
      if (this.#headerLength < needed) {
        this.#release();
        return -1;
      }
      this.#flags = header[0]!;
      const length = (this.#flags & LONG) !== 0
        ? readLength(header, 1)
        : header[1]!;
      this.#check(this.#flags, length);
      this.#header = EMPTY;
      this.#headerLength = 0;
      this.#inBody = true;
      this.#body.expect(length);
    }
    const body = this.#body;
    const taken = Math.min(body.missing, chunk.length - at);
    if (taken > 0) body.add(chunk.subarray(at, at + taken));
    if (body.missing > 0) {
      this.#release();
      return -1;
    }
    this.#at = at + taken;
    return this.#emit(this.#flags, this.#takeBody());
  }

  #check(flags: number, length: number): void {
    if ((flags & RESERVED) !== 0) {
      throw protocolError(
        "ERR_ZMTP_UNSPECIFIED",
        `Cannot decode a frame with flags 0x${flags.toString(16)}: ` +
          "reserved bits must be zero",
      );
    }
    const command = (flags & COMMAND) !== 0;
    if (command && (flags & MORE) !== 0) {
      throw protocolError(
        "ERR_ZMTP_UNSPECIFIED",
        "Cannot decode a command frame that has the MORE bit",
      );
    }
    const limit = command ? this.limits.command : this.limits.message;
    if (limit >= 0 && length > limit) {
      throw new ZmqError(
        "EMSGSIZE",
        `Cannot accept a ${command ? "command" : "frame"} of ${length} ` +
          `octets: the limit is ${limit}`,
      );
    }
  }
}

function headerNeeds(flags: number): number {
  return (flags & LONG) !== 0 ? MAX_HEADER : 2;
}
