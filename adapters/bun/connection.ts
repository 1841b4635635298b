/**
 * One connection over a socket of `Bun.connect` or `Bun.listen`.
 *
 * @module
 */

import { SocketConnection, writeLimit, WriteQueue } from "../connection.ts";
import type { BunSocket } from "./api.ts";

/** Milliseconds without an octet after which no more come. */
const quiet = 20;

/** The socket that belongs to a connection. */
export type OwnSocket = BunSocket<BunConnection | undefined>;

/** A byte stream by callbacks over Bun's socket. */
export class BunConnection extends SocketConnection {
  readonly #socket: OwnSocket;
  readonly #queue: WriteQueue = new WriteQueue();
  #full = false;
  #ending = false;
  #peerEnded = false;
  #paused = true;
  #isBroken = false;
  #isWaiting = false;
  // How often octets have arrived.
  #arrivals = 0;

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
    this.#paused = true;
    if (!this.lost) this.#socket.pause();
  }

  /** Goes on calling `data`; the first call starts it. */
  resume(): void {
    this.#paused = false;
    if (!this.lost) this.#socket.resume();
    if (this.#isBroken) this.#giveUp();
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
    this.#arrivals++;
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
    try {
      while (queue.length > 0) {
        const chunk = queue.peek();
        const length = this.#socket.write(chunk);
        if (this.lost) return;
        if (length < 0) return this.#giveUp();
        queue.consume(length);
        if (length < chunk.length) return;
      }
    } catch (cause) {
      // A part has lost its memory: what comes after it must not be written.
      this.gone(cause);
      this.drop();
    }
  }

  /**
   * Gives up what cannot be written to. When the peer is gone Bun calls
   * `close`, after the last octets; when it only stopped reading, Bun says
   * nothing. Who is paused has not heard all yet.
   */
  #giveUp(): void {
    this.#isBroken = true;
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const before = this.#arrivals;
    setTimeout(() => {
      this.#isWaiting = false;
      if (this.lost || this.#paused) return;
      if (this.#arrivals !== before) return this.#giveUp();
      this.gone(Object.assign(new Error("Cannot write"), { code: "EPIPE" }));
      this.drop();
    }, quiet);
  }

  #shutdown(): void {
    this.#socket.shutdown();
    queueMicrotask(() => this.drained());
  }
}
