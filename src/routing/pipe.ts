/**
 * A pipe: the two queues between a socket and one of its peers.
 *
 * All backpressure is here. High water marks count whole messages, per pipe,
 * as libzmq's do; octets are bounded too. A full outgoing queue makes `write`
 * refuse; a full incoming one makes the connection stop reading.
 *
 * @module
 */

import { Ring } from "../base/ring.ts";
import { type Message, messageSize } from "../message/message.ts";
import type { EncodedMessage } from "./outbox.ts";
import type { PeerInfo } from "./peer.ts";

/**
 * What a frame that waits to be received takes beside its octets, about: a
 * message of nothing but empty frames is none that takes no memory.
 */
export const FRAME_OCTETS = 128;

/** Notices of subscriptions that wait before their peer has to. */
export const NOTICE_LIMIT = 1000;

/** A subscription or group command. */
export type PipeCommand = "SUBSCRIBE" | "CANCEL" | "JOIN" | "LEAVE";

/** The socket's side of its pipes: told what happens on each of them. */
export interface PipeOwner {
  /** A message arrived; the owner queues it in `pipe.inbox` or consumes it. */
  pipeMessage(pipe: Pipe, message: Message): void;
  /** A subscription or group command arrived. */
  pipeCommand(pipe: Pipe, command: PipeCommand, data: Uint8Array): void;
  /** A pipe that refused a write has room again. */
  pipeWritable(pipe: Pipe): void;
  /** The pipe's connection is up: the handshake is done. */
  pipeOnline(pipe: Pipe): void;
  /** The pipe's connection is down; a connecting pipe waits for the next. */
  pipeOffline(pipe: Pipe): void;
  /** The pipe is gone; what is in its inbox can still be read. */
  pipeClosed(pipe: Pipe): void;
}

/** The sizes of a pipe's queues. */
export interface PipeLimits {
  /** Outgoing messages; 0 is no limit. */
  sendHighWaterMark: number;
  /** Incoming messages; 0 is no limit. */
  receiveHighWaterMark: number;
  /**
   * Octets, each way; -1 is no limit. On the way in, each frame after the
   * first of a message counts 128 more: high water marks count messages.
   */
  maxQueuedBytes: number;
  /** Only the newest message is kept, each way. */
  conflate: boolean;
}

/** Messages and octets that went one way. */
export interface PipeCount {
  messages: number;
  octets: number;
}

/** Datagrams that were thrown away. */
export interface DatagramLosses {
  /** Arrived, and are no message: empty, cut short or too large. */
  readonly malformed: number;
  /** Arrived while the queue was at its high water mark. */
  readonly overflow: number;
  /** Were sent, and refused by the system or the network. */
  readonly unsent: number;
}

/** The queues between a socket and one peer. */
export abstract class Pipe {
  /** Who the peer is; changes with each connection. */
  peer: PeerInfo;
  /** Messages that arrived and were not read yet. */
  readonly inbox: Ring<Message> = new Ring<Message>();
  /** The sizes of the queues. */
  readonly limits: PipeLimits;
  /** The endpoint that made the pipe, as the user gave it. */
  readonly endpoint: string;
  /** True on the connecting side. */
  readonly connecting: boolean;
  /** True while a connection carries the pipe. */
  online = false;
  /** True once the pipe is gone. */
  closed = false;
  /** Set while the pipe stands in a fair queue. */
  queued = false;
  /** The number of the message that a distributor last chose it for. */
  round = 0;
  /** Position in a load balancer, -1 outside. */
  slot = -1;
  /** What arrived. */
  readonly received: PipeCount = { messages: 0, octets: 0 };
  /** What of it the socket threw away at once, for it had not asked for it. */
  readonly unwanted: PipeCount = { messages: 0, octets: 0 };
  /** What was accepted for sending. */
  readonly sent: PipeCount = { messages: 0, octets: 0 };
  /** Messages that were thrown away on the way out. */
  dropped = 0;
  /** Notices of subscriptions among what arrived and was not read yet. */
  notices = 0;
  /** Times that something of a multicast source was lost on the way in. */
  gaps = 0;
  /** The routing id that the application chose for this connection. */
  assignedRoutingId: Uint8Array | undefined = undefined;

  protected readonly owner: PipeOwner;

  // Octets that arrived and wait no more, as far as is known. To look at each
  // message again when it is read would cost every one of them: it is done
  // where too many octets may wait, and for all that is read while they do.
  #gone = 0;
  #isExact = false;

  // The peers of earlier connections whose messages were not read yet, and how
  // many these are. The first one sent the message that was read last.
  #former: { readonly peer: PeerInfo; left: number }[] | undefined;

  constructor(
    owner: PipeOwner,
    limits: PipeLimits,
    peer: PeerInfo,
    endpoint: string,
    connecting: boolean,
  ) {
    this.owner = owner;
    this.limits = limits;
    this.peer = peer;
    this.endpoint = endpoint;
    this.connecting = connecting;
  }

  /** What was lost on the way; `undefined` where nothing can be. */
  get losses(): DatagramLosses | undefined {
    return undefined;
  }

  /** Messages waiting to leave. */
  abstract get pending(): number;
  /** Octets waiting to leave. */
  abstract get pendingOctets(): number;
  /**
   * True when the next `write` would be refused; `pipeWritable` will tell
   * then when there is room, as after a refused write.
   */
  abstract get full(): boolean;

  /**
   * Queues a message for the peer. `false`: the queue is full, nothing was
   * taken, and the owner's `pipeWritable` will tell when there is room.
   *
   * @param encoded the message as it goes on the wire, where that is known.
   */
  abstract write(
    message: readonly Uint8Array[],
    encoded?: EncodedMessage,
  ): boolean;

