/**
 * One connection over a `Deno.Conn`, with a loop that reads and one that
 * writes.
 *
 * @module
 */

import { SocketConnection, writeLimit, WriteQueue } from "../connection.ts";
import type { DenoConn } from "./api.ts";

const firstBuffer = 4 * 1024;
const lastBuffer = 64 * 1024;

/** A byte stream by callbacks over a `Deno.Conn`. */
export class DenoConnection extends SocketConnection {
  readonly #conn: DenoConn;
  readonly #queue: WriteQueue = new WriteQueue();
  #buffer: Uint8Array | undefined;
  #paused = true;
  #reading = false;
  #writing = false;
  #full = false;
  #ending = false;
  #readEnded = false;
  #writeEnded = false;
  #left = false;

  /** Takes a connection to itself. */
  constructor(conn: DenoConn, localAddress: string, remoteAddress: string) {
    super(localAddress, remoteAddress);
    this.#conn = conn;
  }

  /** Queues the parts; they are written in this turn. */
  write(parts: readonly Uint8Array[]): boolean {
    if (this.lost || this.#ending) return false;
    this.#queue.push(parts);
    if (!this.#writing) this.#writeLoop();
    this.#full ||= this.#queue.length >= writeLimit;
    return !this.#full;
  }

  /** True when the system has all that was written. */
  get settled(): boolean {
    return this.#queue.length === 0 && !this.lost;
  }

  /** How many octets the system has not taken yet. */
  get unsent(): number {
    return this.#queue.length;
  }

  /** Stops calling `data`; a read that is under way may still do. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on calling `data`; the first call starts it. */
  resume(): void {
    this.#paused = false;
    if (!this.#reading && !this.#readEnded) this.#readLoop();
  }

  /** Ends the writing side once everything written has left. */
  end(): void {
    if (this.lost || this.#ending) return;
    this.#ending = true;
    if (!this.#writing) this.#writeLoop();
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    if (this.lost) return;
    if (keepsProcess) this.#conn.ref();
    else this.#conn.unref();
  }

  /** Drops the socket. */
  protected drop(): void {
    this.#leave();
  }

  async #readLoop(): Promise<void> {
    this.#reading = true;
    let wasLong = false;
    while (!this.#paused) {
      const room = this.room;
      const buffer = room ?? this.#landing(wasLong);
      wasLong = room !== undefined;
      let length;
      try {
        length = await this.#conn.read(buffer);
      } catch (cause) {
        return this.#leave(cause);
      }
      if (this.lost) return;
      if (length === null) {
        this.#readEnded = true;
        this.peerEnded();
        if (this.#writeEnded) this.#leave();
        break;
      }
      if (length === 0) continue;
      if (room !== undefined) {
        this.filled(length);
        continue;
      }
      const chunk = buffer.slice(0, length);
      if (length === this.#buffer!.length && length < lastBuffer) {
        this.#buffer = new Uint8Array(length * 2);
      }
      this.arrived(chunk);
    }
    this.#reading = false;
  }

  /** Where to read what comes next; after a long frame, likely a header. */
  #landing(isHead: boolean): Uint8Array {
    const buffer = this.#buffer ??= new Uint8Array(firstBuffer);
    return isHead ? buffer.subarray(0, firstBuffer) : buffer;
  }

  async #writeLoop(): Promise<void> {
    this.#writing = true;
    const queue = this.#queue;
    while (queue.length > 0) {
      try {
        const length = await this.#conn.write(queue.peek());
        if (this.lost) return;
        queue.consume(length);
      } catch (cause) {
        return this.#leave(cause);
      }
      if (queue.length > 0 || !this.#full) continue;
      this.#full = false;
      this.drained();
    }
    if (this.#ending && !await this.#closeWrite()) return;
    this.#writing = false;
    if (this.#ending) this.#writingEnded();
  }

  async #closeWrite(): Promise<boolean> {
    try {
      await this.#conn.closeWrite();
      return true;
    } catch (cause) {
      this.#leave(cause);
      return false;
    }
  }

  #writingEnded(): void {
    if (this.lost) return;
    this.#writeEnded = true;
    this.drained();
    if (this.#readEnded) this.#leave();
  }

  #leave(cause?: unknown): void {
    if (this.#left) return;
    this.#left = true;
    this.#queue.clear();
    this.#conn.close();
    this.gone(cause);
  }
}
