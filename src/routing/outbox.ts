/**
 * The outgoing queue of a connection: whole messages, kept as the octets that
 * will go on the wire.
 *
 * ZMTP 2.0 and every 3.x frame messages alike (RFC 37 §3), so a message can be
 * encoded when it is sent, connected or not, and a queue of messages is a list
 * of batches ready to be written. Small frames are copied, so their memory is
 * the caller's again at once; large ones go by reference.
 *
 * Frames that are going to be sealed leave room for it before their bodies,
 * so that it can be done where they are. Then all of them are copied: nothing
 * is ever written to the caller's memory, nor to what queues share.
 *
 * @module
 */

import { LONG, MORE, writeHeader } from "../wire/framing.ts";
import {
  giveLarge,
  LARGE_BUFFER,
  takeLarge,
  takeSmall,
} from "./batch_memory.ts";

/** A batch is closed when it holds this many octets. */
export const BATCH_OCTETS = 65536;
/** Frames beyond this size are not copied. */
export const COPY_LIMIT = 8192;

const FIRST_ROOM = 256;
/** More room than this comes as a buffer of its own, which comes back. */
const MOST_SMALL = 4096;
const LOOP_LIMIT = 24;
const NO_BUFFER = new Uint8Array(0);

/** A message as octets for the wire, in memory that queues may share. */
export interface EncodedMessage {
  /** The memory; what was written to it is not changed any more. */
  readonly buffer: Uint8Array;
  /** Where the message begins. */
  readonly from: number;
  /** Where it ends. */
  readonly end: number;
}

/** Whole messages as octets for the wire. */
export class Batch {
  /** The octets, in order. */
  readonly parts: Uint8Array[] = [];
  /**
   * Octets that every frame has before its body, the last of which holds its
   * flags; then the parts may be written to. 0: frames as they are sent.
   */
  readonly room: number;
  /** How many messages they are. */
  messages = 0;
  /** How many octets they are. */
  octets = 0;
  /** True when some of the parts are the caller's memory. */
  refers = false;
  /** Memory of the octets, to be given back when they have left. */
  borrowed: Uint8Array[] | undefined = undefined;

  constructor(room: number) {
    this.room = room;
  }
}

/** A queue of encoded messages. */
export class Outbox {
  /** How many messages are queued. */
  messages = 0;
  /** How many octets are queued. */
  octets = 0;
  /** See {@linkcode Batch.room}. */
  readonly room: number;

  #batches: Batch[] = [];
  #tail: Batch;
  // The tail's open region: written from #from to #end, not yet a part; more
  // may be written up to #limit.
  #buffer: Uint8Array = NO_BUFFER;
  #from = 0;
  #end = 0;
  #limit = 0;
  #nextSize = FIRST_ROOM;
  // Octets of the tail that are not ours: they took no room.
  #foreign = 0;
  // Where the last shared message ended.
  #shared: Uint8Array = NO_BUFFER;
  #sharedEnd = 0;

  /** @param room octets for every frame, see {@linkcode Batch.room}. */
  constructor(room = 0) {
    this.room = room;
    this.#tail = new Batch(room);
  }

  /** Appends one message; all of its frames are in one batch. */
  push(frames: readonly Uint8Array[]): void {
    const last = frames.length - 1;
    let size = 0;
    for (let i = 0; i < last; i++) size += this.#frame(MORE, frames[i]!);
    size += this.#frame(0, frames[last]!);
    this.#count(size);
  }

  /**
   * Appends a message that was encoded for several queues. Where it follows
   * the one before it, nothing is copied: the queues share the memory. Only
   * for a queue without room.
   */
  pushEncoded(message: EncodedMessage): void {
    const { buffer, from, end } = message;
    const follows = this.#shared === buffer && this.#sharedEnd === from;
    // A queue that gets only some of the messages would become many tiny
    // parts, which cost more to write than to copy.
    if (follows || this.#tail.octets === 0) {
      if (this.#buffer !== buffer || this.#end !== from) {
        this.#part();
        this.#buffer = buffer;
        this.#from = from;
      }
      this.#end = this.#limit = end;
      this.#foreign += end - from;
    } else this.#copy(buffer.subarray(from, end));
    this.#shared = buffer;
    this.#sharedEnd = end;
    this.#count(end - from);
  }

