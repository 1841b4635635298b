/**
 * The pipe of a network connection. Its outgoing queue holds octets ready for
 * the wire and outlives the connection on the connecting side.
 *
 * @module
 */

import { checkUnsent } from "../base/detached.ts";
import type { Message } from "../message/message.ts";
import { messageSize } from "../message/message.ts";
import {
  type Batch,
  BATCH_OCTETS,
  type EncodedMessage,
  Outbox,
} from "./outbox.ts";
import type { PeerInfo } from "./peer.ts";
import {
  lowWaterMark,
  NOTICE_LIMIT,
  Pipe,
  type PipeCommand,
  type PipeLimits,
  type PipeOwner,
} from "./pipe.ts";

/** The connection's side of a pipe. */
export interface PipeLink {
  /** Something was queued: write it before the turn ends. */
  schedule(): void;
  /** Write what is queued now, as far as the transport takes it. */
  flush(): void;
  /** The inbox has room again. */
  resume(): void;
  /** Deliver what has arrived and waits, limits or not. */
  settle(): void;
  /** Send a command, of what was asked for so many times before. */
  command(command: PipeCommand, data: Uint8Array, before?: number): void;
  /** The socket let go of the pipe. */
  dropped(): void;
}

/** A pipe over a byte stream. */
export class ConnectionPipe extends Pipe {
  /** True while its connection ends for another to take its place. */
  renewing = false;
  readonly #outbox: Outbox;
  #link: PipeLink | undefined;
  #refused = false;
  #stalled = false;
  // Takes no more messages, for good: retired or closed.
  #over = false;

  /** @param room octets that every frame leaves free before its body. */
  constructor(
    owner: PipeOwner,
    limits: PipeLimits,
    peer: PeerInfo,
    endpoint: string,
    connecting: boolean,
    room = 0,
  ) {
    super(owner, limits, peer, endpoint, connecting);
    this.#outbox = new Outbox(room);
  }

  override get pending(): number {
    return this.#outbox.messages;
  }

  override get pendingOctets(): number {
    return this.#outbox.octets;
  }

  override get full(): boolean {
    if (this.#over) return true;
    if (!this.#isFull()) return false;
    this.#link?.flush();
    // Who was told so waits for room, as after a refused write.
    return this.#refused = this.#isFull();
  }

  override write(
    message: readonly Uint8Array[],
    encoded?: EncodedMessage,
  ): boolean {
    const outbox = this.#outbox;
    if (this.#over) return false;
    if (this.#isFull()) {
      this.#link?.flush();
      if (this.#isFull()) {
        this.#refused = true;
        return false;
      }
    }
    if (this.limits.conflate) outbox.clear();
    if (encoded === undefined || outbox.room > 0) outbox.push(message);
    else outbox.pushEncoded(encoded);
    this.sent.messages++;
    const link = this.#link;
    if (link !== undefined) {
      if (outbox.octets >= BATCH_OCTETS) link.flush();
      else link.schedule();
    }
    return true;
  }

  override writeFirst(message: readonly Uint8Array[]): void {
    if (this.closed) return;
    this.#outbox.pushFirst(message);
    this.sent.messages++;
    this.#link?.schedule();
  }

  override command(
    command: PipeCommand,
    data: Uint8Array,
    before?: number,
  ): void {
    this.#link?.command(command, data, before);
  }

  override refresh(): void {
    this.#roomAgain();
    this.readFrom();
  }

  override retire(): void {
    this.#over = true;
  }

  override settle(): void {
    this.#link?.settle();
  }

  override renew(): void {
    if (!this.connecting) {
      this.close();
      return;
    }
    this.dropped += this.#outbox.clear();
    this.renewing = true;
    this.#link?.dropped();
    this.renewing = false;
    this.#roomAgain();
  }

  override close(): void {
    if (this.closed) return;
    this.closed = this.#over = true;
    this.dropped += this.#outbox.clear();
    const link = this.#link;
    this.#link = undefined;
    const wasOnline = this.online;
    this.online = false;
    link?.dropped();
    if (wasOnline) this.owner.pipeOffline(this);
    this.owner.pipeClosed(this);
  }

  // The connection's side.

  /** A connection carries the pipe from now on. */
  attach(link: PipeLink, peer: PeerInfo): void {
    this.#link = link;
    this.changePeer(peer);
    this.online = true;
    this.#stalled = false;
    this.owner.pipeOnline(this);
    if (this.#outbox.messages > 0) link.schedule();
  }

  /** The connection is gone; what is queued waits for the next one. */
  detach(): void {
    if (this.#link === undefined) return;
    this.#link = undefined;
    this.online = false;
    this.#stalled = false;
    this.owner.pipeOffline(this);
  }

  /** A whole message arrived. `false`: stop reading until `resume`. */
  deliver(message: Message): boolean {
    this.arrived(message, messageSize(message));
    this.owner.pipeMessage(this, message);
    return !this.stall();
  }

  /** True while the inbox is full: `resume` will tell of room. */
  stall(): boolean {
    if (!this.inboxFull) return false;
    this.#stalled = true;
    return true;
  }

  /** A command arrived. */
  deliverCommand(command: PipeCommand, data: Uint8Array): boolean {
    this.owner.pipeCommand(this, command, data);
    this.noticed(data.length + 1);
    // Many messages wait, and a publisher goes on with the subscriptions.
    if (this.notices < NOTICE_LIMIT && !this.inboxHeavy) return true;
    this.#stalled = true;
    return false;
  }

  /**
   * Takes a batch for the wire.
   *
   * @throws {ZmqError} `EINVAL` when the memory of a frame is gone: the batch
   * is dropped, and the connection is not to go on, for nobody would know of
   * the loss.
   */
  take(): Batch | undefined {
    const batch = this.#outbox.take();
    if (batch === undefined) return undefined;
    if (batch.refers) this.#check(batch);
    this.sent.octets += batch.octets;
    return batch;
  }

  /** Says that a flush is over: a writer that was refused may go on. */
  flushed(): void {
    this.#roomAgain();
  }

  protected override readFrom(): void {
    if (!this.#stalled || !this.inboxLow) return;
    if (this.notices > lowWaterMark(NOTICE_LIMIT)) return;
    this.#stalled = false;
    this.#link?.resume();
  }

  #check({ parts, octets, messages }: Batch): void {
    try {
      checkUnsent(messageSize(parts), octets);
    } catch (error) {
      this.dropped += messages;
      throw error;
    }
  }

  #roomAgain(): void {
    if (!this.#refused || this.#over || this.#isFull()) return;
    this.#refused = false;
    this.owner.pipeWritable(this);
  }

  #isFull(): boolean {
    const { sendHighWaterMark, maxQueuedBytes, conflate } = this.limits;
    const outbox = this.#outbox;
    if (conflate) return false;
    return (sendHighWaterMark > 0 && outbox.messages >= sendHighWaterMark) ||
      (maxQueuedBytes >= 0 && outbox.octets >= maxQueuedBytes);
  }
}
