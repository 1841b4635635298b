/**
 * Distribution of one message to many pipes: each gets it or, when it is
 * full, loses it. A message for several peers is encoded once.
 *
 * @module
 */

import { concat } from "../base/bytes.ts";
import { messageSize } from "../message/message.ts";
import { headerSize, MORE, writeHeader } from "../wire/framing.ts";
import { COPY_LIMIT } from "./outbox.ts";
import type { Pipe } from "./pipe.ts";

/** The octets of a whole message on the wire. */
export function encodeMessage(frames: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < frames.length; i++) {
    const body = frames[i]!;
    const header = new Uint8Array(headerSize(body.length));
    writeHeader(header, 0, i < frames.length - 1 ? MORE : 0, body.length);
    parts.push(header, body);
  }
  return concat(parts);
}

/** Sends messages to sets of pipes. */
export class Distributor {
  #targets: Pipe[] = [];
  readonly #chosen = new Set<Pipe>();

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
      ? encodeMessage(message)
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
