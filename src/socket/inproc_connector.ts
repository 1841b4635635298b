/**
 * One `connect()` to an inproc name: the socket's end of a connection, which
 * may wait for the name to be bound, also while the socket lets go of it.
 *
 * @module
 */

import { lingerEnd, type Timer } from "../base/clock.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import type { InprocPipe } from "../routing/inproc_pipe.ts";
import type { SocketCore } from "./core.ts";

/** One name that is connected to. */
export class InprocConnector {
  readonly #core: SocketCore;
  readonly #name: string;
  readonly #pipe: InprocPipe;
  #held = true;
  // Set once `close` has something to wait for.
  #closing: Promise<void> | undefined;
  #lingerEnd = Infinity;
  #timer: Timer | undefined;
  #resolve: (() => void) | undefined;

  constructor(
    core: SocketCore,
    { address, text }: Endpoint,
    assignedRoutingId?: Uint8Array,
  ) {
    this.#core = core;
    this.#name = address;
    this.#pipe = core.openInproc(text, true, assignedRoutingId);
  }

  /**
   * Connects, now or when the name is bound.
   *
   * @param gone told when the connection is gone.
   */
  start(gone: () => void): void {
    this.#pipe.onClosed = () => {
      gone();
      this.#timer?.cancel();
      this.#resolve?.();
    };
    const join = (): void =>
      this.#core.services.inproc.connect(this.#name, this.#pipe);
    this.#pipe.onParted = join;
    join();
  }

  /** Says whether the endpoint keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    this.#timer?.hold(keepsProcess);
  }

  /**
   * Closes the connection; what waits for the name to be bound may linger. May
   * be called again with a shorter linger.
   *
   * @param options.linger milliseconds it may take; -1 is any time.
   */
  close(options: { readonly linger: number }): Promise<void> {
    const { linger } = options;
    const pipe = this.#pipe;
    if (linger === 0 || pipe.closed || pipe.online || pipe.pending === 0) {
      this.#leave();
      return this.#closing ?? Promise.resolve();
    }
    pipe.retire();
    pipe.onJoined = () => pipe.close();
    this.#lingerFor(linger);
    return this.#closing ??= new Promise((resolve) => this.#resolve = resolve);
  }

  #lingerFor(linger: number): void {
    const { clock } = this.#core;
    const end = lingerEnd(clock, linger);
    if (end >= this.#lingerEnd) return;
    this.#lingerEnd = end;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(() => this.#leave(), linger);
    this.#timer.hold(this.#held);
  }

  #leave(): void {
    this.#core.services.inproc.forget(this.#name, this.#pipe);
    this.#pipe.close();
  }
}
