/**
 * The outgoing queue of a connection: whole messages, kept as the octets that
 * will go on the wire.
 *
 * ZMTP 2.0 and every 3.x frame messages alike (RFC 37 §3), so a message can be
 * encoded when it is sent, connected or not, and a queue of messages is a list
 * of batches ready to be written. Small frames are copied, so their memory is
 * the caller's again at once; large ones go by reference.
 *
 * @module
 */

import { LONG, MORE, writeHeader } from "../wire/framing.ts";

/** A batch is closed when it holds this many octets. */
export const BATCH_OCTETS = 65536;
/** Frames beyond this size are not copied. */
export const COPY_LIMIT = 8192;

const FIRST_BUFFER = 512;
const LOOP_LIMIT = 24;
const NO_BUFFER = new Uint8Array(0);

/** Whole messages as octets for the wire. */
export class Batch {
  /** The octets, in order. */
  readonly parts: Uint8Array[] = [];
  /** How many messages they are. */
  messages = 0;
  /** How many octets they are. */
  octets = 0;
}

/** A queue of encoded messages. */
export class Outbox {
  /** How many messages are queued. */
  messages = 0;
  /** How many octets are queued. */
  octets = 0;

  #batches: Batch[] = [];
  #tail: Batch = new Batch();
  // The tail's open region: written from #from to #end, not yet a part.
  #buffer: Uint8Array = NO_BUFFER;
  #from = 0;
  #end = 0;
  #nextSize = FIRST_BUFFER;

  /** Appends one message; all of its frames are in one batch. */
  push(frames: readonly Uint8Array[]): void {
    const before = this.#end - this.#from + this.#tail.octets;
    const last = frames.length - 1;
    for (let i = 0; i < last; i++) this.#frame(MORE, frames[i]!);
    this.#frame(0, frames[last]!);
    this.messages++;
    this.#tail.messages++;
    const size = this.#end - this.#from + this.#tail.octets;
    this.octets += size - before;
    if (size >= BATCH_OCTETS) this.#seal();
  }

  /** Puts a message ahead of all others. */
  pushFirst(frames: readonly Uint8Array[]): void {
    const first = new Outbox();
    first.push(frames);
    const batch = first.take()!;
    this.#batches.unshift(batch);
    this.messages += batch.messages;
    this.octets += batch.octets;
  }

  /** Appends a message that is encoded already. */
  pushEncoded(octets: Uint8Array): void {
    this.#copy(octets);
    this.messages++;
    this.#tail.messages++;
    this.octets += octets.length;
    if (this.#end - this.#from + this.#tail.octets >= BATCH_OCTETS) {
      this.#seal();
    }
  }

  /** Takes the oldest batch away, `undefined` when nothing is queued. */
  take(): Batch | undefined {
    if (this.messages === 0) return undefined;
    if (this.#batches.length === 0) this.#seal();
    const batch = this.#batches.shift()!;
    this.messages -= batch.messages;
    this.octets -= batch.octets;
    return batch;
  }

  /** Drops everything; returns how many messages that were. */
  clear(): number {
    const dropped = this.messages;
    this.#batches = [];
    this.#tail = new Batch();
    this.#buffer = NO_BUFFER;
    this.#from = this.#end = 0;
    this.messages = this.octets = 0;
    return dropped;
  }

  #frame(flags: number, body: Uint8Array): void {
    const length = body.length;
    if (length > COPY_LIMIT) {
      this.#room(9);
      this.#end = writeHeader(this.#buffer, this.#end, flags, length);
      this.#part();
      this.#tail.parts.push(body);
      this.#tail.octets += length;
      return;
    }
    if (this.#buffer.length - this.#end < length + 9) this.#room(length + 9);
    const buffer = this.#buffer;
    let at = this.#end;
    if (length < 256) {
      buffer[at] = flags;
      buffer[at + 1] = length;
      at += 2;
    } else {
      buffer[at] = flags | LONG;
      buffer.fill(0, at + 1, at + 7);
      buffer[at + 7] = length >>> 8;
      buffer[at + 8] = length;
      at += 9;
    }
    // A loop beats the call of `set` for tiny bodies.
    if (length <= LOOP_LIMIT) {
      for (let i = 0; i < length; i++) buffer[at + i] = body[i]!;
    } else buffer.set(body, at);
    this.#end = at + length;
  }

  #copy(octets: Uint8Array): void {
    this.#room(octets.length);
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** Makes room in the open region. */
  #room(needed: number): void {
    if (this.#buffer.length - this.#end >= needed) return;
    this.#part();
    // The buffer follows the traffic: an idle connection holds none.
    const size = Math.max(needed, this.#nextSize);
    this.#nextSize = Math.min(BATCH_OCTETS, size * 2);
    this.#buffer = new Uint8Array(size);
    this.#from = this.#end = 0;
  }

  /** Turns the open region into a part of the tail. */
  #part(): void {
    if (this.#end === this.#from) return;
    this.#tail.parts.push(this.#buffer.subarray(this.#from, this.#end));
    this.#tail.octets += this.#end - this.#from;
    this.#from = this.#end;
  }

  #seal(): void {
    this.#part();
    const batch = this.#tail;
    this.#batches.push(batch);
    this.#tail = new Batch();
    // A small batch left early: the next ones will be small too.
    this.#nextSize = Math.max(
      FIRST_BUFFER,
      Math.min(BATCH_OCTETS, batch.octets * 2),
    );
    this.#buffer = NO_BUFFER;
    this.#from = this.#end = 0;
  }
}
