/**
 * ZMTP 1.0 framing: RFC 13 "The Framing Layer". A length that counts the
 * flags too, the flags, the body.
 *
 * The decoder turns the headers into those of later versions and leaves the
 * rest to theirs, so that limits and memory are looked after in one place.
 *
 * @module
 */

import { concat, EMPTY } from "../base/bytes.ts";
import { protocolError } from "../base/errors.ts";
import {
  type Decoder,
  FrameDecoder,
  type FrameLimits,
  type FrameSink,
  type MemorySource,
} from "./frame_decoder.ts";
import {
  headerSize,
  MAX_HEADER,
  MORE,
  readLength,
  writeHeader,
  writeLength,
} from "./framing.ts";

/** The first octet of a long header: the length follows in eight. */
const LONG_MARK = 0xff;
const SHORT_HEADER = 2;
/** The longest header: the mark, eight octets, and the flags. */
export const MAX_OLD_HEADER = 10;

/** How many octets the header of a frame with such a body takes. */
export function oldHeaderSize(length: number): number {
  return length + 1 < LONG_MARK ? SHORT_HEADER : MAX_OLD_HEADER;
}

/** Writes a frame's header and returns where its body begins. */
export function writeOldHeader(
  out: Uint8Array,
  at: number,
  flags: number,
  length: number,
): number {
  const end = at + oldHeaderSize(length);
  if (end - at === SHORT_HEADER) out[at] = length + 1;
  else {
    out[at] = LONG_MARK;
    writeLength(out, at + 1, length + 1);
  }
  out[end - 1] = flags;
  return end;
}

/** One whole frame in octets of its own. */
export function encodeOldFrame(flags: number, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(oldHeaderSize(body.length) + body.length);
  frame.set(body, writeOldHeader(frame, 0, flags, body.length));
  return frame;
}

/** Decodes a stream of chunks into frames. */
export class OldFrameDecoder implements Decoder {
  readonly #decoder: FrameDecoder;
  readonly #header = new Uint8Array(MAX_OLD_HEADER);
  readonly #translated = new Uint8Array(MAX_HEADER);
  #headerLength = 0;
  // Octets of the body under way that have not come yet.
  #missing = 0;
  #chunk: Uint8Array = EMPTY;
  #at = 0;

  /** Makes a decoder as `FrameDecoder` is made. */
  constructor(sink: FrameSink, limits: FrameLimits, memory: MemorySource = {}) {
    this.#decoder = new FrameDecoder(sink, limits, memory);
  }

  get stopped(): boolean {
    return this.#decoder.stopped;
  }

  /** True in the middle of a frame. */
  get partial(): boolean {
    return this.#headerLength > 0 || this.#missing > 0 ||
      this.#at < this.#chunk.length;
  }

  get room(): Uint8Array | undefined {
    return this.#decoder.room;
  }

  filled(length: number): void {
    this.#missing -= length;
    this.#decoder.filled(length);
  }

  push(chunk: Uint8Array): void {
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = rest.length === 0 ? chunk : concat([rest, chunk]);
    this.#at = 0;
    this.#decode();
  }

  resume(): void {
    this.#decoder.resume();
    this.#decode();
  }

  #decode(): void {
    const chunk = this.#chunk;
    while (this.#at < chunk.length && !this.#decoder.stopped) {
      if (this.#missing === 0) this.#takeHeader();
      else {
        const end = Math.min(chunk.length, this.#at + this.#missing);
        const piece = chunk.subarray(this.#at, end);
        this.#missing -= piece.length;
        this.#at = end;
        this.#decoder.push(piece);
      }
    }
    if (this.#at < chunk.length) return;
    this.#chunk = EMPTY;
    this.#at = 0;
  }

  #takeHeader(): void {
    const header = this.#header;
    const octet = this.#chunk[this.#at++]!;
    header[this.#headerLength++] = octet;
    const isLong = header[0] === LONG_MARK;
    const length = isLong ? this.#longLength() : header[0]!;
    // RFC 13 would have it discarded, but nothing says where it ends.
    if (length === 0) {
      throw protocolError(
        "ERR_ZMTP_UNSPECIFIED",
        "Cannot decode a ZMTP 1.0 frame of length 0: its flags count too",
      );
    }
    if (this.#headerLength < (isLong ? MAX_OLD_HEADER : SHORT_HEADER)) return;
    if (octet > MORE) {
      throw protocolError(
        "ERR_ZMTP_UNSPECIFIED",
        `Cannot decode a ZMTP 1.0 frame with flags 0x${octet.toString(16)}: ` +
          "reserved bits must be zero",
      );
    }
    this.#headerLength = 0;
    this.#missing = length - 1;
    const size = headerSize(this.#missing);
    writeHeader(this.#translated, 0, octet, this.#missing);
    this.#decoder.push(this.#translated.subarray(0, size));
  }

  /** The length in a long header; -1 while it has not come. */
  #longLength(): number {
    return this.#headerLength < MAX_OLD_HEADER - 1
      ? -1
      : readLength(this.#header, 1);
  }
}
