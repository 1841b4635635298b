/**
 * Frames are views of the chunks that they came in, which costs nothing as
 * long as chunks are full of frames. A small frame between many octets that
 * nobody keeps, of commands for instance, would keep all of them: such frames
 * get memory of their own, so that what waits takes about what it counts.
 *
 * Looked at once a chunk; a message costs nothing.
 *
 * @module
 */

import type { Message } from "../message/message.ts";
import type { Pipe } from "../routing/pipe.ts";

/** What a frame takes anyhow: a chunk that has as much for each is full. */
const FRAME = 64;

/** What the messages of one connection keep of the chunks they came in. */
export class ChunkShare {
  readonly #pipe: Pipe;
  // Counts of the pipe, and of the message that is not whole, at the last look.
  #messages: number;
  #octets: number;
  #parts = 0;

  /** @param pipe where whole messages wait. */
  constructor(pipe: Pipe) {
    const { received, unwanted } = this.#pipe = pipe;
    this.#messages = received.messages - unwanted.messages;
    this.#octets = received.octets - unwanted.octets;
  }

  /**
   * All of a chunk has been decoded.
   *
   * @param length of the chunk.
   * @param parts the frames of a message that is not whole yet.
   * @param partOctets the octets of those.
   */
  look(length: number, parts: Message, partOctets: number): void {
    const { received, unwanted, inbox } = this.#pipe;
    const messages = received.messages - unwanted.messages - this.#messages;
    const octets = received.octets - unwanted.octets + partOctets -
      this.#octets;
    const from = messages > 0 ? 0 : this.#parts;
    this.#messages += messages;
    this.#octets += octets;
    this.#parts = parts.length;
    const frames = messages + parts.length - from;
    if (frames <= 0 || 2 * (octets + FRAME * frames) >= length) return;
    const newest = inbox.newest(messages);
    if (parts.length > from) release([...newest, parts], from);
    else release(newest, 0);
  }
}

/**
 * Gives frames memory of their own where they are the smaller part of what
 * they are in.
 *
 * @param from the first frame of the last message to look at.
 */
function release(messages: readonly Message[], from: number): void {
  let size = 0;
  const last = messages.length - 1;
  const each = (visit: (message: Message, i: number) => void): void => {
    messages.forEach((message, m) => {
      for (let i = m === last ? from : 0; i < message.length; i++) {
        const { length, buffer } = message[i]!;
        if (2 * length < buffer.byteLength) visit(message, i);
      }
    });
  };
  each((message, i) => size += message[i]!.length);
  const memory = new Uint8Array(size);
  let at = 0;
  each((message, i) => {
    const frame = message[i]!;
    memory.set(frame, at);
    message[i] = memory.subarray(at, at += frame.length);
  });
}
