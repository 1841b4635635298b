/**
 * The framing of libzmq over NORM: a stream of frames of ZMTP 2.0 and later,
 * RFC 23, with one octet before each of them: 00 where a message begins, FF
 * before its other frames. The transport tells where in the stream something
 * begins; a subscriber joins at the first message from there on.
 *
 * @module
 */

import { concat, EMPTY } from "../base/bytes.ts";
import { checkWaiting } from "../base/detached.ts";
import { protocolError, ZmqError } from "../base/errors.ts";
import {
  FrameDecoder,
  type FrameLimits,
  type FrameSink,
} from "./frame_decoder.ts";
import {
  headerSize,
  LONG,
  MAX_HEADER,
  MORE,
  readLength,
  writeHeader,
} from "./framing.ts";
import type { UnitDecoder, UnitEncoder, UnitFraming } from "./multicast.ts";

/** The octet before a frame with which a message begins. */
const FIRST = 0x00;
/** The octet before every other frame. */
const LATER = 0xff;
/** The longest header, with the octet before it. */
const MAX_MARKED = 1 + MAX_HEADER;
/** Octets of a unit, where the transport has none that is better. */
const UNIT = 4096;

interface Frame {
  readonly flags: number;
  readonly body: Uint8Array;
}

/**
 * Makes units of messages. A unit ends with a message wherever the message
 * has room in one: the transport marks the end of such units, and the marks
 * are where subscribers join.
 */
export class MarkedFrameEncoder implements UnitEncoder, FrameSink {
  readonly #decoder = new FrameDecoder(this, { message: -1, command: -1 });
  readonly #unit: Uint8Array;
  #frames: Frame[] = [];
  #index = 0;
  #pending = 0;
  // What is left of the body under way.
  #body: Uint8Array = EMPTY;
  // The next frame begins a message.
  #isFirst = true;

  /** @param unit octets of a unit of several frames. */
  constructor(unit: number = UNIT) {
    this.#unit = new Uint8Array(Math.max(unit, MAX_MARKED));
  }

  get pending(): number {
    return this.#pending;
  }

  get endsMessage(): boolean {
    return this.#isFirst && this.#body.length === 0;
  }

  push(parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#decoder.push(part);
  }

  frame(flags: number, body: Uint8Array): boolean {
    this.#frames.push({ flags, body });
    this.#pending += 1 + headerSize(body.length) + body.length;
    return true;
  }

  next(more: () => void): Uint8Array | undefined {
    const unit = this.#unit;
    if (this.#body.length >= unit.length) return this.#rest();
    let at = this.#copy(0);
    while (at < unit.length) {
      if (this.#index === this.#frames.length) more();
      const begun = this.#begin(at);
      if (begun === at) break;
      at = this.#copy(begun);
    }
    this.#pending -= at;
    return at === 0 ? undefined : unit.subarray(0, at);
  }

  /** What is left of a long body is sent from where it is. */
  #rest(): Uint8Array {
    const body = this.#body;
    this.#body = EMPTY;
    this.#pending -= body.length;
    return body;
  }

  /** Begins the next frame, if there is one and it has its room. */
  #begin(at: number): number {
    const frame = this.#frames[this.#index];
    if (frame === undefined) return at;
    const { flags, body } = frame;
    const unit = this.#unit;
    const needed = 1 + headerSize(body.length) +
      (this.#isFirst ? body.length : 0);
    if (at > 0 && at + needed > unit.length) return at;
    this.#index++;
    if (this.#index === this.#frames.length) {
      this.#frames = [];
      this.#index = 0;
    }
    unit[at] = this.#isFirst ? FIRST : LATER;
    this.#body = body;
    this.#isFirst = (flags & MORE) === 0;
    return writeHeader(unit, at + 1, flags & MORE, body.length);
  }

  /** Copies what there is room for; where the copy ends. */
  #copy(at: number): number {
    const body = this.#body;
    const length = Math.min(body.length, this.#unit.length - at);
    this.#unit.set(
      length === body.length ? body : body.subarray(0, length),
      at,
    );
    this.#body = length === body.length ? EMPTY : body.subarray(length);
    return at + length;
  }
}

/** Understands the stream of one source, from the beginning of a frame on. */
export class MarkedFrameDecoder implements UnitDecoder {
  readonly #decoder: FrameDecoder;
  readonly #limits: FrameLimits;
  // A header that has not come whole.
  readonly #header = new Uint8Array(MAX_MARKED);
  #headerLength = 0;
  // Octets of the body under way that have not come yet.
  #missing = 0;
  // The frame under way belongs to a message that began before.
  #skips = false;
  #joined = false;
  // The last frame was not the last of its message.
  #more = false;
  #chunk: Uint8Array = EMPTY;
  // Octets of the chunk: see `FrameDecoder`.
  #size = 0;
  #at = 0;