  /** Puts a message ahead of all others. */
  pushFirst(frames: readonly Uint8Array[]): void {
    const first = new Outbox(this.room);
    first.push(frames);
    const batch = first.take()!;
    this.#batches.unshift(batch);
    this.messages += batch.messages;
    this.octets += batch.octets;
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
    for (const { borrowed } of [...this.#batches, this.#tail]) {
      borrowed?.forEach(giveLarge);
    }
    this.#batches = [];
    this.#tail = new Batch(this.room);
    this.#close();
    this.messages = this.octets = 0;
    return dropped;
  }

  #count(size: number): void {
    const tail = this.#tail;
    this.messages++;
    this.octets += size;
    tail.messages++;
    tail.octets += size;
    if (tail.octets >= BATCH_OCTETS) this.#seal();
  }

  /** Appends a frame; returns how many octets it takes. */
  #frame(flags: number, body: Uint8Array): number {
    if (this.room > 0) return this.#roomyFrame(flags, body);
    const length = body.length;
    if (length > COPY_LIMIT) {
      if (this.#limit - this.#end < 9) this.#room(9);
      this.#end = writeHeader(this.#buffer, this.#end, flags, length);
      this.#part();
      // A view of our own: the caller's may follow a buffer that grows.
      const { buffer, byteOffset } = body;
      this.#tail.parts.push(new Uint8Array(buffer, byteOffset, length));
      this.#tail.refers = true;
      this.#foreign += length;
      return 9 + length;
    }
    if (this.#limit - this.#end < length + 9) this.#room(length + 9);
    const buffer = this.#buffer;
    const start = this.#end;
    let at = start;
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
    put(buffer, at, body);
    this.#end = at + length;
    return this.#end - start;
  }

  /** RFC 26, as libzmq has it: the frame around the room has no flags. */
  #roomyFrame(flags: number, body: Uint8Array): number {
    const { room } = this;
    const length = room + body.length;
    if (this.#limit - this.#end < length + 9) this.#room(length + 9);
    const start = this.#end;
    const at = writeHeader(this.#buffer, start, 0, length);
    this.#buffer[at + room - 1] = flags;
    put(this.#buffer, at + room, body);
    this.#end = at + length;
    return this.#end - start;
  }

  #copy(octets: Uint8Array): void {
    if (this.#limit - this.#end < octets.length) this.#room(octets.length);
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** Opens another region. The room follows the traffic: idle, it is none. */
  #room(needed: number): void {
    this.#part();
    const size = Math.max(needed, this.#nextSize);
    this.#nextSize = Math.min(BATCH_OCTETS, size * 2);
    if (needed > LARGE_BUFFER) {
      this.#buffer = new Uint8Array(needed);
      this.#from = this.#end = 0;
      this.#limit = needed;
      return;
    }
    if (size > MOST_SMALL) {
      this.#buffer = takeLarge();
      (this.#tail.borrowed ??= []).push(this.#buffer);
      this.#from = this.#end = 0;
      this.#limit = this.#buffer.length;
      return;
    }
    const room = takeSmall(size);
    this.#buffer = room.buffer;
    this.#from = this.#end = room.from;
    this.#limit = room.limit;
  }

  /** Turns the open region into a part of the tail. */
  #part(): void {
    if (this.#end === this.#from) return;
    this.#tail.parts.push(this.#buffer.subarray(this.#from, this.#end));
    this.#from = this.#end;
  }

  #seal(): void {
    this.#part();
    const batch = this.#tail;
    this.#batches.push(batch);
    this.#tail = new Batch(this.room);
    // A small batch left early: the next ones will be small too.
    this.#nextSize = Math.max(
      FIRST_ROOM,
      Math.min(BATCH_OCTETS, batch.octets - this.#foreign),
    );
    this.#close();
  }

  /** Leaves the open region: what follows goes elsewhere. */
  #close(): void {
    this.#buffer = this.#shared = NO_BUFFER;
    this.#from =
      this.#end =
      this.#limit =
      this.#foreign =
        0;
  }
}

function put(buffer: Uint8Array, at: number, body: Uint8Array): void {
  // A loop beats the call of `set` for tiny bodies.
  if (body.length <= LOOP_LIMIT) {
    for (let i = 0; i < body.length; i++) buffer[at + i] = body[i]!;
  } else buffer.set(body, at);
}
