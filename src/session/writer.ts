/**
 * The writing half of a connection: takes batches from the pipe as fast as
 * the transport takes them, once a turn, with what the connection itself has
 * to say before them.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { giveLarge } from "../routing/batch_memory.ts";
import type { ConnectionPipe } from "../routing/connection_pipe.ts";
import type { DirectStream } from "../transport/transport.ts";
import { encodePong } from "../wire/commands.ts";
import { COMMAND, encodeFrame } from "../wire/framing.ts";
import { type Announcement, Announcements } from "./announcements.ts";
import { lengthOf } from "./collector.ts";

/** Buffers that a writer waits for. */
const MOST_LENT = 4;

/** Turns the octets of a batch into those that go on the wire. */
export interface BatchEncoder {
  /**
   * The octets for the wire, for the octets of whole messages.
   *
   * @param room how many octets each frame leaves free before its body: then
   * the parts may be written to.
   */
  encode(parts: readonly Uint8Array[], room: number): readonly Uint8Array[];
  /** What the framing itself has to say before anything else; encoded. */
  first?(): Uint8Array | undefined;
}

/** What a writer acts on. */
export interface WriterOwner {
  /** A flush is over. */
  flushed(): void;
  /** Writing failed. */
  fail(error: unknown): void;
}

/** Writes what a pipe holds. */
export class Writer {
  readonly #owner: WriterOwner;
  readonly #clock: Clock;
  readonly #direct: DirectStream;
  readonly #pipe: ConnectionPipe;
  readonly #encoder: BatchEncoder | undefined;
  readonly #announcements = new Announcements();
  #ping: Uint8Array | undefined;
  #pong: Uint8Array | undefined;
  #scheduled = false;
  #flushing = false;
  #blocked = false;
  #stopped = false;
  #written = 0;
  // Memory of batches that may not have left yet.
  #lent: Uint8Array[] = [];
  readonly #run = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  /** @param encoder absent: batches go out as they are. */
  constructor(
    owner: WriterOwner,
    clock: Clock,
    direct: DirectStream,
    pipe: ConnectionPipe,
    encoder?: BatchEncoder,
  ) {
    this.#owner = owner;
    this.#clock = clock;
    this.#direct = direct;
    this.#pipe = pipe;
    this.#encoder = encoder;
  }

  /** True when nothing waits to be written. */
  get idle(): boolean {
    return !this.#blocked && this.#announcements.empty &&
      this.#ping === undefined && this.#pong === undefined &&
      this.#pipe.pending === 0;
  }

  /**
   * A number that grows when the system takes what it had no room for: the
   * other side reads. It does not when more is written, which may be longer
   * on the wire than it is here. `undefined` while the system has room.
   */
  get progress(): number | undefined {
    const unsent = this.#direct.unsent ?? 0;
    return unsent > 0 ? this.#written - unsent : undefined;
  }

  /** Writes before the turn ends. */
  schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#clock.defer(this.#run);
  }

  /** Writes it before the next batch, unless it makes no difference by then. */
  announce(announcement: Announcement): void {
    this.#announcements.add(announcement, this.#blocked);
    this.schedule();
  }

  /** Writes a PING before the next batch: one that still waits is dropped. */
  sendPing(frame: Uint8Array): void {
    this.#ping = frame;
    this.schedule();
  }

  /**
   * As `sendPing`, for a PONG with a context: one that still waits is dropped.
   * It is made when it is sent: who sends PINGs and reads nothing costs little.
   */
  sendPong(context: Uint8Array): void {
    // What waits must not keep a whole chunk, nor be taken away with it.
    this.#pong = context.length > 0 ? new Uint8Array(context) : context;
    this.schedule();
  }

  /** Writes now, as far as the transport takes it. */
  flush(): void {
    if (this.#flushing || this.#blocked || this.#stopped) return;
    this.#flushing = true;
    try {
      this.#write();
      this.#flushing = false;
      this.#pipe.flushed();
      this.#owner.flushed();
    } catch (error) {
      this.#flushing = false;
      this.#owner.fail(error);
    }
  }

  /** What was written has left. */
  drained(): void {
    this.#blocked = false;
    this.flush();
  }

  /** Writes nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#announcements.clear();
    this.#lent = [];
    this.#ping = this.#pong = undefined;
  }

  /** Remembers the memory of what was written, until it has left. */
  #lend(buffers: readonly Uint8Array[]): void {
    // A transport that never says so leaves it to the collector.
    if (this.#lent.length >= MOST_LENT) this.#lent = [];
    this.#lent.push(...buffers);
  }

  #takeBack(): void {
    if (this.#lent.length === 0 || this.#direct.settled !== true) return;
    this.#lent.forEach(giveLarge);
    this.#lent = [];
  }

  /** Gives octets to the transport, so many. */
  #say(parts: readonly Uint8Array[], length: number): void {
    this.#written += length;
    this.#blocked = !this.#direct.write(parts);
  }

  /** Likewise; how many they are is known once they are encoded. */
  #encode(
    encoder: BatchEncoder,
    parts: readonly Uint8Array[],
    room: number,
  ): void {
    const encoded = encoder.encode(parts, room);
    this.#say(encoded, lengthOf(encoded));
  }

  /** What goes before the batches. */
  #takeFirst(): Uint8Array[] {
    const parts: Uint8Array[] = [];
    if (!this.#announcements.empty) parts.push(this.#announcements.take());
    if (this.#ping !== undefined) parts.push(this.#ping);
    if (this.#pong !== undefined) {
      parts.push(encodeFrame(COMMAND, encodePong(this.#pong)));
    }
    this.#ping = this.#pong = undefined;
    return parts;
  }

  #write(): void {
    this.#takeBack();
    const pipe = this.#pipe;
    const encoder = this.#encoder;
    const control = encoder?.first?.();
    if (control !== undefined) this.#say([control], control.length);
    const first = this.#takeFirst();
    if (first.length > 0) {
      if (encoder === undefined) this.#say(first, lengthOf(first));
      else this.#encode(encoder, first, 0);
    }
    while (!this.#blocked && !this.#stopped) {
      const batch = pipe.take();
      if (batch === undefined) break;
      if (encoder === undefined) this.#say(batch.parts, batch.octets);
      else this.#encode(encoder, batch.parts, batch.room);
      if (batch.borrowed === undefined) continue;
      this.#lend(batch.borrowed);
      this.#takeBack();
    }
  }
}
