/**
 * Fair queueing of what arrives: one whole message per pipe and turn, in
 * constant time whatever the number of pipes.
 *
 * @module
 */

import { Ring } from "../base/ring.ts";
import type { Message } from "../message/message.ts";
import type { Pipe } from "./pipe.ts";

/** The pipes that have something to read, in turn. */
export class FairQueue {
  readonly #active = new Ring<Pipe>();
  /** The pipe that the last message was read from. */
  source: Pipe | undefined;

  /** True when nothing can be read. */
  get empty(): boolean {
    return this.#active.length === 0;
  }

  /** How many messages can be read, those of pipes that are gone included. */
  get messages(): number {
    let sum = 0;
    for (let i = this.#active.length; i > 0; i--) {
      const pipe = this.#active.shift()!;
      sum += pipe.inbox.length;
      this.#active.push(pipe);
    }
    return sum;
  }

  /** Queues a message that arrived on a pipe. */
  push(pipe: Pipe, message: Message): void {
    pipe.enqueue(message);
    if (pipe.queued) return;
    pipe.queued = true;
    this.#active.push(pipe);
  }

  /** Takes the next message. */
  read(): Message | undefined {
    const first = this.#active.peek();
    if (first === undefined) return undefined;
    // Alone, and with more to come: its turn is the next one too.
    if (this.#active.length === 1 && first.inbox.length > 1) {
      this.source = first;
      return first.read();
    }
    const pipe = this.#active.shift()!;
    // Put back before it is read from: reading can deliver the next message,
    // make the caller read again or remove a pipe.
    if (pipe.inbox.length > 1) this.#active.push(pipe);
    else pipe.queued = false;
    const message = pipe.read();
    this.source = pipe;
    return message;
  }

  /** The pipe that the next message is read from. */
  get next(): Pipe | undefined {
    return this.#active.peek();
  }

  /** Takes the next message of a pipe that has some, out of turn. */
  readFrom(pipe: Pipe): Message | undefined {
    this.#active.remove(pipe);
    if (pipe.inbox.length > 1) this.#active.push(pipe);
    else pipe.queued = false;
    const message = pipe.read();
    this.source = pipe;
    return message;
  }

  /** Drops the queued messages that nobody wants any more. */
  filter(wanted: (message: Message) => boolean): void {
    const pipes: Pipe[] = [];
    for (let i = this.#active.length; i > 0; i--) {
      const pipe = this.#active.shift()!;
      pipe.filter(wanted);
      if (pipe.inbox.length > 0) this.#active.push(pipe);
      else pipe.queued = false;
      pipes.push(pipe);
    }
    // Only now: a peer that has room again may deliver at once.
    for (const pipe of pipes) pipe.refresh();
  }

  /** Forgets a pipe and drops what it holds. */
  remove(pipe: Pipe): void {
    pipe.inbox.clear();
    if (!pipe.queued) return;
    pipe.queued = false;
    this.#active.remove(pipe);
  }
}