  /**
   * Queues a message ahead of all that waits, whatever the limits: what a
   * peer must get before everything else on a new connection.
   */
  abstract writeFirst(message: readonly Uint8Array[]): void;

  /**
   * Sends a subscription or group command; lost while offline.
   *
   * @param before how many times this socket had asked for it until now, as
   * far as the peer was told. Default: once if this takes it back, else never.
   */
  abstract command(
    command: PipeCommand,
    data: Uint8Array,
    before?: number,
  ): void;

  /** Who sent the message that was read last. */
  get sender(): PeerInfo {
    return this.#former?.[0]?.peer ?? this.peer;
  }

  /** Another peer, or the same one again: what waits is the former's. */
  protected changePeer(peer: PeerInfo): void {
    let left = this.inbox.length;
    for (const former of this.#former ?? []) left -= former.left;
    if (left > 0) (this.#former ??= []).push({ peer: this.peer, left });
    this.peer = peer;
  }

  /** Takes the oldest message that arrived. */
  read(): Message | undefined {
    const message = this.inbox.shift();
    if (message === undefined) return undefined;
    if (this.#former !== undefined) this.#readFormer(this.#former);
    if (this.#isExact) this.#gone += weight(message);
    this.readFrom();
    return message;
  }

  /** Drops the messages that nobody wants any more. */
  filter(wanted: (message: Message) => boolean): void {
    const { inbox } = this;
    const former = this.#former ?? [];
    let whose = 0;
    let theirs = former[0]?.left ?? 0;
    for (let i = inbox.length; i > 0; i--) {
      while (theirs === 0 && whose < former.length) {
        theirs = former[++whose]?.left ?? 0;
      }
      theirs--;
      const message = inbox.shift()!;
      if (wanted(message)) inbox.push(message);
      else if (whose < former.length) former[whose]!.left--;
    }
    this.#isExact = false;
  }

  /** Octets of the messages that arrived and were not read yet. */
  get inboxOctets(): number {
    let sum = 0;
    for (const message of this.inbox) sum += messageSize(message);
    return sum;
  }

  /** True when no more messages should be delivered for now. */
  get inboxFull(): boolean {
    const { receiveHighWaterMark: limit, conflate } = this.limits;
    return ((limit > 0 && this.inbox.length >= limit) || this.inboxHeavy) &&
      !conflate;
  }

  /** True when a peer that was stopped may go on: half has been read. */
  protected get inboxLow(): boolean {
    const { receiveHighWaterMark: limit, maxQueuedBytes } = this.limits;
    const { length } = this.inbox;
    if (limit > 0 && length > limit - lowWaterMark(limit)) return false;
    return maxQueuedBytes < 0 || length === 0 ||
      !this.inboxHolds(moreThanHalf(maxQueuedBytes));
  }

  /** True at the limit of octets; an empty inbox takes one message anyway. */
  protected get inboxHeavy(): boolean {
    const limit = this.limits.maxQueuedBytes;
    return limit >= 0 && this.inboxHolds(limit) && this.inbox.length > 0;
  }

  /** True when so many octets wait to be read, or more: by their weight. */
  protected inboxHolds(octets: number): boolean {
    if (this.received.octets - this.#gone < octets) {
      // Of what arrives from now on, the socket may drop some unread.
      if (this.#isExact) this.#isExact = false;
      return false;
    }
    if (this.#isExact) return true;
    let waiting = 0;
    for (const message of this.inbox) waiting += weight(message);
    this.#gone = this.received.octets - waiting;
    return this.#isExact = waiting >= octets;
  }

  /** Counts a message that arrived. */
  protected arrived(message: Message, octets: number): void {
    this.received.messages++;
    this.received.octets += octets;
    if (message.length > 1) this.#gone -= weightOfFrames(message);
  }

  /** Something else than a message arrived, for which one may wait now. */
  protected noticed(octets: number): void {
    this.#gone -= octets;
  }

  /** Queues a message that arrived. Owners call it from `pipeMessage`. */
  enqueue(message: Message): void {
    if (this.limits.conflate && this.inbox.length > 0) {
      this.inbox.clear();
      this.#former = undefined;
    }
    this.inbox.push(message);
  }

  /** Notes that the socket does not want a message that arrived. */
  ignore(message: Message): void {
    this.unwanted.messages++;
    this.unwanted.octets += messageSize(message);
  }

  /** Applies changed limits to a live pipe. */
  abstract refresh(): void;

  /** Takes no more messages; what is queued may still leave. For good. */
  abstract retire(): void;

  /** Hands over what has arrived and waits for room, limits or not. */
  settle(): void {}

  /**
   * Ends the connection and drops what waits to leave. Who connected does so
   * again at once; without a connection, nothing else changes.
   */
  renew(): void {
    this.close();
  }

  /** Closes the pipe now, dropping what waits to leave. */
  abstract close(): void;

  #readFormer(former: { readonly peer: PeerInfo; left: number }[]): void {
    while (former.length > 0 && former[0]!.left === 0) former.shift();
    if (former.length === 0) this.#former = undefined;
    else former[0]!.left--;
  }

  /** Called after a message was read: a stopped peer may go on. */
  protected abstract readFrom(): void;
}

/** What a message that waits to be received counts against the limit. */
function weight(message: Message): number {
  return messageSize(message) + weightOfFrames(message);
}

function weightOfFrames({ length }: Message): number {
  return (length - 1) * FRAME_OCTETS;
}

/** The least octets with which a queue that was full is not open again. */
export function moreThanHalf(octets: number): number {
  return Math.floor(octets / 2) + 1;
}

/** The point at which a queue that was full is open again. */
export function lowWaterMark(highWaterMark: number): number {
  return (highWaterMark + 1) >> 1;
}
