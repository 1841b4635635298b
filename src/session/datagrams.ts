/**
 * The two kinds of datagram endpoints: one that is bound and receives, and
 * one that is connected to, which means that it sends there.
 *
 * @module
 */

import { ZmqError } from "../base/errors.ts";
import type { DatagramPipe } from "../routing/datagram_pipe.ts";
import { plainPeer } from "../routing/peer.ts";
import type { DatagramSocket } from "../transport/datagram.ts";
import { Backoff } from "./backoff.ts";
import { DatagramEnd, type DatagramSetup } from "./datagram_end.ts";
import { toZmqError } from "./failure.ts";
import type { EventDetail } from "./host.ts";

/** One `bind()`. */
export class DatagramBinding extends DatagramEnd {
  /**
   * Binds; resolves with the endpoint, wildcards filled in.
   *
   * @throws {ZmqError} when the address cannot be had.
   */
  async bind(): Promise<string> {
    let socket: DatagramSocket | undefined;
    try {
      socket = await this.open("bind");
    } catch (cause) {
      const what = `Cannot bind "${this.address}"`;
      const error = toZmqError(cause, "EPROTO", what);
      this.emit("bind:error", { error });
      throw error;
    }
    if (socket === undefined) {
      const what = `Cannot bind "${this.address}": it was closed meanwhile`;
      throw new ZmqError("EBADF", what, { address: this.address });
    }
    this.address = socket.endpoint;
    const pipe = this.host.openDatagrams(this.address, false, this.options);
    if (pipe.closed) {
      await this.close({ linger: 0 });
      const what = `Cannot bind "${this.address}": the socket is bound already`;
      throw new ZmqError("EFSM", what, { address: this.address });
    }
    this.pipe = pipe;
    pipe.attach(this);
    this.emit("bind", {});
    return this.address;
  }

  protected override get lingers(): boolean {
    return true;
  }

  protected override lost(detail: Partial<EventDetail>): void {
    this.emit("close", detail);
  }
}

/** One `connect()`. */
export class DatagramConnector extends DatagramEnd {
  readonly #backoff: Backoff;
  #gone: (() => void) | undefined;
  #isOpen = false;
  #attempted = false;

  /** @param pipe where messages wait until there is a socket. */
  constructor(setup: DatagramSetup, pipe: DatagramPipe) {
    super(setup);
    this.pipe = pipe;
    this.#backoff = new Backoff(setup.options);
  }

  /**
   * Begins to open a socket, and again until there is one.
   *
   * @param gone told when the endpoint is given up, unless `close` does it.
   */
  start(gone: () => void): void {
    this.#gone = gone;
    void this.#open();
  }

  /** The first attempt is waited for; it mostly takes no time. */
  protected override get lingers(): boolean {
    return this.#isOpen || !this.#attempted;
  }

  protected override lost(detail: Partial<EventDetail>): void {
    this.#isOpen = false;
    this.emit("disconnect", detail);
    this.#retry(detail);
  }

  async #open(): Promise<void> {
    this.emit("connect:delay", {});
    try {
      const socket = await this.open("connect");
      if (socket === undefined) return;
      this.#isOpen = true;
      this.#backoff.reset();
      this.emit("connect", { peerAddress: socket.endpoint });
      this.pipe!.attach(this, plainPeer(socket.endpoint));
    } catch (cause) {
      const what = `Cannot connect to "${this.address}"`;
      const error = toZmqError(cause, "ECONNRESET", what);
      this.emit("close", { error });
      if (this.closing) this.giveUp();
      else this.#retry({ error });
    }
    this.#attempted = true;
  }

  #retry(detail: Partial<EventDetail>): void {
    if (this.#backoff.never) {
      this.#gone?.();
      void this.close({ linger: 0 });
      return;
    }
    const interval = detail.error?.code === "EACCES"
      ? this.#backoff.nextAfterRefusal()
      : this.#backoff.next();
    this.emit("connect:retry", { interval, ...detail });
    this.setTimer(() => void this.#open(), interval);
  }
}
