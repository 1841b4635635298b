/**
 * The pipe of a datagram endpoint. Nothing here waits for the other side:
 * what arrives while the inbox is full is dropped, and what is on its way out
 * is bounded by the same marks as on a connection.
 *
 * @module
 */

import { Ring } from "../base/ring.ts";
import type { DatagramAddress } from "../endpoint/udp.ts";
import { formatTcp } from "../endpoint/tcp.ts";
import type { Message } from "../message/message.ts";
import { messageSize } from "../message/message.ts";
import type { Datagram, DatagramCodec } from "../wire/datagrams.ts";
import { type PeerInfo, plainPeer } from "./peer.ts";
import {
  type DatagramLosses,
  lowWaterMark,
  Pipe,
  type PipeLimits,
  type PipeOwner,
} from "./pipe.ts";

/** The socket's side of a pipe of datagrams. */
export interface DatagramLink {
  /** Sends a datagram; {@linkcode DatagramPipe.left} tells of its end. */
  send(datagram: Datagram): void;
  /** The socket let go of the pipe. */
  dropped(): void;
}

/** What a datagram may be. */
export interface DatagramLimits {
  /** Octets of the largest one, either way. */
  readonly maxDatagramSize: number;
  /** Octets of the largest body that is accepted; -1 is no limit. */
  readonly maxMessageSize: number;
}

/** A pipe over datagrams. */
export class DatagramPipe extends Pipe {
  readonly #losses = { malformed: 0, overflow: 0, unsent: 0 };
  readonly #codec: DatagramCodec;
  readonly #sizes: DatagramLimits;
  // Queued until there is a socket.
  readonly #waiting = new Ring<Datagram>();
  // How long those are that wait or are on their way, in order.
  readonly #lengths = new Ring<number>();
  readonly #senders = new WeakMap<Message, DatagramAddress>();
  #octets = 0;
  #link: DatagramLink | undefined;
  #refused = false;
  #retired = false;

  constructor(
    owner: PipeOwner,
    limits: PipeLimits,
    peer: PeerInfo,
    endpoint: string,
    connecting: boolean,
    codec: DatagramCodec,
    sizes: DatagramLimits,
  ) {
    super(owner, limits, peer, endpoint, connecting);
    this.#codec = codec;
    this.#sizes = sizes;
  }

  override get losses(): DatagramLosses {
    return this.#losses;
  }

  /** Octets of the largest datagram that is sent. */
  get maxSize(): number {
    return this.#sizes.maxDatagramSize;
  }

  override get pending(): number {
    return this.#lengths.length;
  }

  override get pendingOctets(): number {
    return this.#octets;
  }

  override get full(): boolean {
    if (!this.#isFull()) return false;
    // Who was told so waits for room, as after a refused write.
    this.#refused = true;
    return true;
  }

  /** How many octets the datagram of a message has. */
  sizeOf(message: readonly Uint8Array[]): number {
    return this.#codec.size(message);
  }

  override write(message: readonly Uint8Array[]): boolean {
    if (this.closed || this.full) return false;
    const datagram = this.#codec.encode(message);
    const link = this.#link;
    if (link === undefined) this.#waiting.push(datagram);
    else link.send(datagram);
    this.#lengths.push(datagram.octets.length);
    this.#octets += datagram.octets.length;
    this.sent.messages++;
    this.sent.octets += datagram.octets.length;
    return true;
  }

  /** Datagrams have no first one. */
  override writeFirst(message: readonly Uint8Array[]): void {
    this.write(message);
  }

  /** Groups are not told to anybody: a DISH filters for itself. */
  override command(): void {}

  override read(): Message | undefined {
    const message = super.read();
    const from = message && this.#senders.get(message);
    if (from !== undefined) {
      const [scheme] = this.endpoint.split(":", 1);
      const address = formatTcp(from.host, from.port, scheme);
      if (this.peer.address !== address) this.peer = plainPeer(address);
    }
    return message;
  }

  override refresh(): void {
    this.#roomAgain();
  }

  override retire(): void {
    this.#retired = true;
  }

  override close(): void {
    if (this.closed) return;
    this.closed = true;
    this.dropped += this.#lengths.length;
    this.#lengths.clear();
    this.#waiting.clear();
    this.#octets = 0;
    const link = this.#link;
    this.#link = undefined;
    const wasOnline = this.online;
    this.online = false;
    link?.dropped();
    if (wasOnline) this.owner.pipeOffline(this);
    this.owner.pipeClosed(this);
  }

  // The link's side.

  /** There is a socket: what waited is sent. */
  attach(link: DatagramLink, peer?: PeerInfo): void {
    this.#link = link;
    if (peer !== undefined) {
      this.peer = peer;
      this.online = true;
      this.owner.pipeOnline(this);
    }
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      link.send(next);
    }
  }

  /** The socket is gone, with what was on its way. */
  detach(): void {
    if (this.#link === undefined) return;
    this.#link = undefined;
    while (this.#lengths.length > 0) this.left(false);
    if (!this.online) return;
    this.online = false;
    this.owner.pipeOffline(this);
  }

  /** The oldest datagram on its way has left, or could not. */
  left(wasSent: boolean): void {
    const length = this.#lengths.shift();
    if (length === undefined) return;
    this.#octets -= length;
    if (!wasSent) this.#losses.unsent++;
    this.#roomAgain();
  }

  /** A datagram arrived. */
  deliver(octets: Uint8Array, from: DatagramAddress): void {
    const message = this.#accept(octets, from);
    if (message === undefined) {
      this.#losses.malformed++;
      return;
    }
    if (this.inboxFull) {
      this.#losses.overflow++;
      return;
    }
    this.arrived(message, messageSize(message));
    this.#senders.set(message, from);
    this.owner.pipeMessage(this, message);
  }

  /** Nobody can be told to go on: what finds no room is dropped. */
  protected override readFrom(): void {}

  #accept(octets: Uint8Array, from: DatagramAddress): Message | undefined {
    const { maxDatagramSize, maxMessageSize } = this.#sizes;
    if (octets.length > maxDatagramSize) return undefined;
    const message = this.#codec.decode(octets, from);
    if (message === undefined || maxMessageSize < 0) return message;
    return message[1]!.length > maxMessageSize ? undefined : message;
  }

  #roomAgain(): void {
    if (!this.#refused || this.closed) return;
    const limit = this.limits.sendHighWaterMark;
    if (limit > 0 && this.pending > limit - lowWaterMark(limit)) return;
    if (this.#isFull()) return;
    this.#refused = false;
    this.owner.pipeWritable(this);
  }

  #isFull(): boolean {
    if (this.#retired) return true;
    const { sendHighWaterMark, maxQueuedBytes } = this.limits;
    return (sendHighWaterMark > 0 && this.pending >= sendHighWaterMark) ||
      (maxQueuedBytes >= 0 && this.#octets >= maxQueuedBytes);
  }
}
