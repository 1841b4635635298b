/**
 * Turns batches, which are framed as ZMTP 2.0 and later have it, into the
 * framing of 1.0: RFC 13. Queues and publishers need not know which version
 * their peers speak.
 *
 * @module
 */

import { COPY_LIMIT } from "../routing/outbox.ts";
import { FrameDecoder, type FrameSink } from "../wire/frame_decoder.ts";
import { MAX_OLD_HEADER, writeOldHeader } from "../wire/old_framing.ts";
import type { BatchEncoder } from "./writer.ts";

/** The octets that frames are collected in. */
const BUFFER = 65536;
const NO_BUFFER = new Uint8Array(0);

/** Frames batches anew. What it is given is never written to. */
export class Reframer implements BatchEncoder, FrameSink {
  readonly #decoder = new FrameDecoder(this, { message: -1, command: -1 });
  #parts: Uint8Array[] = [];
  #buffer: Uint8Array = NO_BUFFER;
  #from = 0;
  #end = 0;
  #expected = 0;

  /** The same messages in the framing of 1.0. */
  encode(parts: readonly Uint8Array[]): readonly Uint8Array[] {
    this.#expected = 0;
    for (const part of parts) this.#expected += part.length;
    for (const part of parts) this.#decoder.push(part);
    this.#part();
    const framed = this.#parts;
    this.#parts = [];
    this.#buffer = NO_BUFFER;
    this.#from = this.#end = 0;
    return framed;
  }

  frame(flags: number, body: Uint8Array): boolean {
    const isCopied = body.length <= COPY_LIMIT;
    const size = MAX_OLD_HEADER + (isCopied ? body.length : 0);
    if (this.#buffer.length - this.#end < size) this.#grow(size);
    const at = writeOldHeader(this.#buffer, this.#end, flags, body.length);
    this.#end = at;
    if (isCopied) {
      this.#buffer.set(body, at);
      this.#end += body.length;
    } else {
      this.#part();
      this.#parts.push(body);
    }
    return true;
  }

  #grow(size: number): void {
    this.#part();
    // Long headers are longer than they were by an octet, or by eight.
    const room = Math.min(this.#expected + 2 * MAX_OLD_HEADER, BUFFER);
    this.#buffer = new Uint8Array(Math.max(size, room));
    this.#from = this.#end = 0;
  }

  #part(): void {
    if (this.#end === this.#from) return;
    this.#parts.push(this.#buffer.subarray(this.#from, this.#end));
    this.#from = this.#end;
  }
}
