/**
 * The pipe between two sockets of one context. Messages go from one socket to
 * the other by reference: there is no wire.
 *
 * As in libzmq, each direction holds the sum of the sender's and the
 * receiver's high water marks, and is unlimited when either is 0. The same
 * goes for their limits of octets.
 *
 * @module
 */

import type { Message } from "../message/message.ts";
import { messageSize } from "../message/message.ts";
import type { PeerInfo } from "./peer.ts";
import { lowWaterMark, moreThanHalf, Pipe, type PipeCommand } from "./pipe.ts";

/** One end of an inproc connection. */
export class InprocPipe extends Pipe {
  /** What the other end is told of this socket. */
  self: PeerInfo | undefined;
  /** Told once when this end is gone. */
  onClosed: (() => void) | undefined;
  /** Told when what waited for the other end has gone there. */
  onJoined: (() => void) | undefined;
  /** Told when the other end is gone, and another one is to take its place. */
  onParted: (() => void) | undefined;
  #other: InprocPipe | undefined;
  // Messages sent before the other end exists.
  #waiting: Message[] = [];
  #waitingOctets = 0;
  // Commands sent while the two ends are being joined.
  #commands: [command: PipeCommand, data: Uint8Array][] = [];
  #refused = false;
  #retired = false;

  override get pending(): number {
    return this.#other === undefined
      ? this.#waiting.length
      : this.#other.inbox.length;
  }

  override get pendingOctets(): number {
    return this.#other === undefined
      ? this.#waitingOctets
      : this.#other.inboxOctets;
  }

  override get full(): boolean {
    if (!this.#isFull()) return false;
    // Who was told so waits for room, as after a refused write.
    this.#refused = true;
    return true;
  }

  override write(message: readonly Uint8Array[]): boolean {
    if (this.closed) return false;
    if (this.full) return false;
    this.sent.messages++;
    // The receiver owns its array: it may take frames out of it.
    this.#pass(message.slice());
    return true;
  }

  override writeFirst(message: readonly Uint8Array[]): void {
    if (this.closed) return;
    this.sent.messages++;
    if (this.#other === undefined) {
      this.#waiting.unshift(message.slice());
      this.#waitingOctets += messageSize(message);
    } else this.#pass(message.slice());
  }

  override command(command: PipeCommand, data: Uint8Array): void {
    const other = this.#other;
    if (other !== undefined) other.owner.pipeCommand(other, command, data);
    else if (this.online) this.#commands.push([command, data]);
  }

  override refresh(): void {
    this.#roomAgain();
    if (this.#other !== undefined) this.#other.#roomAgain();
  }

  override retire(): void {
    this.#retired = true;
  }

  override renew(): void {
    const other = this.#other;
    if (other !== undefined && !this.connecting) {
      other.renew();
      return;
    }
    this.#dropWaiting();
    if (other !== undefined) {
      this.#other = other.#other = undefined;
      this.online = false;
      this.owner.pipeOffline(this);
      other.close();
      if (!this.closed) this.onParted?.();
    }
    this.#roomAgain();
  }

  #dropWaiting(): void {
    this.dropped += this.#waiting.length;
    this.#waiting = [];
    this.#waitingOctets = 0;
  }

  override close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#dropWaiting();
    const other = this.#other;
    this.#other = undefined;
    const wasOnline = this.online;
    this.online = false;
    if (wasOnline) this.owner.pipeOffline(this);
    this.owner.pipeClosed(this);
    this.onClosed?.();
    other?.close();
  }

  /** Joins two ends; what was sent so far arrives in order. */
  static join(a: InprocPipe, b: InprocPipe): void {
    // Either may be gone already: its socket refused the peer.
    if (InprocPipe.#endBoth(a, b)) return;
    if (b.self !== undefined) a.peer = b.self;
    if (a.self !== undefined) b.peer = a.self;
    // One queue holds for both sockets, so both replace or neither does.
    a.limits.conflate = b.limits.conflate = a.limits.conflate ||
      b.limits.conflate;
    a.online = b.online = true;
    // The ends are linked only when both sockets know their peer: what the
    // first one says on learning of it waits until the second one does.
    a.owner.pipeOnline(a);
    if (InprocPipe.#endBoth(a, b)) return;
    b.owner.pipeOnline(b);
    if (InprocPipe.#endBoth(a, b)) return;
    a.#other = b;
    b.#other = a;
    for (const end of [a, b]) end.#pour();
    for (const end of [a, b]) end.#roomAgain();
    a.onJoined?.();
  }

  /** When one end is closed, closes the other. */
  static #endBoth(a: InprocPipe, b: InprocPipe): boolean {
    if (!a.closed && !b.closed) return false;
    a.close();
    b.close();
    return true;
  }

  /** Passes on what waited for the other end. */
  #pour(): void {
    const commands = this.#commands;
    const waiting = this.#waiting;
    this.#commands = [];
    this.#waiting = [];
    this.#waitingOctets = 0;
    for (const [command, bytes] of commands) this.command(command, bytes);
    for (const message of waiting) {
      if (this.closed) this.dropped++;
      else this.#pass(message);
    }
  }

  protected override readFrom(): void {
    if (this.#other !== undefined) this.#other.#roomAgain();
  }

  #pass(message: Message): void {
    const size = messageSize(message);
    this.sent.octets += size;
    const other = this.#other;
    if (other === undefined) {
      if (this.limits.conflate) {
        this.#waiting = [];
        this.#waitingOctets = 0;
      }
      this.#waiting.push(message);
      this.#waitingOctets += size;
      return;
    }
    other.arrived(message, size);
    other.owner.pipeMessage(other, message);
  }

  #isFull(): boolean {
    // An end that is joined is not retired but closed.
    if (this.#other === undefined && this.#retired) return true;
    if (this.limits.conflate) return false;
    const limit = this.#mark;
    const { pending } = this;
    if (limit > 0 && pending >= limit) return true;
    const octets = this.#maxOctets;
    // Empty, it has room for one message whatever the limit.
    return octets >= 0 && pending > 0 && this.#holds(octets);
  }

  /** True when so many octets wait, or more. */
  #holds(octets: number): boolean {
    const other = this.#other;
    return other === undefined
      ? this.#waitingOctets >= octets
      : other.inboxHolds(octets);
  }

  /** How many messages the queue holds; 0 is no limit. */
  get #mark(): number {
    const own = this.limits.sendHighWaterMark;
    if (this.#other === undefined) return own;
    const theirs = this.#other.limits.receiveHighWaterMark;
    return own === 0 || theirs === 0 ? 0 : own + theirs;
  }

  /** How many octets the queue holds; -1 is no limit. */
  get #maxOctets(): number {
    const own = this.limits.maxQueuedBytes;
    if (this.#other === undefined) return own;
    const theirs = this.#other.limits.maxQueuedBytes;
    return own < 0 || theirs < 0 ? -1 : own + theirs;
  }

  #roomAgain(): void {
    if (!this.#refused || this.closed) return;
    const limit = this.#mark;
    if (limit > 0 && this.pending > limit - lowWaterMark(limit)) return;
    const octets = this.#maxOctets;
    if (octets >= 0 && this.#holds(moreThanHalf(octets))) return;
    this.#refused = false;
    this.owner.pipeWritable(this);
  }
}
