/**
 * One connection over a socket of `Bun.connect` or `Bun.listen`.
 *
 * @module
 */

import { SocketConnection, writeLimit, WriteQueue } from "../connection.ts";
import type { BunSocket } from "./api.ts";

/** The socket that belongs to a connection. */
export type OwnSocket = BunSocket<BunConnection | undefined>;

/** A byte stream by callbacks over Bun's socket. */
export class BunConnection extends SocketConnection {
  readonly #socket: OwnSocket;
  readonly #queue: WriteQueue = new WriteQueue();
  #full = false;
  #ending = false;
  #peerEnded = false;

  /** Takes a socket that has just been opened, and stops its reading. */
  constructor(socket: OwnSocket, localAddress: string, remoteAddress: string) {
    super(localAddress, remoteAddress);
    this.#socket = socket;
    socket.data = this;
    // Bun drops what arrives while nobody has started the connection.
    socket.pause();
  }

  /** Writes what the system takes and queues the rest. */
  write(parts: readonly Uint8Array[]): boolean {
    if (this.lost || this.#ending) return false;
    const idle = this.#queue.length === 0;
    this.#queue.push(parts);
    if (idle) this.#flush();
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

  /** Stops calling `data`. */
  pause(): void {
    if (!this.lost) this.#socket.pause();
  }

  /** Goes on calling `data`; the first call starts it. */
  resume(): void {
    if (!this.lost) this.#socket.resume();
  }

  /** Ends the writing side once everything written has left. */
  end(): void {
    if (this.lost || this.#ending) return;
    this.#ending = true;
    if (this.#queue.length === 0) this.#shutdown();
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    if (this.lost) return;
    if (keepsProcess) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Bun's call: octets arrived. */
  onData(chunk: Uint8Array): void {
    this.arrived(chunk);
  }

  /** Bun's call: more can be written. */
  onDrain(): void {
    this.#flush();
    if (this.#queue.length > 0) return;
    if (this.#full) {
      this.#full = false;
      this.drained();
    }
    if (this.#ending && this.#queue.length === 0) this.#shutdown();
  }

  /** Bun's call: the peer will send no more. */
  onEnd(): void {
    this.#peerEnded = true;
    this.peerEnded();
  }

  /** Bun's call: the socket is gone. */
  onClose(error?: Error): void {
    this.#queue.clear();
    // After shutdown, Bun takes the peer's end for the end of it all.
    if (error === undefined && !this.#peerEnded) this.onEnd();
    this.gone(error);
  }

  /** Drops the socket. */
  protected drop(): void {
    this.#queue.clear();
    this.#socket.end();
  }

  #flush(): void {
    const queue = this.#queue;
    while (queue.length > 0) {
      const chunk = queue.peek();
      const length = this.#socket.write(chunk);
      // After -1 `close` has been called or soon will be.
      if (this.lost || length < 0) return;
      queue.consume(length);
      if (length < chunk.length) return;
    }
  }

  #shutdown(): void {
    this.#socket.shutdown();
    queueMicrotask(() => this.drained());
  }
}
