/**
 * One connection over a `net.Socket`, as Node, Deno and Bun have it.
 *
 * @module
 */

import type { Socket } from "node:net";
import { checkUnsent } from "../../src/base/detached.ts";
import { SocketConnection, writeLimit } from "../connection.ts";
import { type Intake, type IntakeOwner, unsentOf } from "./intake.ts";

/** A byte stream by callbacks over a `net.Socket`. */
export class NodeConnection extends SocketConnection implements IntakeOwner {
  readonly #socket: Socket;
  #reading = false;
  readonly #isNode: boolean;
  #paused = true;
  #full = false;
  #ending = false;
  #failure: unknown;
  // What waits until the socket has written what it has. In the socket's own
  // queue, nobody would see that the memory of a part is gone.
  #held: Uint8Array[] = [];
  #heldOctets = 0;
  readonly #wrote = (error?: Error | null): void => {
    // One that is destroyed may call what it wrote well written, and takes
    // everything after it.
    if (error || this.lost || this.#socket.destroyed) return;
    this.#giveHeld();
  };

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
    socket.on("drain", () => this.#drain());
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
    if (this.lost || this.#ending || socket.writableEnded) return false;
    if (this.#held.length > 0) this.#hold(parts);
    else if (
      parts.length > 1 && parts[0]!.length > 0 && socket.writableLength > 0
    ) {
      // The first part, with the header of a frame, is the engine's memory,
      // the next ones may be somebody else's. A callback costs more than all
      // else that a small write does.
      socket.write(parts[0]!, this.#wrote);
      this.#hold(parts.slice(1));
    } else this.#give(parts);
    if (socket.writableLength + this.#heldOctets < writeLimit) return true;
    this.#full = true;
    return false;
  }

  /** True when the system has all that was written. */
  get settled(): boolean {
    return this.#socket.writableLength + this.#heldOctets === 0 && !this.lost;
  }

  /** How many octets the system has not taken yet. */
  get unsent(): number {
    return unsentOf(this.#socket) + this.#heldOctets;
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
    if (this.#held.length === 0) this.#socket.end();
    else this.#ending = true;
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    if (keepsProcess) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Drops the socket. */
  protected drop(): void {
    this.#held = [];
    this.#heldOctets = 0;
    this.#socket.destroy();
  }

  #hold(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      if (part.length === 0) continue;
      this.#held.push(part);
      this.#heldOctets += part.length;
    }
  }

  #giveHeld(): void {
    const parts = this.#held;
    const octets = this.#heldOctets;
    this.#held = [];
    this.#heldOctets = 0;
    try {
      checkUnsent(parts.reduce((sum, { length }) => sum + length, 0), octets);
    } catch (cause) {
      this.#failure = cause;
      this.#socket.destroy();
      return;
    }
    this.#give(parts);
    if (this.#ending) this.#socket.end();
    else if (!this.#socket.writableNeedDrain) this.#drain();
  }

  /** The socket has room again. */
  #drain(): void {
    if (!this.#full || this.#held.length > 0) return;
    this.#full = false;
    this.drained();
  }

  /** Gives the socket what to write next. */
  #give(parts: readonly Uint8Array[]): void {
    const socket = this.#socket;
    // Another runtime's `node:net` copies what was corked into one piece.
    const corks = this.#isNode && parts.length > 1;
    if (corks) socket.cork();
    for (const part of parts) {
      // On Deno an empty write over TLS is never over.
      if (part.length > 0) socket.write(part);
    }
    if (corks) socket.uncork();
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
