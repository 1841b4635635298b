/**
 * A connection whose platform gives messages and cannot be told to wait: what
 * arrives while the engine does not read is held here. What limits it is the
 * business of each kind of connection.
 *
 * Knows no runtime and no protocol.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { Ring } from "../base/ring.ts";
import type { DirectConnection } from "./streams.ts";
import type { ByteSink } from "./transport.ts";

/** What every connection is made with. */
export interface HeldConnectionInit {
  /** The local address as an endpoint. */
  readonly localAddress: string;
  /** The peer's address as an endpoint. */
  readonly remoteAddress: string;
  /** For what may not happen at once. */
  readonly clock: Clock;
}

/** A connection that holds what the engine does not read yet. */
export abstract class HeldConnection implements DirectConnection {
  /** The local address as an endpoint. */
  readonly localAddress: string;
  /** The peer's address as an endpoint. */
  readonly remoteAddress: string;
  /** For what may not happen at once. */
  protected readonly clock: Clock;
  /** How many octets are held. */
  protected heldBytes = 0;
  readonly #held = new Ring<Uint8Array>();
  #sink: ByteSink | undefined;
  #paused = false;
  #pumping = false;
  // No more comes, and why; the engine let go; it was told of the end.
  #ended = false;
  #peerEnded = false;
  #endTold = false;
  #failure: unknown;
  #dropped = false;
  #gone = false;

  /** Takes the addresses of both ends. */
  constructor(init: HeldConnectionInit) {
    this.localAddress = init.localAddress;
    this.remoteAddress = init.remoteAddress;
    this.clock = init.clock;
  }

  /** Starts reading. */
  start(sink: ByteSink): void {
    this.#sink = sink;
    if (this.#dropped || this.#failure !== undefined) {
      queueMicrotask(() => this.#finish());
    } else this.#schedule();
  }

  /** Writes the parts in order; `false` asks to wait for `drain`. */
  abstract write(parts: readonly Uint8Array[]): boolean;
  /** Ends the writing side once everything written has left. */
  abstract end(): void;

  /** Stops calling `data`. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on calling `data`. */
  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  /** Drops the connection at once. */
  close(): void {
    if (this.#dropped || this.#gone) return;
    this.#dropped = true;
    this.drop();
    queueMicrotask(() => this.#finish());
  }

  /** The engine let go, or a limit was exceeded: drops what there is. */
  protected abstract drop(): void;

  /** So many octets were handed over. */
  protected consumed(_length: number): void {}

  /** The engine will hear nothing more: stops timers. */
  protected stop(): void {}

  /** In how many pieces. */
  protected get heldPieces(): number {
    return this.#held.length;
  }

  /** True when nothing can be written any more. */
  protected get lost(): boolean {
    return this.#dropped || this.#ended || this.#failure !== undefined;
  }

  /** True when what arrives goes on at once. */
  protected get flows(): boolean {
    return this.#sink !== undefined && !this.#paused && this.#held.length === 0;
  }

  /** Octets arrived. */
  protected take(octets: Uint8Array): void {
    if (this.#dropped) return;
    if (this.flows) {
      this.#sink!.data(octets);
      this.consumed(octets.length);
      return;
    }
    this.#held.push(octets);
    this.heldBytes += octets.length;
    this.#schedule();
  }

  /** What was written has left. */
  protected drained(): void {
    if (!this.lost) this.#sink?.drain();
  }

  /** The peer will send no more. */
  protected peerEnded(): void {
    this.#peerEnded = true;
    this.#schedule();
  }

  /** The connection is over, once what is held was handed over. */
  protected ended(failure?: unknown): void {
    if (this.lost) return;
    this.#ended = true;
    this.#failure = failure;
    this.#schedule();
  }

  /** The connection is over, whatever is held. */
  protected failed(failure: unknown): void {
    if (this.lost) return;
    this.#failure = failure;
    this.#finish();
  }

  /** Not at once: calls of the engine are not answered by calls. */
  #schedule(): void {
    if (this.#pumping || this.#paused || this.#sink === undefined) return;
    this.#pumping = true;
    this.clock.defer(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#paused && !this.#dropped) {
      const octets = this.#held.shift();
      if (octets === undefined) {
        this.#tellEnd();
        if (this.#ended) this.#finish();
        return;
      }
      this.heldBytes -= octets.length;
      this.#sink!.data(octets);
      this.consumed(octets.length);
    }
  }

  #tellEnd(): void {
    if (!this.#peerEnded || this.#endTold) return;
    this.#endTold = true;
    this.#sink!.end();
  }

  /** Tells of the end of it all, once. */
  #finish(): void {
    this.#held.clear();
    this.heldBytes = 0;
    if (this.#gone || this.#sink === undefined) return;
    this.#gone = true;
    this.stop();
    this.#sink.closed(this.#dropped ? undefined : this.#failure);
  }
}
