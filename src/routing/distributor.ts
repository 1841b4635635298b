/**
 * Distribution of one message to many pipes: each gets it or, when it is
 * full, loses it. A message for several peers is encoded once.
 *
 * @module
 */

import { messageSize } from "../message/message.ts";
import { MAX_HEADER, MORE, writeHeader } from "../wire/framing.ts";
import { COPY_LIMIT, type EncodedMessage } from "./outbox.ts";
import type { Pipe } from "./pipe.ts";

const SLAB = 64 * 1024;

/**
 * Encodes messages one after the other, so that a queue that gets several in
 * a row has them in one piece.
 */
export class SharedEncoder implements EncodedMessage {
  /** The memory. */
  buffer: Uint8Array = new Uint8Array(0);
  /** Where the last message begins. */
  from = 0;
  /** Where the last message ends. */
  end = 0;

  /** Encodes a message; the result is good until the next call. */
  encode(frames: readonly Uint8Array[]): EncodedMessage {
    const most = messageSize(frames) + frames.length * MAX_HEADER;
    if (this.buffer.length - this.end < most) {
      // Queues hold on to the old one: it is not written to again.
      this.buffer = new Uint8Array(Math.max(SLAB, most));
      this.end = 0;
    }
    const { buffer } = this;
    let at = this.from = this.end;
    const last = frames.length - 1;
    for (let i = 0; i <= last; i++) {
      const body = frames[i]!;
      at = writeHeader(buffer, at, i < last ? MORE : 0, body.length);
      buffer.set(body, at);
      at += body.length;
    }
    this.end = at;
    return this;
  }
}

/** Sends messages to sets of pipes. */
export class Distributor {
  #targets: Pipe[] = [];
  readonly #chosen = new Set<Pipe>();
  readonly #encoder = new SharedEncoder();

  /** Marks a pipe as one that gets the next message; twice is once. */
  readonly choose = (pipe: Pipe): void => {
    if (pipe.closed || this.#chosen.has(pipe)) return;
    this.#chosen.add(pipe);
    this.#targets.push(pipe);
  };

  /** True when a pipe was chosen. */
  has(pipe: Pipe): boolean {
    return this.#chosen.has(pipe);
  }

  /** True when one of the chosen pipes would refuse the message. */
  get blocked(): boolean {
    for (const pipe of this.#targets) if (pipe.full) return true;
    return false;
  }

  /** Sends to the chosen pipes and forgets them. */
  send(message: readonly Uint8Array[]): void {
    const targets = this.#targets;
    // Set aside first: a write can lead back here.
    this.#targets = [];
    this.#chosen.clear();
    const shared = targets.length > 1 && messageSize(message) <= COPY_LIMIT
      ? this.#encoder.encode(message)
      : undefined;
    for (const pipe of targets) {
      if (!pipe.write(message, shared)) pipe.dropped++;
    }
  }

  /** Forgets the chosen pipes. */
  cancel(): void {
    this.#targets = [];
    this.#chosen.clear();
  }
}
