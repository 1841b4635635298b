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
  // The other of two lists that take turns; absent while it is in use.
  #spare: Pipe[] | undefined = [];
  // Pipes that were chosen for this message bear its number.
  #round = 1;
  readonly #encoder = new SharedEncoder();
  #sending = false;
  // What was sent from inside of a write.
  #later: [targets: Pipe[], message: Uint8Array[]][] = [];

  /** Marks a pipe as one that gets the next message; twice is once. */
  readonly choose = (pipe: Pipe): void => {
    if (pipe.round === this.#round || pipe.closed) return;
    pipe.round = this.#round;
    this.#targets.push(pipe);
  };

  /** True when one of the chosen pipes would refuse the message. */
  get blocked(): boolean {
    const targets = this.#targets;
    for (let i = 0; i < targets.length; i++) if (targets[i]!.full) return true;
    return false;
  }

  /** Sends to the chosen pipes and forgets them. */
  send(message: readonly Uint8Array[]): void {
    const targets = this.#targets;
    this.#targets = this.#spare ?? [];
    this.#spare = undefined;
    this.#round++;
    if (this.#sending) {
      // A write led back here: who comes later in the list of the message
      // under way must get that one first.
      this.#later.push([targets, message.slice()]);
      return;
    }
    this.#sending = true;
    try {
      this.#write(targets, message);
      for (let next = this.#later.shift(); next; next = this.#later.shift()) {
        this.#write(...next);
      }
    } finally {
      this.#sending = false;
    }
  }

  /** Forgets the chosen pipes. */
  cancel(): void {
    this.#targets.length = 0;
    this.#round++;
  }

  #write(targets: Pipe[], message: readonly Uint8Array[]): void {
    const shared = targets.length > 1 && messageSize(message) <= COPY_LIMIT
      ? this.#encoder.encode(message)
      : undefined;
    for (let i = 0; i < targets.length; i++) {
      const pipe = targets[i]!;
      if (!pipe.write(message, shared)) pipe.dropped++;
    }
    targets.length = 0;
    this.#spare = targets;
  }
}
