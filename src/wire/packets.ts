/**
 * The framing of libzmq over PGM: frames of ZMTP 1.0, RFC 13, one after the
 * other, cut into packets wherever one is full. Each packet begins with two
 * octets: where in it, after those two, the first message begins; FFFF when
 * none does. A subscriber joins there.
 *
 * A publisher that has nothing more to send says that the next message begins
 * where the packet ends.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import { protocolError } from "../base/errors.ts";
import {
  FrameDecoder,
  type FrameLimits,
  type FrameSink,
} from "./frame_decoder.ts";
import { MORE } from "./framing.ts";
import type { UnitDecoder, UnitEncoder, UnitFraming } from "./multicast.ts";
import {
  MAX_OLD_HEADER,
  OldFrameDecoder,
  oldHeaderSize,
  writeOldHeader,
} from "./old_framing.ts";

/** The octets before the frames. */
const OFFSET = 2;
/** No message begins in the packet. */
const NONE = 0xffff;
/** The largest packet: no message in it begins at FFFF. */
const MOST = 65535;

interface Frame {
  readonly flags: number;
  readonly body: Uint8Array;
}

/** Makes packets of messages. */
export class PacketEncoder implements UnitEncoder, FrameSink {
  readonly #decoder = new FrameDecoder(this, { message: -1, command: -1 });
  readonly #packet: Uint8Array;
  readonly #header = new Uint8Array(MAX_OLD_HEADER);
  #frames: Frame[] = [];
  #index = 0;
  #pending = 0;
  // What is left of the header or the body under way, and the body after it.
  #rest: Uint8Array = EMPTY;
  #body: Uint8Array = EMPTY;
  // The next frame begins a message.
  #isFirst = true;

  /** @param maxUnit octets of a packet, the two before the frames included. */
  constructor(maxUnit: number = MOST) {
    this.#packet = new Uint8Array(Math.min(maxUnit, MOST));
  }

  get pending(): number {
    return this.#pending;
  }

  push(parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#decoder.push(part);
  }

  frame(flags: number, body: Uint8Array): boolean {
    this.#frames.push({ flags, body });
    this.#pending += oldHeaderSize(body.length) + body.length;
    return true;
  }

  next(more: () => void): Uint8Array | undefined {
    const packet = this.#packet;
    let offset = NONE;
    let at = OFFSET;
    while (at < packet.length) {
      if (this.#rest.length === 0 && this.#body.length === 0) {
        if (this.#index === this.#frames.length) more();
        if (this.#isFirst && offset === NONE) offset = at - OFFSET;
        if (!this.#begin()) break;
      }
      at = this.#copy(at);
    }
    if (at === OFFSET) return undefined;
    this.#pending -= at - OFFSET;
    packet[0] = offset >>> 8;
    packet[1] = offset;
    return packet.subarray(0, at);
  }

  /** Begins the next frame; false when there is none. */
  #begin(): boolean {
    const frame = this.#frames[this.#index];
    if (frame === undefined) return false;
    this.#index++;
    if (this.#index === this.#frames.length) {
      this.#frames = [];
      this.#index = 0;
    }
    const { flags, body } = frame;
    const size = writeOldHeader(this.#header, 0, flags & MORE, body.length);
    this.#rest = this.#header.subarray(0, size);
    this.#body = body;
    this.#isFirst = (flags & MORE) === 0;
    return true;
  }

  /** Copies what there is room for; where the copy ends. */
  #copy(at: number): number {
    if (this.#rest.length === 0) {
      this.#rest = this.#body;
      this.#body = EMPTY;
    }
    const rest = this.#rest;
    const length = Math.min(rest.length, this.#packet.length - at);
    this.#packet.set(
      length === rest.length ? rest : rest.subarray(0, length),
      at,
    );
    this.#rest = rest.subarray(length);
    return at + length;
  }
}

/** Understands the packets of one source. */
export class PacketDecoder implements UnitDecoder, FrameSink {
  readonly #sink: FrameSink;
  readonly #decoder: OldFrameDecoder;
  #joined = false;
  // The last frame was not the last of its message.
  #more = false;

  /** Makes a decoder as `FrameDecoder` is made. */
  constructor(sink: FrameSink, limits: FrameLimits) {
    this.#sink = sink;
    this.#decoder = new OldFrameDecoder(this, limits);
  }

  frame(flags: number, body: Uint8Array): boolean {
    this.#more = (flags & MORE) !== 0;
    return this.#sink.frame(flags, body);
  }

  get stopped(): boolean {
    return this.#decoder.stopped;
  }

  get joined(): boolean {
    return this.#joined;
  }

  push(octets: Uint8Array): void {
    const offset = octets.length < OFFSET
      ? octets.length
      : octets[0]! << 8 | octets[1]!;
    if (offset !== NONE && OFFSET + offset > octets.length) {
      throw malformed(
        `a packet of ${octets.length} octets, a message of which begins at ` +
          `${offset}`,
      );
    }
    if (offset === NONE) {
      if (this.#joined) this.#decoder.push(octets.subarray(OFFSET));
      return;
    }
    const begin = OFFSET + offset;
    if (this.#joined) {
      this.#decoder.push(octets.subarray(OFFSET, begin));
      const isInside = this.#decoder.partial || this.#more;
      if (!this.#decoder.stopped && isInside) {
        throw malformed("a message that begins inside of another one");
      }
    }
    this.#joined = true;
    if (begin < octets.length) this.#decoder.push(octets.subarray(begin));
  }

  resume(): void {
    this.#decoder.resume();
  }
}

/** What PGM needs. */
export const packets: UnitFraming = {
  encoder: (maxUnit) => new PacketEncoder(maxUnit),
  decoder: (sink, limits) => new PacketDecoder(sink, limits),
};

function malformed(what: string): Error {
  return protocolError("ERR_ZMTP_UNSPECIFIED", `Cannot decode ${what}`);
}