  /** Makes a decoder as `FrameDecoder` is made. */
  constructor(sink: FrameSink, limits: FrameLimits) {
    this.#decoder = new FrameDecoder(sink, limits);
    this.#limits = limits;
  }

  get stopped(): boolean {
    return this.#decoder.stopped;
  }

  get joined(): boolean {
    return this.#joined;
  }

  push(octets: Uint8Array): void {
    checkWaiting(this.#chunk.length, this.#size);
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = rest.length === 0 ? octets : concat([rest, octets]);
    this.#size = this.#chunk.length;
    this.#at = 0;
    this.#decode();
  }

  resume(): void {
    checkWaiting(this.#chunk.length, this.#size);
    this.#decoder.resume();
    this.#decode();
  }

  #decode(): void {
    const chunk = this.#chunk;
    while (this.#at < chunk.length && !this.#decoder.stopped) {
      if (this.#missing > 0) this.#takeBody();
      else if (this.#headerLength > 0) this.#takeOctet();
      else if (chunk.length - this.#at < MAX_MARKED) this.#takeOctet();
      else this.#takeFrame(chunk, this.#at);
    }
    if (this.#at < chunk.length) return;
    this.#chunk = EMPTY;
    this.#size = this.#at = 0;
  }

  #takeBody(): void {
    const chunk = this.#chunk;
    const end = Math.min(chunk.length, this.#at + this.#missing);
    const piece = chunk.subarray(this.#at, end);
    this.#missing -= piece.length;
    this.#at = end;
    if (!this.#skips) this.#decoder.push(piece);
  }

  /** Takes one octet of a header that comes in pieces. */
  #takeOctet(): void {
    const header = this.#header;
    header[this.#headerLength++] = this.#chunk[this.#at++]!;
    // What is wrong is refused on sight.
    if (this.#headerLength === 1) this.#checkMark(header[0]!);
    if (this.#headerLength === 2) checkFlags(header[1]!);
    if (this.#headerLength < 1 + 2) return;
    const size = markedSize(header, 0);
    if (this.#headerLength < size) return;
    this.#headerLength = 0;
    this.#missing = this.#begin(header, 0);
    if (!this.#skips) this.#decoder.push(header.subarray(1, size));
  }

  /** Takes a frame, or its beginning, whose header has come whole. */
  #takeFrame(chunk: Uint8Array, at: number): void {
    const length = this.#begin(chunk, at);
    const end = at + markedSize(chunk, at) + length;
    this.#at = Math.min(end, chunk.length);
    this.#missing = end - this.#at;
    if (!this.#skips) this.#decoder.push(chunk.subarray(at + 1, this.#at));
  }

  /** Begins a frame; the octets of its body. */
  #begin(octets: Uint8Array, at: number): number {
    const mark = octets[at]!;
    const flags = octets[at + 1]!;
    this.#checkMark(mark);
    checkFlags(flags);
    this.#joined ||= mark === FIRST;
    this.#skips = !this.#joined;
    this.#more = (flags & MORE) !== 0;
    const length = (flags & LONG) !== 0
      ? readLength(octets, at + 2)
      : octets[at + 2]!;
    // What is skipped takes no memory, but ends some time.
    const limit = this.#limits.message;
    if (this.#skips && limit >= 0 && length > limit) {
      throw new ZmqError(
        "EMSGSIZE",
        `Cannot skip a frame of ${length} octets: the limit is ${limit}`,
      );
    }
    return length;
  }

  #checkMark(mark: number): void {
    if (mark !== FIRST && mark !== LATER) {
      throw malformed(`0x${mark.toString(16)} before a frame`);
    }
    // A frame between the two was lost, and no octet shows it.
    if (this.#joined && (mark === LATER) !== this.#more) {
      throw malformed(
        this.#more
          ? "a message that begins inside of another one"
          : "a later frame of a message that has ended",
      );
    }
  }
}

/** What NORM needs. */
export const markedFrames: UnitFraming = {
  encoder: (maxUnit) => new MarkedFrameEncoder(maxUnit),
  decoder: (sink, limits) => new MarkedFrameDecoder(sink, limits),
};

/** Octets of a header, with the one before it. */
function markedSize(octets: Uint8Array, at: number): number {
  return (octets[at + 1]! & LONG) !== 0 ? MAX_MARKED : 1 + 2;
}

function checkFlags(flags: number): void {
  if ((flags & ~(MORE | LONG)) !== 0) {
    throw malformed(`a frame with flags 0x${flags.toString(16)}`);
  }
}

function malformed(what: string): Error {
  return protocolError("ERR_ZMTP_UNSPECIFIED", `Cannot decode ${what}`);
}
