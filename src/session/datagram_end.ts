/**
 * One endpoint of datagrams, open or not: its socket, the pipe behind it, and
 * how both end. There are no connections, so nothing is kept of a peer, and
 * nothing that a peer sends can end the endpoint.
 *
 * @module
 */

import type { Timer } from "../base/clock.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import type { DatagramAddress } from "../endpoint/udp.ts";
import { type Options, platformOptions } from "../options/options.ts";
import type { DatagramLink, DatagramPipe } from "../routing/datagram_pipe.ts";
import type {
  DatagramSink,
  DatagramSocket,
  DatagramTransport,
} from "../transport/datagram.ts";
import type { Datagram } from "../wire/datagrams.ts";
import { toZmqError } from "./failure.ts";
import type { EventDetail, EventName, SessionHost } from "./host.ts";

/** The socket as its datagram endpoints see it. */
export interface DatagramHost
  extends Pick<SessionHost, "clock" | "observed" | "emit"> {
  /** Makes a pipe and attaches it to the socket's pattern. */
  openDatagrams(
    endpoint: string,
    connecting: boolean,
    options: Options,
  ): DatagramPipe;
}

/** What an endpoint is made of. */
export interface DatagramSetup {
  readonly host: DatagramHost;
  readonly transport: DatagramTransport;
  readonly endpoint: Endpoint;
  /** The endpoint's own copy. */
  readonly options: Options;
}

/** One endpoint of datagrams. */
export abstract class DatagramEnd implements DatagramSink, DatagramLink {
  protected readonly host: DatagramHost;
  protected readonly options: Options;
  /** The endpoint; wildcards are filled in once it is bound. */
  protected address: string;
  protected pipe: DatagramPipe | undefined;
  readonly #transport: DatagramTransport;
  readonly #endpoint: Endpoint;
  readonly #attempts = new AbortController();
  #socket: DatagramSocket | undefined;
  #held = true;
  #timer: Timer | undefined;
  #closing: Promise<void> | undefined;
  #emptied: (() => void) | undefined;

  constructor({ host, transport, endpoint, options }: DatagramSetup) {
    this.host = host;
    this.options = options;
    this.address = endpoint.text;
    this.#transport = transport;
    this.#endpoint = endpoint;
  }

  /** Says whether the endpoint keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    this.#socket?.hold?.(keepsProcess);
    this.#timer?.hold(keepsProcess);
  }

  /**
   * Closes the endpoint once what was sent has left. May be called again with
   * no linger, to drop the rest.
   *
   * @param options.linger milliseconds it may take; -1 is any time.
   */
  close(options: { readonly linger: number }): Promise<void> {
    const { linger } = options;
    if (linger === 0) this.#emptied?.();
    return this.#closing ??= this.#close(linger);
  }

  // The socket's side.

  received(octets: Uint8Array, from: DatagramAddress): void {
    this.pipe?.deliver(octets, from);
  }

  sent(error?: unknown): void {
    this.pipe?.left(error === undefined);
    if (this.pipe?.pending === 0) this.#emptied?.();
  }

  closed(cause?: unknown): void {
    if (this.#socket === undefined) return;
    this.#socket = undefined;
    this.pipe?.detach();
    this.#emptied?.();
    if (this.closing) return;
    const what = `Lost the socket of "${this.address}"`;
    this.lost(
      cause === undefined ? {} : {
        error: toZmqError(cause, "ECONNRESET", what),
      },
    );
  }

  // The pipe's side.

  send({ octets, to }: Datagram): void {
    this.#socket!.send(octets, to);
  }

  dropped(): void {
    if (!this.#attempts.signal.aborted) void this.close({ linger: 0 });
  }

  // For the two kinds of endpoints.

  /** True once `close` was called. */
  protected get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** The socket went by itself. */
  protected abstract lost(detail: Partial<EventDetail>): void;

  /** True while it is worth waiting for what is queued. */
  protected abstract get lingers(): boolean;

  /** Opens the socket. Closed meanwhile, it gives `undefined`. */
  protected async open(
    role: "bind" | "connect",
  ): Promise<DatagramSocket | undefined> {
    const { signal } = this.#attempts;
    let socket: DatagramSocket;
    try {
      socket = await this.#transport.open(this.#endpoint, {
        ...platformOptions(this.options),
        ipv6: this.options.ipv6,
        role,
        signal,
      }, this);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
    if (signal.aborted) {
      await socket.close();
      return undefined;
    }
    this.#socket = socket;
    if (!this.#held) socket.hold?.(false);
    return socket;
  }

  /** Nothing more will come: who waits for what is queued need not. */
  protected giveUp(): void {
    this.#emptied?.();
  }

  protected setTimer(callback: () => void, delay: number): void {
    this.#timer?.cancel();
    this.#timer = this.host.clock.setTimer(callback, delay);
    this.#timer.hold(this.#held);
  }

  protected emit(name: EventName, detail: Partial<EventDetail>): void {
    if (!this.host.observed) return;
    this.host.emit(name, { address: this.address, ...detail });
  }

  async #close(linger: number): Promise<void> {
    this.pipe?.retire();
    if (linger !== 0 && this.lingers && (this.pipe?.pending ?? 0) > 0) {
      const emptied = new Promise<void>((resolve) => this.#emptied = resolve);
      if (linger > 0) this.setTimer(() => this.#emptied?.(), linger);
      await emptied;
    }
    this.#timer?.cancel();
    this.#attempts.abort();
    const socket = this.#socket;
    this.#socket = undefined;
    this.pipe?.close();
    try {
      await socket?.close();
      this.emit("close", {});
    } catch (cause) {
      const what = `Cannot close "${this.address}"`;
      this.emit("close:error", {
        error: toZmqError(cause, "EPROTO", what),
      });
    }
  }
}
