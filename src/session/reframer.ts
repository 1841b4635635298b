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
import { Collector, lengthOf } from "./collector.ts";
import type { BatchEncoder } from "./writer.ts";

/** Frames batches anew. What it is given is never written to. */
export class Reframer implements BatchEncoder, FrameSink {
  readonly #decoder = new FrameDecoder(this, { message: -1, command: -1 });
  readonly #out = new Collector();

  /** The same messages in the framing of 1.0. */
  encode(parts: readonly Uint8Array[]): readonly Uint8Array[] {
    // Long headers are longer than they were by an octet, or by eight.
    this.#out.begin(lengthOf(parts) + 2 * MAX_OLD_HEADER);
    for (const part of parts) this.#decoder.push(part);
    return this.#out.finish();
  }

  frame(flags: number, body: Uint8Array): boolean {
    const out = this.#out;
    const isCopied = body.length <= COPY_LIMIT;
    out.reserve(MAX_OLD_HEADER + (isCopied ? body.length : 0));
    out.end = writeOldHeader(out.buffer, out.end, flags, body.length);
    if (isCopied) {
      out.buffer.set(body, out.end);
      out.end += body.length;
    } else out.add(body);
    return true;
  }
}
