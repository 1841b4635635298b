/**
 * The pipe between two sockets of one context. Messages go from one socket to
 * the other by reference: there is no wire.
 *
 * As in libzmq, each direction holds the sum of the sender's and the
 * receiver's high water marks, and is unlimited when either is 0.
 *
 * @module
 */

import type { Message } from "../message/message.ts";
import { messageSize } from "../message/message.ts";
import type { PeerInfo } from "./peer.ts";
import {
  lowWaterMark,
  Pipe,
  type PipeCommand,
  type PipeLimits,
  type PipeOwner,
} from "./pipe.ts";

/** One end of an inproc connection. */
export class InprocPipe extends Pipe {
  #other: InprocPipe | undefined;
  // Messages sent before the other end exists.
  #waiting: Message[] = [];
  #refused = false;

  constructor(
    owner: PipeOwner,
    limits: PipeLimits,
    peer: PeerInfo,
    endpoint: string,
    connecting: boolean,
  ) {
    super(owner, limits, peer, endpoint, connecting);
  }

  override get pending(): number {
    return this.#other === undefined
      ? this.#waiting.length
      : this.#other.inbox.length;
  }

  override get pendingOctets(): number {
    return this.#waiting.reduce((sum, each) => sum + messageSize(each), 0);
  }

  override get full(): boolean {
    if (this.limits.conflate) return false;
    const own = this.limits.sendHighWaterMark;
    if (this.#other === undefined) {
      return own > 0 && this.#waiting.length >= own;
    }
    const limit = this.#limit();
    return limit > 0 && this.#other.inbox.length >= limit;
  }

  override write(message: readonly Uint8Array[]): boolean {
    if (this.closed) return false;
    if (this.full) {
      this.#refused = true;
      return false;
    }
    this.sent.messages++;
    // The receiver owns its array: it may take frames out of it.
    this.#pass(message.slice());
    return true;
  }

  override command(command: PipeCommand, data: Uint8Array): void {
    const other = this.#other;
    if (other !== undefined) other.owner.pipeCommand(other, command, data);
  }

  override refresh(): void {
    this.#roomAgain();
    this.#other?.#roomAgain();
  }

  override close(): void {
    if (this.closed) return;
    this.closed = true;
    this.dropped += this.#waiting.length;
    this.#waiting = [];
    const other = this.#other;
    this.#other = undefined;
    const wasOnline = this.online;
    this.online = false;
    if (wasOnline) this.owner.pipeOffline(this);
    this.owner.pipeClosed(this);
    other?.close();
  }

  /** Joins two ends; what was sent so far arrives in order. */
  static join(a: InprocPipe, b: InprocPipe): void {
    a.#other = b;
    b.#other = a;
    a.online = b.online = true;
    a.owner.pipeOnline(a);
    b.owner.pipeOnline(b);
    for (const end of [a, b]) {
      const waiting = end.#waiting;
      end.#waiting = [];
      for (const message of waiting) end.#pass(message);
    }
  }

  protected override readFrom(): void {
    this.#other?.#roomAgain();
  }

  #pass(message: Message): void {
    const size = messageSize(message);
    this.sent.octets += size;
    const other = this.#other;
    if (other === undefined) {
      if (this.limits.conflate) this.#waiting = [];
      this.#waiting.push(message);
      return;
    }
    other.received.messages++;
    other.received.octets += size;
    other.owner.pipeMessage(other, message);
  }

  #limit(): number {
    const own = this.limits.sendHighWaterMark;
    const theirs = this.#other!.limits.receiveHighWaterMark;
    return own === 0 || theirs === 0 ? 0 : own + theirs;
  }

  #roomAgain(): void {
    if (!this.#refused || this.closed) return;
    const limit = this.#other === undefined ? 0 : this.#limit();
    const held = this.#other?.inbox.length ?? 0;
    if (limit > 0 && held > limit - lowWaterMark(limit)) return;
    this.#refused = false;
    this.owner.pipeWritable(this);
  }
}
