/**
 * One endpoint of a multicast transport, bound or connected, which is the
 * same: its socket, the pipe behind it, and how both end. The transport's
 * publishers know no subscribers, so they send everything; subscribers filter
 * for themselves.
 *
 * @module
 */

import type { Timer } from "../base/clock.ts";
import { EMPTY } from "../base/bytes.ts";
import { ZmqError } from "../base/errors.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { type Options, platformOptions } from "../options/options.ts";
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
import { Backoff } from "./backoff.ts";
import { toZmqError } from "./failure.ts";
import type { EventDetail, EventName, SessionHost } from "./host.ts";
import {
  MulticastReceiver,
  type MulticastReceiverOwner,
} from "./multicast_receiver.ts";
import { MulticastSender } from "./multicast_sender.ts";

const framings: Readonly<Record<MulticastFraming, UnitFraming>> = {
  norm: markedFrames,
  pgm: packets,
};

/** Failures that another attempt does not change. */
const FINAL: readonly string[] = ["EINVAL", "ENOTSUP"];

/** What an endpoint is made of. */
export interface MulticastSetup {
  readonly host: SessionHost;
  readonly transport: MulticastTransport;
  readonly endpoint: Endpoint;
  /** The endpoint's own copy. */
  readonly options: Options;
  /** Absent until it is opened; a publisher's has all subscriptions. */
  readonly pipe?: ConnectionPipe;
}

/** One endpoint. */
export class MulticastEnd implements MulticastSink, MulticastReceiverOwner {
  readonly #host: SessionHost;
  readonly #transport: MulticastTransport;
  readonly #endpoint: Endpoint;
  readonly #options: Options;
  readonly #role: "send" | "receive";
  readonly #backoff: Backoff;
  readonly #attempts = new AbortController();
  #address: string;
  #pipe: ConnectionPipe | undefined;
  #socket: MulticastSocket | undefined;
  #sender: MulticastSender | undefined;
  #receiver: MulticastReceiver | undefined;
  // The first attempt is over.
  #attempted = false;
  #wasOpen = false;
  #held = true;
  #timer: Timer | undefined;
  #gone: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  #sent: (() => void) | undefined;

  constructor({ host, transport, endpoint, options, pipe }: MulticastSetup) {
    this.#host = host;
    this.#transport = transport;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#role = publishes(host.type) ? "send" : "receive";
    this.#backoff = new Backoff(options);
    this.#address = endpoint.text;
    this.#pipe = pipe;
  }

