/**
 * One endpoint without connections, of datagrams or of multicast: how its
 * socket is opened, and again where it has gone, and how both end once what
 * was sent has left. Nothing is kept of peers here.
 *
 * @module
 */

import { lingerEnd, LONGEST_TIMER, type Timer } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import type { Options } from "../options/options.ts";
import { Backoff } from "./backoff.ts";
import { toZmqError } from "./failure.ts";
import type { EventDetail, EventType, SessionHost } from "./host.ts";

/** Failures that another attempt does not change. */
const FINAL: readonly string[] = ["EINVAL", "ENOTSUP"];

/** A socket of the transport. */
export interface EndSocket {
  /** The endpoint, names and wildcards filled in. */
  readonly endpoint: string;
  /** Closes the socket. */
  close(): Promise<void>;
  /** Says whether the socket keeps the process running. */
  hold?(keepsProcess: boolean): void;
}

/** The pipe behind a socket. */
export interface EndPipe {
  /** Messages waiting to leave. */
  readonly pending: number;
  /** Takes no more messages. */
  retire(): void;
  /** The socket is gone. */
  detach(): void;
  /** Closes the pipe, dropping what waits to leave. */
  close(): void;
}

/** What an endpoint is made of. */
export interface EndSetup<Pipe extends EndPipe> {
  readonly host: Pick<SessionHost, "clock" | "observed" | "emit">;
  readonly endpoint: Endpoint;
  /** The endpoint's own copy. */
  readonly options: Options;
  /** Absent until it is opened. */
  readonly pipe?: Pipe;
}

/** One endpoint. */
export abstract class SocketEnd<
  Socket extends EndSocket,
  Pipe extends EndPipe,
