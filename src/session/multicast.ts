/**
 * One endpoint of a multicast transport, bound or connected, which is the
 * same: its socket, the pipe behind it, and how both end. The transport's
 * publishers know no subscribers, so they send everything; subscribers filter
 * for themselves.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import type { ZmqError } from "../base/errors.ts";
import { platformOptions } from "../options/options.ts";
import { publishes } from "../options/socket_type.ts";
import type { ConnectionPipe } from "../routing/connection_pipe.ts";
import { plainPeer } from "../routing/peer.ts";
import type {
  MulticastSink,
  MulticastSocket,
  MulticastTransport,
} from "../transport/multicast.ts";
import type { MulticastFraming, UnitFraming } from "../wire/multicast.ts";
import { markedFrames } from "../wire/marked_frames.ts";
import { packets } from "../wire/packets.ts";
import type { SessionHost } from "./host.ts";
import {
  MulticastReceiver,
  type MulticastReceiverOwner,
} from "./multicast_receiver.ts";
import { MulticastSender } from "./multicast_sender.ts";
import { type EndSetup, SocketEnd } from "./socket_end.ts";

const framings: Readonly<Record<MulticastFraming, UnitFraming>> = {
  norm: markedFrames,
  pgm: packets,
};

/** What an endpoint is made of; a publisher's pipe has all subscriptions. */
export interface MulticastSetup extends EndSetup<ConnectionPipe> {
  readonly host: SessionHost;
  readonly transport: MulticastTransport;
}

/** One endpoint. */
export class MulticastEnd extends SocketEnd<MulticastSocket, ConnectionPipe>
  implements MulticastSink, MulticastReceiverOwner {
  readonly #host: SessionHost;
  readonly #transport: MulticastTransport;
  readonly #role: "send" | "receive";
  #sender: MulticastSender | undefined;
  #receiver: MulticastReceiver | undefined;
  #wasOpen = false;

  constructor(setup: MulticastSetup) {
    super(setup);
    this.#host = setup.host;
    this.#transport = setup.transport;
    this.#role = publishes(setup.host.type) ? "send" : "receive";
  }

  /**
   * Opens the endpoint; resolves with its address.
   *
   * @throws {ZmqError} when it cannot be opened.
   */
  async bind(): Promise<string> {
    const socket = await this.bound();
    this.emit("bind", {});
    this.attach(socket);
    return this.address;
  }

  // The socket's side.

  received(source: string, octets: Uint8Array): boolean {
    return this.#receiver?.received(source, octets) ?? true;
  }

  lost(source: string, why: string): void {
    this.#receiver?.lost(source, why);
  }

  writable(): void {
    this.#sender?.writable();
  }

  // What the two directions tell.

  flushed(): void {
    if (!this.leaving || !this.#sender?.idle) return;
    const drained = this.socket?.drain?.();
    if (drained === undefined) return this.emptied();
    const emptied = () => this.emptied();
    void drained.then(emptied, emptied);
  }

  fail(cause: unknown): void {
    const { socket } = this;
    this.closed(cause);
    void this.release(socket);
  }

  gap(source: string, error: ZmqError): void {
    this.emit("gap", { peerAddress: source, error });
  }

  protected override openSocket(
    _role: "bind" | "connect",
    signal: AbortSignal,
  ): Promise<MulticastSocket> {
    return this.#transport.open(this.endpoint, {
      ...platformOptions(this.options),
      ipv6: this.options.ipv6,
      role: this.#role,
      signal,
    }, this);
  }

  protected override attach(socket: MulticastSocket): void {
    const { clock } = this.#host;
    const { options } = this;
    const framing = framings[this.#transport.framing];
    const isNew = this.pipe === undefined;
    const pipe = this.pipe ??= this.#host.openPipe(
      this.address,
      this.connecting,
      options,
      plainPeer(this.address),
    );
    let link: MulticastSender | MulticastReceiver;
    if (this.#role === "send") {
      link = new MulticastSender(this, clock, socket, pipe, framing);
      this.#sender = link;
    } else {
      link = new MulticastReceiver(this, clock, socket, pipe, framing, options);
      this.#receiver = link;
    }
    pipe.attach(link, plainPeer(socket.endpoint));
    // After a break the publisher has forgotten what was wanted before.
    if (this.#role === "send" && (isNew || this.#wasOpen)) {
      pipe.deliverCommand("SUBSCRIBE", EMPTY);
    }
    this.#wasOpen = true;
    if (this.leaving) this.#askWhoHears();
  }

  protected override stop(): void {
    this.#sender?.stop();
    this.#receiver?.stop();
    this.#sender = this.#receiver = undefined;
  }

  protected override flush(): void {
    this.#sender?.flush();
    this.#askWhoHears();
  }

  protected override get lingers(): boolean {
    if (this.#role === "receive") return false;
    const sender = this.#sender;
    if (sender === undefined) return super.lingers;
    return !sender.idle || this.socket?.drain !== undefined;
  }

  /** What nobody hears is dropped, as without connections it would be. */
  #askWhoHears(): void {
    void this.socket?.unheard?.().then(() => this.emptied());
  }
}
