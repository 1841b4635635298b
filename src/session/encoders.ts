/**
 * What is made of the framed octets of a pipe where they do not go on the
 * wire as they are: MESSAGE commands of an encrypting mechanism, or the bare
 * octets of a STREAM socket.
 *
 * @module
 */

import type { Mechanism } from "../security/mechanism.ts";
import { FrameDecoder, type FrameSink } from "../wire/frame_decoder.ts";
import {
  COMMAND,
  headerSize,
  LONG,
  MAX_HEADER,
  MORE,
  readLength,
  writeHeader,
} from "../wire/framing.ts";
import { Collector, lengthOf } from "./collector.ts";
import type { BatchEncoder } from "./writer.ts";

const NO_LIMITS = { message: -1, command: -1 } as const;

/** RFC 26: a MESSAGE's own flags. COMMAND is libzmq's. */
export const SEALED_MORE = 1;
/** RFC 26 reserves the bit; libzmq marks commands with it. */
export const SEALED_COMMAND = 2;

/**
 * Seals every frame of a batch: in place where the frames have left room for
 * it, else in memory of its own. What is the caller's is never written to.
 */
export class Sealer implements BatchEncoder, FrameSink {
  readonly #mechanism: Mechanism;
  readonly #decoder = new FrameDecoder(this, { ...NO_LIMITS });
  readonly #out = new Collector();

  constructor(mechanism: Mechanism) {
    this.#mechanism = mechanism;
  }

  /** The sealed frames of a batch. */
  encode(parts: readonly Uint8Array[], room: number): readonly Uint8Array[] {
    if (room > 0) {
      for (const part of parts) this.#sealPart(part);
      return parts;
    }
    // Room for the overhead of not too small frames.
    this.#out.begin(2 * lengthOf(parts));
    for (const part of parts) this.#decoder.push(part);
    return this.#out.finish();
  }

  frame(flags: number, body: Uint8Array): boolean {
    const { overhead } = this.#mechanism;
    const inner = (flags & MORE) !== 0
      ? SEALED_MORE
      : (flags & COMMAND) !== 0
      ? SEALED_COMMAND
      : 0;
    const wrapped = this.#mechanism.wrap?.(inner, body);
    const out = this.#out;
    const length = wrapped?.length ?? body.length + overhead;
    const size = headerSize(length) + length;
    out.reserve(size);
    // RFC 37 wants COMMAND outside, but libzmq drops such frames.
    const at = writeHeader(out.buffer, out.end, 0, length);
    if (wrapped === undefined) {
      out.buffer[at + overhead - 1] = inner;
      out.buffer.set(body, at + overhead);
      this.#mechanism.seal(out.buffer, at, body.length);
    } else out.buffer.set(wrapped, at);
    out.end += size;
    return true;
  }

  #sealPart(octets: Uint8Array): void {
    const mechanism = this.#mechanism;
    const { overhead } = mechanism;
    for (let at = 0; at < octets.length;) {
      const isLong = (octets[at]! & LONG) !== 0;
      const length = isLong ? readLength(octets, at + 1) : octets[at + 1]!;
      at += isLong ? MAX_HEADER : 2;
      mechanism.seal(octets, at, length - overhead);
      at += length;
    }
  }
}

/** Takes the frames off: only their bodies go out. */
export class Unframer implements BatchEncoder, FrameSink {
  /** True once an empty body came: it ends the connection. */
  ended = false;
  readonly #decoder = new FrameDecoder(this, { ...NO_LIMITS });
  #bodies: Uint8Array[] = [];

  /** The bodies of a batch, up to the first empty one. */
  encode(parts: readonly Uint8Array[]): readonly Uint8Array[] {
    for (const part of parts) this.#decoder.push(part);
    const bodies = this.#bodies;
    this.#bodies = [];
    return bodies;
  }

  frame(_flags: number, body: Uint8Array): boolean {
    if (body.length === 0) this.ended = true;
    else if (!this.ended) this.#bodies.push(body);
    return true;
  }
}