  /**
   * Opens the endpoint; resolves with its address.
   *
   * @throws {ZmqError} when it cannot be opened.
   */
  async bind(): Promise<string> {
    try {
      await this.#open();
    } catch (cause) {
      const what = `Cannot bind "${this.#address}"`;
      const error = toZmqError(cause, "EPROTO", what);
      this.#emit("bind:error", { error });
      throw error;
    }
    if (this.#socket === undefined) {
      const what = `Cannot bind "${this.#address}": it was closed meanwhile`;
      throw new ZmqError("EBADF", what, { address: this.#address });
    }
    this.#address = this.#socket.endpoint;
    this.#emit("bind", {});
    this.#attach(this.#socket);
    return this.#address;
  }

  /**
   * Begins to open the endpoint, and again until it is open.
   *
   * @param gone told when the endpoint is given up, unless `close` does it.
   */
  start(gone: () => void): void {
    this.#gone = gone;
    void this.#connect();
  }

  /** Says whether the endpoint keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    this.#socket?.hold?.(keepsProcess);
    this.#timer?.hold(keepsProcess);
  }

  /**
   * Closes the endpoint once what was sent is with the transport. May be
   * called again with no linger, to drop the rest.
   *
   * @param options.linger milliseconds it may take; -1 is any time.
   */
  close(options: { readonly linger: number }): Promise<void> {
    const { linger } = options;
    if (linger === 0) this.#sent?.();
    return this.#closing ??= this.#close(linger);
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

  closed(cause?: unknown): void {
    if (this.#socket === undefined) return;
    this.#socket = undefined;
    this.#detach();
    this.#sent?.();
    if (this.#closing !== undefined) return;
    const what = `Lost the socket of "${this.#address}"`;
    const detail = cause === undefined
      ? {}
      : { error: toZmqError(cause, "ECONNRESET", what) };
    this.#emit("disconnect", detail);
    this.#retry(detail);
  }

  // What the two directions tell.

  flushed(): void {
    const sent = this.#sent;
    if (sent === undefined || !this.#sender?.idle) return;
    const drained = this.#socket?.drain?.();
    if (drained === undefined) sent();
    else void drained.then(sent, sent);
  }

  dropped(): void {
    if (!this.#attempts.signal.aborted) void this.close({ linger: 0 });
  }

  fail(cause: unknown): void {
    const socket = this.#socket;
    this.closed(cause);
    void this.#release(socket);
  }

  gap(source: string, error: ZmqError): void {
    this.#emit("gap", { peerAddress: source, error });
  }

  async #connect(): Promise<void> {
    this.#emit("connect:delay", {});
    try {
      await this.#open();
      if (this.#socket === undefined) return;
      this.#backoff.reset();
      this.#emit("connect", { peerAddress: this.#socket.endpoint });
      this.#attach(this.#socket);
    } catch (cause) {
      const what = `Cannot connect to "${this.#address}"`;
      const error = toZmqError(cause, "ECONNRESET", what);
      this.#emit("close", { error });
      if (this.#closing !== undefined) this.#sent?.();
      else this.#retry({ error });
    } finally {
      this.#attempted = true;
    }
  }

  /** Opens the socket, unless the endpoint is closed meanwhile. */
  async #open(): Promise<void> {
    const { signal } = this.#attempts;
    let socket: MulticastSocket;
    try {
      socket = await this.#transport.open(this.#endpoint, {
        ...platformOptions(this.#options),
        ipv6: this.#options.ipv6,
        role: this.#role,
        signal,
      }, this);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    if (signal.aborted) {
      await this.#release(socket);
      return;
    }
    this.#socket = socket;
    if (!this.#held) socket.hold?.(false);
  }

  #attach(socket: MulticastSocket): void {
    const { clock } = this.#host;
    const options = this.#options;
    const framing = framings[this.#transport.framing];
    const isNew = this.#pipe === undefined;
    const pipe = this.#pipe ??= this.#host.openPipe(
      this.#address,
      this.#gone !== undefined,
      options,
      plainPeer(this.#address),
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
  }

  #detach(): void {
    this.#sender?.stop();
    this.#receiver?.stop();
    this.#sender = this.#receiver = undefined;
    this.#pipe?.detach();
  }

  #retry(detail: Partial<EventDetail>): void {
    const code = detail.error?.code ?? "";
    if (this.#backoff.never || FINAL.includes(code)) {
      this.#gone?.();
      void this.close({ linger: 0 });
      return;
    }
    const interval = code === "EACCES"
      ? this.#backoff.nextAfterRefusal()
      : this.#backoff.next();
    this.#emit("connect:retry", { interval, ...detail });
    this.#setTimer(() => void this.#connect(), interval);
  }

  async #close(linger: number): Promise<void> {
    this.#pipe?.retire();
    if (linger !== 0 && this.#isWorthWaiting) {
      const sent = new Promise<void>((resolve) => this.#sent = resolve);
      if (linger > 0) this.#setTimer(() => this.#sent?.(), linger);
      this.#sender?.flush();
      await sent;
    }
    this.#timer?.cancel();
    this.#attempts.abort();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#detach();
    this.#pipe?.close();
    if (await this.#release(socket)) this.#emit("close", {});
  }

  get #isWorthWaiting(): boolean {
    if (this.#role === "receive") return false;
    const sender = this.#sender;
    if (sender !== undefined) {
      return !sender.idle || this.#socket?.drain !== undefined;
    }
    // The first attempt mostly takes no time.
    return !this.#attempted && (this.#pipe?.pending ?? 0) > 0;
  }

  /** Closes a socket; false when that failed. */
  async #release(socket: MulticastSocket | undefined): Promise<boolean> {
    try {
      await socket?.close();
      return true;
    } catch (cause) {
      const what = `Cannot close "${this.#address}"`;
      this.#emit("close:error", {
        error: toZmqError(cause, "EPROTO", what),
      });
      return false;
    }
  }

  #setTimer(callback: () => void, delay: number): void {
    this.#timer?.cancel();
    this.#timer = this.#host.clock.setTimer(callback, delay);
    this.#timer.hold(this.#held);
  }

  #emit(name: EventName, detail: Partial<EventDetail>): void {
    if (!this.#host.observed) return;
    this.#host.emit(name, { address: this.#address, ...detail });
  }
}
