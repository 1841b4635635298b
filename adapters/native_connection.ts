/**
 * One connection over a descriptor that native code reads and writes, for
 * what a runtime's own sockets cannot take over.
 *
 * @module
 */

import type {
  Adoption,
  StreamDescriptor,
  Watch,
  WatchCallback,
} from "../src/transport/native.ts";
import { concat } from "../src/base/bytes.ts";
import type { Driver } from "./driver.ts";
import { SocketConnection, writeLimit, WriteQueue } from "./connection.ts";

const firstBuffer = 4 * 1024;
const lastBuffer = 64 * 1024;
/** How often is read in one turn: others have to get theirs. */
const mostReads = 16;
/** How many octets are read at the end: what systems keep for one socket. */
const lastOctets = 16 * 1024 * 1024;

/** A byte stream by callbacks over a descriptor. */
export class NativeConnection extends SocketConnection {
  readonly #descriptor: StreamDescriptor;
  readonly #queue: WriteQueue = new WriteQueue();
  #watch: Watch | undefined;
  #wanted = 0;
  #held = true;
  #buffer: Uint8Array | undefined;
  #wasLong = false;
  #paused = true;
  #full = false;
  #ending = false;
  #readEnded = false;
  #writeEnded = false;
  // What a write has failed of.
  #failure: unknown;
  #left = false;

  /** Takes a connected descriptor to itself. */
  constructor({ descriptor, localAddress, remoteAddress }: Adoption) {
    super(localAddress, remoteAddress);
    this.#descriptor = descriptor;
  }

