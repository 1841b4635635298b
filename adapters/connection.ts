/**
 * What the connections of every runtime share: the order in which a sink is
 * told, and the queue of what waits to be written.
 *
 * @module
 */

import { checkUnsent } from "../src/base/detached.ts";
import { Ring } from "../src/base/ring.ts";
import type { DirectConnection } from "../src/transport/streams.ts";
import type { ByteSink } from "../src/transport/transport.ts";
import { toZmqError } from "./errors.ts";
import { allocate } from "./memory.ts";

/** How many octets may wait to be written before the writer has to. */
export const writeLimit: number = 128 * 1024;

/**
 * One connection of a runtime. A subclass reports what happens through the
 * protected methods and never from inside a call of the engine, `gone`
 * excepted.
 */
export abstract class SocketConnection implements DirectConnection {
  /** The local address as an endpoint. */
  readonly localAddress: string;
  /** The peer's address as an endpoint. */
  readonly remoteAddress: string;
  /** When it was made, where there was a handshake before. */
  readonly since: number | undefined;
  #sink: ByteSink | undefined;
  #ended = false;
  #dropped = false;
  #gone = false;
  #failure: unknown;

  /** Takes the addresses of both ends. */
  constructor(localAddress: string, remoteAddress: string, since?: number) {
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.since = since;
  }

  /** Memory for the sink that is not cleared before. */
  allocate(length: number): Uint8Array {
    return allocate(length);
  }

  /** Starts reading. */
  start(sink: ByteSink): void {
    this.#sink = sink;
    if (this.#ended) queueMicrotask(() => this.peerEnded());
    if (this.#gone) this.#tellClosed();
    else if (!this.#dropped) this.resume();
  }

  /** Writes the parts in order; `false` asks to wait for `drain`. */
  abstract write(parts: readonly Uint8Array[]): boolean;
  /** Stops calling `data`. */
  abstract pause(): void;
  /** Goes on calling `data`; the first call starts it. */
  abstract resume(): void;
  /** Ends the writing side once everything written has left. */
  abstract end(): void;
  /** Says whether the connection keeps the process running. */
  abstract hold(keepsProcess: boolean): void;

  /** Drops the connection at once. */
  close(): void {
    if (this.#dropped || this.#gone) return;
    this.#dropped = true;
    this.drop();
  }

  /** Drops the socket; `gone` has to follow. */
  protected abstract drop(): void;

  /** True when nothing can be written any more. */
  protected get lost(): boolean {
    return this.#dropped || this.#gone;
  }

  /** Octets arrived. */
  arrived(chunk: Uint8Array): void {
    if (!this.lost) this.#sink?.data(chunk);
  }

  /** Where the next octets belong, if the engine knows. */
  get room(): Uint8Array | undefined {
    return this.lost ? undefined : this.#sink?.room?.();
  }

  /** So many octets were read into `room`. */
  filled(length: number): void {
    if (!this.lost) this.#sink?.filled?.(length);
  }

  /** What was written has left. */
  protected drained(): void {
    if (!this.lost) this.#sink?.drain();
  }

  /** The peer will send no more. */
  protected peerEnded(): void {
    if (this.#sink === undefined) this.#ended = true;
    else if (!this.lost) this.#sink.end();
  }

  /** The socket is gone; `cause` says why when it was not in good order. */
  protected gone(cause?: unknown): void {
    if (this.#gone) return;
    this.#gone = true;
    if (!this.#dropped && cause !== undefined && cause !== null) {
      this.#failure = toZmqError(cause, "transfer", this.remoteAddress);
    }
    if (this.#sink !== undefined) this.#tellClosed();
  }

  #tellClosed(): void {
    // A runtime may say so inside the call that dropped the connection.
    queueMicrotask(() => {
      if (this.#failure === undefined) this.#sink!.closed();
      else this.#sink!.closed(this.#failure);
    });
  }
}

/** A part of this size is written by itself rather than copied. */
const largePart = 16 * 1024;
const firstScratch = 4 * 1024;
const lastScratch = 64 * 1024;

/**
 * The parts that wait to be written, for runtimes that write one chunk a
 * call: small parts are gathered into one.
 */
export class WriteQueue {
  /** How many octets wait. */
  length = 0;
  readonly #parts: Ring<Uint8Array> = new Ring();
  // Octets of the first part that were gathered already.
  #taken = 0;
  #scratch: Uint8Array | undefined;
  // What is being written, and its octets: it may be a part whose memory is
  // somebody else's, and can go.
  #chunk: Uint8Array | undefined;
  #chunkLength = 0;

  /** Appends parts. */
  push(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      if (part.length === 0) continue;
      this.#parts.push(part);
      this.length += part.length;
    }
  }

  /**
   * The octets to write next.
   *
   * @throws {ZmqError} `EINVAL` when the memory of a part is gone.
   */
  peek(): Uint8Array {
    if (this.#chunk === undefined) {
      this.#chunk = this.#gather();
      this.#chunkLength = this.#chunk.length;
    } else checkUnsent(this.#chunk.length, this.#chunkLength);
    return this.#chunk;
  }

  /** Takes away what was written of the octets that `peek` gave. */
  consume(length: number): void {
    this.length -= length;
    const chunk = this.#chunk!;
    const left = this.#chunkLength -= length;
    // One whose memory is gone meanwhile stays, for `peek` to see.
    if (left === 0) this.#chunk = undefined;
    else if (chunk.length > 0) this.#chunk = chunk.subarray(length);
  }

  /** Drops everything. */
  clear(): void {
    this.length = 0;
    this.#parts.clear();
    this.#taken = 0;
    this.#chunk = undefined;
    this.#scratch = undefined;
  }

  #gather(): Uint8Array {
    const first = present(this.#parts.peek()!);
    if (first.length >= largePart || this.#parts.length === 1) {
      const rest = this.#taken === 0 ? first : first.subarray(this.#taken);
      this.#parts.shift();
      this.#taken = 0;
      return rest;
    }
    const scratch = this.#reserve();
    let length = 0;
    for (let part = this.#parts.peek(); part; part = this.#parts.peek()) {
      const room = Math.min(scratch.length - length, largePart);
      present(part);
      if (part.length > room) {
        // The head of a long frame travels with its header: a packet of a few
        // octets of its own would wake the peer for nothing.
        if (part.length >= largePart) {
          scratch.set(part.subarray(0, room), length);
          length += room;
          this.#taken = room;
        }
        break;
      }
      scratch.set(part, length);
      length += part.length;
      this.#parts.shift();
    }
    return scratch.subarray(0, length);
  }

  /** Room for what waits, grown with the traffic and kept. */
  #reserve(): Uint8Array {
    let size = this.#scratch?.length ?? firstScratch;
    while (size < this.length && size < lastScratch) size *= 2;
    if (this.#scratch?.length !== size) this.#scratch = new Uint8Array(size);
    return this.#scratch!;
  }
}

/** The same part: none is empty as long as it has its memory. */
function present(part: Uint8Array): Uint8Array {
  checkUnsent(Math.min(part.length, 1), 1);
  return part;
}