> {
  protected readonly endpoint: Endpoint;
  protected readonly options: Options;
  /** What events name it by. */
  protected address: string;
  protected socket: Socket | undefined;
  protected pipe: Pipe | undefined;
  readonly #host: Pick<SessionHost, "clock" | "observed" | "emit">;
  readonly #backoff: Backoff;
  readonly #attempts = new AbortController();
  // The first attempt is over.
  #attempted = false;
  #held = true;
  #timer: Timer | undefined;
  #opening: Timer | undefined;
  #gone: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  // Why it is given up, for the `close` at the end.
  #ending: Partial<EventDetail> = {};
  #lingerEnd = Infinity;
  #emptied: (() => void) | undefined;

  constructor({ host, endpoint, options, pipe }: EndSetup<Pipe>) {
    this.#host = host;
    this.endpoint = endpoint;
    this.options = options;
    this.address = endpoint.text;
    this.pipe = pipe;
    this.#backoff = new Backoff(options);
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
    this.socket?.hold?.(keepsProcess);
    this.#timer?.hold(keepsProcess);
    this.#opening?.hold(keepsProcess);
  }

  /**
   * Closes the endpoint once what was sent has left. May be called again with
   * a shorter linger.
   *
   * @param options.linger milliseconds it may take; -1 is any time.
   */
  close(options: { readonly linger: number }): Promise<void> {
    const { linger } = options;
    if (linger === 0) this.emptied();
    else if (this.#emptied !== undefined) this.#lingerFor(linger);
    return this.#closing ??= this.#close(linger);
  }

  /** The socket's call: it is gone, and was not closed. */
  closed(cause?: unknown): void {
    if (this.socket === undefined) return;
    this.socket = undefined;
    this.stop();
    this.pipe?.detach();
    this.emptied();
    if (this.#closing !== undefined) return;
    const what = `Lost the socket of "${this.address}"`;
    this.vanished(
      cause === undefined ? {} : {
        error: toZmqError(cause, "ECONNRESET", what),
      },
    );
  }

  /** The pipe's call: the socket of the user let go of it. */
  dropped(): void {
    if (!this.#attempts.signal.aborted) void this.close({ linger: 0 });
  }

  // For the kinds of endpoints.

  /** Opens a socket of the transport. */
  protected abstract openSocket(
    role: "bind" | "connect",
    signal: AbortSignal,
  ): Promise<Socket>;

  /** Joins a socket that was connected with the pipe. */
  protected abstract attach(socket: Socket): void;

  /** Nothing goes between the socket and the pipe any more. */
  protected stop(): void {}

  /** What is queued leaves now, as far as it can. */
  protected flush(): void {}

  /** True while something is queued that can leave. */
  protected get lingers(): boolean {
    return (this.pipe?.pending ?? 0) > 0;
  }

  /** True for an endpoint that is connected. */
  protected get connecting(): boolean {
    return this.#gone !== undefined;
  }

  /**
   * Opens the socket of an endpoint that is bound.
   *
   * @throws {ZmqError} when it cannot be opened.
   */
  protected async bound(): Promise<Socket> {
    try {
      await this.#open("bind");
    } catch (cause) {
      const what = `Cannot bind "${this.address}"`;
      const error = toZmqError(cause, "EPROTO", what);
      this.emit("bind:error", { error });
      throw error;
    }
    if (this.socket === undefined) {
      const what = `Cannot bind "${this.address}": it was closed meanwhile`;
      throw new ZmqError("EBADF", what, { address: this.address });
    }
    this.address = this.socket.endpoint;
    return this.socket;
  }

  /** The socket went by itself. */
  protected vanished(detail: Partial<EventDetail>): void {
    this.emit("disconnect", detail);
    this.#retry(detail);
  }

  /** True while it is closing, and what was queued is waited for. */
  protected get leaving(): boolean {
    return this.#emptied !== undefined;
  }

  /** All that was queued has left, or nothing more will. */
  protected emptied(): void {
    this.#emptied?.();
  }

  /** Closes a socket; false when that failed. */
  protected async release(socket: Socket | undefined): Promise<boolean> {
    try {
      await socket?.close();
      return true;
    } catch (cause) {
      const what = `Cannot close "${this.address}"`;
      this.emit("close:error", {
        error: toZmqError(cause, "EPROTO", what),
      });
      return false;
    }
  }

  protected emit(name: EventType, detail: Partial<EventDetail>): void {
    if (!this.#host.observed) return;
    this.#host.emit(name, { address: this.address, ...detail });
  }

  async #connect(): Promise<void> {
    this.emit("connect:delay", {});
    try {
      await this.#open("connect");
      if (this.socket === undefined) return;
      this.#backoff.reset();
      this.emit("connect", { peerAddress: this.socket.endpoint });
      this.attach(this.socket);
    } catch (cause) {
      const what = `Cannot connect to "${this.address}"`;
      const error = toZmqError(cause, "ECONNRESET", what);
      if (this.#closing === undefined) this.#retry({ error }, true);
      else {
        this.#ending = { error };
        this.emptied();
      }
    } finally {
      this.#attempted = true;
    }
  }

  /** Opens the socket, unless the endpoint is closed meanwhile. */
  async #open(role: "bind" | "connect"): Promise<void> {
    const { signal } = this.#attempts;
    let socket: Socket;
    // A look-up on a thread of its own would not keep the process running.
    const opening = this.#host.clock.setTimer(() => {}, LONGEST_TIMER);
    opening.hold(this.#held);
    this.#opening = opening;
    try {
      socket = await this.openSocket(role, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    } finally {
      opening.cancel();
    }
    if (signal.aborted) {
      await this.release(socket);
      return;
    }
    this.socket = socket;
    if (!this.#held) socket.hold?.(false);
  }

  /** @param refused an attempt to connect has failed, and is yet to be told. */
  #retry(detail: Partial<EventDetail>, refused = false): void {
    const code = detail.error?.code ?? "";
    if (this.#backoff.never || FINAL.includes(code)) {
      this.#ending = detail;
      this.#gone?.();
      void this.close({ linger: 0 });
      return;
    }
    const interval = code === "EACCES"
      ? this.#backoff.nextAfterRefusal()
      : this.#backoff.next();
    const next = { interval, ...detail };
    if (refused) this.emit("close", next);
    this.emit("connect:retry", next);
    this.#setTimer(() => void this.#connect(), interval);
  }

  async #close(linger: number): Promise<void> {
    this.pipe?.retire();
    // The first attempt is waited for: it mostly takes no time.
    const canLeave = this.socket !== undefined || !this.#attempted;
    if (linger !== 0 && canLeave && this.lingers) {
      const emptied = new Promise<void>((resolve) => this.#emptied = resolve);
      this.#lingerFor(linger);
      this.flush();
      await emptied;
    }
    this.#timer?.cancel();
    this.#attempts.abort();
    const socket = this.socket;
    this.socket = undefined;
    this.stop();
    this.pipe?.close();
    if (socket === undefined || await this.release(socket)) {
      this.emit("close", this.#ending);
    }
  }

  /** Waits no longer than that from now, nor than was said before. */
  #lingerFor(linger: number): void {
    const end = lingerEnd(this.#host.clock, linger);
    if (end >= this.#lingerEnd) return;
    this.#lingerEnd = end;
    this.#setTimer(() => this.emptied(), linger);
  }

  /** Sets the one timer, unless all is over. */
  #setTimer(callback: () => void, delay: number): void {
    if (this.#attempts.signal.aborted) return;
    this.#timer?.cancel();
    this.#timer = this.#host.clock.setTimer(callback, delay);
    this.#timer.hold(this.#held);
  }
}
