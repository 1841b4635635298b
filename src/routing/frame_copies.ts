/**
 * What an inproc receiver gets of a sender's frames: the same rule as on a
 * wire. Small frames are copied, so that their memory is the sender's again at
 * once; large ones are views of the receiver's own on the sender's memory.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import { COPY_LIMIT } from "./outbox.ts";

const FIRST_SLAB = 256;
const LAST_SLAB = 64 * 1024;

/**
 * The frames of one sender for one receiver. Copies share slabs, as frames
 * share the chunks that a system reads: a buffer of its own costs more than
 * all else that is done for a small frame.
 */
export class FrameCopies {
  #slab: Uint8Array = EMPTY;
  // Its memory: the buffer of a view costs as much as making a view.
  #memory: ArrayBufferLike = EMPTY.buffer;
  #end = 0;
  readonly #lastSlab: number;

  /** @param lastSlab octets that a slab has at most: a copy keeps all of it. */
  constructor(lastSlab: number = LAST_SLAB) {
    this.#lastSlab = lastSlab;
  }

  /** The receiver's message. */
  of(message: readonly Uint8Array[]): Uint8Array[] {
    if (message.length === 1) return [this.frame(message[0]!)];
    const copy = new Array<Uint8Array>(message.length);
    for (let i = 0; i < message.length; i++) copy[i] = this.frame(message[i]!);
    return copy;
  }

  /** The receiver's frame. */
  frame(frame: Uint8Array): Uint8Array {
    const { length } = frame;
    if (length > COPY_LIMIT) return reference(frame);
    // One of its own: delimiters are shared on their way here. V8 makes it
    // ten times as fast by this constructor as by that of a length.
    if (length === 0) return new Uint8Array(EMPTY);
    let slab = this.#slab;
    // One whose buffer a receiver has transferred has no length any more.
    if (slab.length - this.#end < length) slab = this.#open(length);
    const from = this.#end;
    this.#end = from + length;
    slab.set(frame, from);
    return new Uint8Array(this.#memory, from, length);
  }

  /** Begins another slab. They follow the traffic: idle, there is hardly any. */
  #open(needed: number): Uint8Array {
    const size = Math.max(FIRST_SLAB, 2 * this.#slab.length, needed);
    this.#end = 0;
    this.#slab = new Uint8Array(Math.min(size, this.#lastSlab));
    this.#memory = this.#slab.buffer;
    return this.#slab;
  }
}

/** A plain view of the same octets, whatever kind of view the sender has. */
function reference(frame: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = frame;
  // Other threads write to a shared one: a received frame is nobody else's.
  const tag = Object.prototype.toString.call(buffer);
  return tag === "[object SharedArrayBuffer]"
    ? new Uint8Array(frame)
    : new Uint8Array(buffer, byteOffset, length);
}