  /** Writes what the system takes and queues the rest. */
  write(parts: readonly Uint8Array[]): boolean {
    if (this.lost || this.#ending || this.#failure !== undefined) return false;
    const idle = this.#queue.length === 0;
    this.#queue.push(parts);
    if (idle) this.#flush();
    this.#full ||= this.#queue.length >= writeLimit;
    return !this.#full && this.#failure === undefined;
  }

  /** True when the system has all that was written. */
  get settled(): boolean {
    return this.#queue.length === 0 && !this.lost;
  }

  /** How many octets the system has not taken yet. */
  get unsent(): number {
    return this.#queue.length;
  }

  /** Stops calling `data`; the last octets may still come once. */
  pause(): void {
    this.#paused = true;
    this.#want();
  }

  /** Goes on calling `data`; the first call starts it. */
  resume(): void {
    this.#paused = false;
    this.#want();
  }

  /** Ends the writing side once everything written has left. */
  end(): void {
    if (this.lost || this.#ending) return;
    this.#ending = true;
    if (this.#queue.length === 0) {
      queueMicrotask(() => this.#endWriting());
    }
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    this.#watch?.hold(keepsProcess);
  }

  /** Drops the socket. */
  protected drop(): void {
    this.#leave();
  }

  /** Waits for what there is to do. */
  #want(): void {
    if (this.#left) return;
    const readable = !this.#paused && !this.#readEnded;
    const writable = this.#queue.length > 0;
    const wanted = (readable ? 1 : 0) + (writable ? 2 : 0);
    if (wanted === this.#wanted) return;
    const events = { readable, writable };
    try {
      if (this.#watch === undefined) {
        this.#watch = this.#descriptor.watch(events, this.#ready);
        if (!this.#held) this.#watch.hold(false);
      } else {
        this.#watch.want(events);
      }
    } catch (cause) {
      // There is no descriptor left to wait with.
      return this.#leave(cause);
    }
    this.#wanted = wanted;
  }

  readonly #ready: WatchCallback = ({ readable, writable }, error) => {
    if (error !== undefined) return this.#leave(error);
    if (writable && this.#queue.length > 0) {
      this.#flush();
      this.#written();
    }
    if (readable && this.#failure === undefined) this.#read();
  };

  #flush(): void {
    const queue = this.#queue;
    try {
      while (queue.length > 0) {
        const length = this.#descriptor.write(queue.peek());
        if (length === undefined) break;
        queue.consume(length);
      }
    } catch (cause) {
      return this.#fail(cause);
    }
    this.#want();
  }

  /**
   * A write has failed, and the connection is over. Not before what the peer
   * sent is read, and never from inside of the call that wrote.
   */
  #fail(cause: unknown): void {
    this.#failure = cause;
    this.#queue.clear();
    queueMicrotask(() => this.#readLast());
  }

  /**
   * Reads what there is, paused or not: who waits for room to write may never
   * resume. Waits for no more: a peer that is gone has nothing on its way, and
   * one that only stopped reading may never end.
   */
  #readLast(): void {
    if (this.lost) return;
    const chunks: Uint8Array[] = [];
    if (!this.#readEnded) {
      try {
        for (let rest = lastOctets; rest > 0;) {
          const buffer = new Uint8Array(Math.min(rest, lastBuffer));
          const length = this.#descriptor.read(buffer) ?? 0;
          if (length === 0) break;
          chunks.push(buffer.subarray(0, length));
          rest -= length;
        }
      } catch {
        // The first failure says why.
      }
    }
    // In one piece: who is paused has to keep it.
    if (chunks.length > 0) this.arrived(concat(chunks));
    this.#leave(this.#failure);
  }

  #written(): void {
    if (this.#queue.length > 0 || this.lost) return;
    if (this.#failure !== undefined) return;
    if (this.#full) {
      this.#full = false;
      this.drained();
    }
    if (this.#ending) this.#endWriting();
  }

  #endWriting(): void {
    if (this.lost || this.#writeEnded || this.#queue.length > 0) return;
    this.#writeEnded = true;
    const { endsWhole = false } = this.#descriptor;
    try {
      if (!endsWhole) this.#descriptor.endWriting();
    } catch (cause) {
      return this.#leave(cause);
    }
    this.drained();
    if (endsWhole || this.#readEnded) this.#leave();
  }

  #read(): void {
    for (let i = 0; i < mostReads && !this.#paused && !this.lost; i++) {
      const room = this.room;
      const buffer = room ?? this.#landing();
      this.#wasLong = room !== undefined;
      let length;
      try {
        length = this.#descriptor.read(buffer);
      } catch (cause) {
        return this.#leave(cause);
      }
      if (length === undefined) return;
      if (length === 0) return this.#end();
      if (room !== undefined) this.filled(length);
      else this.#arrived(buffer, length);
      // Less than was asked for: there is no more.
      if (length < buffer.length) return;
    }
  }

  #arrived(buffer: Uint8Array, length: number): void {
    const chunk = buffer.slice(0, length);
    if (length === this.#buffer!.length && length < lastBuffer) {
      this.#buffer = new Uint8Array(length * 2);
    }
    this.arrived(chunk);
  }

  /** Where to read what comes next; after a long frame, likely a header. */
  #landing(): Uint8Array {
    const buffer = this.#buffer ??= new Uint8Array(firstBuffer);
    return this.#wasLong ? buffer.subarray(0, firstBuffer) : buffer;
  }

  #end(): void {
    this.#readEnded = true;
    this.#want();
    this.peerEnded();
    if (this.#writeEnded) this.#leave();
  }

  #leave(cause?: unknown): void {
    if (this.#left) return;
    this.#left = true;
    this.#queue.clear();
    const closed = this.#watch?.close() ?? Promise.resolve();
    this.#descriptor.close(closed);
    this.gone(cause);
  }
}

/** A connection over a descriptor: the runtime's own, where it can. */
export async function adopt(
  driver: Driver,
  adoption: Adoption,
): Promise<SocketConnection> {
  if (adoption.descriptor.endsWhole) return new NativeConnection(adoption);
  let own;
  try {
    own = await driver.adopt?.(adoption);
  } catch (cause) {
    adoption.descriptor.close();
    throw cause;
  }
  return own ?? new NativeConnection(adoption);
}
