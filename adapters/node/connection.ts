/**
 * One connection over a `net.Socket`, as Node, Deno and Bun have it.
 *
 * @module
 */

import type { Socket } from "node:net";
import { SocketConnection, writeLimit } from "../connection.ts";
import { type Intake, type IntakeOwner, unsentOf } from "./intake.ts";

/** A byte stream by callbacks over a `net.Socket`. */
export class NodeConnection extends SocketConnection implements IntakeOwner {
  readonly #socket: Socket;
  #reading = false;
  readonly #isNode: boolean;
  #paused = true;
  #full = false;
  #failure: Error | undefined;

  /**
   * Takes a socket that is connected, and has it to itself.
   *
   * @param intake what Node's socket reads with; another runtime's has "data"
   * events instead.
   * @param since when it was connected, where there was a handshake since.
   */
  constructor(
    socket: Socket,
    localAddress: string,
    remoteAddress: string,
    intake?: Intake,
    since?: number,
  ) {
    super(localAddress, remoteAddress, since);
    this.#socket = socket;
    this.#isNode = this.#reading = intake !== undefined;
    if (intake !== undefined) intake.owner = this;
    socket.on("finish", () => this.drained());
    socket.on("drain", () => {
      if (!this.#full) return;
      this.#full = false;
      this.drained();
    });
    socket.on("error", (error) => {
      this.#failure = error;
    });
    socket.on("end", () => this.peerEnded());
    socket.on("close", () => {
      intake?.release();
      this.gone(this.#failure);
    });
  }

  /** Writes the parts in order, with one system call where possible. */
  write(parts: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (this.lost || socket.writableEnded) return false;
    // Another runtime's `node:net` copies what was corked into one piece.
    const corks = this.#isNode && parts.length > 1;
    if (corks) socket.cork();
    for (const part of parts) socket.write(part);
    if (corks) socket.uncork();
    if (socket.writableLength < writeLimit) return true;
    this.#full = true;
    return false;
  }

  /** True when the system has all that was written. */
  get settled(): boolean {
    return this.#socket.writableLength === 0 && !this.lost;
  }

  /** How many octets the system has not taken yet. */
  get unsent(): number {
    return unsentOf(this.#socket);
  }

  /** Stops calling `data`. */
  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  /** True after `pause`, until `resume`. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Goes on calling `data`; the first call starts it. */
  resume(): void {
    this.#paused = false;
    if (!this.#reading) this.#listen();
    this.#socket.resume();
  }

  /** Ends the writing side once everything written has left. */
  end(): void {
    this.#socket.end();
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    if (keepsProcess) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Drops the socket. */
  protected drop(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#reading = true;
    this.#socket.on("data", (chunk: Uint8Array) => {
      // A Buffer's subarrays would be Buffers too, and so the users' frames.
      const { buffer, byteOffset, byteLength } = chunk;
      this.arrived(new Uint8Array(buffer, byteOffset, byteLength));
    });
  }
}
