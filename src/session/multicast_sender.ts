/**
 * What a publisher's pipe holds, out to a multicast socket: units of the
 * framing, as fast as the socket takes them.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { ConnectionPipe, PipeLink } from "../routing/connection_pipe.ts";
import type { MulticastSocket } from "../transport/multicast.ts";
import type { UnitEncoder, UnitFraming } from "../wire/multicast.ts";

/** What one direction acts on. */
export interface MulticastFlowOwner {
  /** What was there to send is with the socket. */
  flushed(): void;
  /** The socket let go of the pipe. */
  dropped(): void;
  /** The transport threw. */
  fail(cause: unknown): void;
}

/** The sending half. */
export class MulticastSender implements PipeLink {
  readonly #owner: MulticastFlowOwner;
  readonly #clock: Clock;
  readonly #socket: MulticastSocket;
  readonly #pipe: ConnectionPipe;
  readonly #encoder: UnitEncoder;
  // What the socket did not take of a unit.
  #rest: Uint8Array | undefined;
  #scheduled = false;
  #flushing = false;
  #stopped = false;
  readonly #run = (): void => {
    this.#scheduled = false;
    this.flush();
  };
  readonly #more = (): void => {
    // What was borrowed for a batch is left to the collector: units begin and
    // end in the middle of batches.
    const batch = this.#pipe.take();
    if (batch !== undefined) this.#encoder.push(batch.parts);
  };

  constructor(
    owner: MulticastFlowOwner,
    clock: Clock,
    socket: MulticastSocket,
    pipe: ConnectionPipe,
    framing: UnitFraming,
  ) {
    this.#owner = owner;
    this.#clock = clock;
    this.#socket = socket;
    this.#pipe = pipe;
    this.#encoder = framing.encoder(socket.maxUnit);
  }

  /** True when nothing waits to be sent. */
  get idle(): boolean {
    return this.#rest === undefined && this.#encoder.pending === 0 &&
      this.#pipe.pending === 0;
  }

  /** The socket takes more. */
  writable(): void {
    const rest = this.#rest;
    if (rest === undefined || this.#stopped) return;
    this.#rest = undefined;
    this.#flush(rest);
  }

  /** Sends nothing any more. */
  stop(): void {
    this.#stopped = true;
  }

  // The pipe's side.

  schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#clock.defer(this.#run);
  }

  flush(): void {
    if (this.#rest === undefined) this.#flush();
  }

  /** Nothing comes in. */
  resume(): void {}

  settle(): void {}

  /** Nobody is told anything. */
  command(): void {}

  dropped(): void {
    this.#owner.dropped();
  }

  #flush(first?: Uint8Array): void {
    if (this.#flushing || this.#stopped) return;
    this.#flushing = true;
    try {
      this.#send(first);
      this.#flushing = false;
      this.#pipe.flushed();
      this.#owner.flushed();
    } catch (error) {
      this.#flushing = false;
      this.#owner.fail(error);
    }
  }

  #send(first: Uint8Array | undefined): void {
    const encoder = this.#encoder;
    let unit = first ?? encoder.next(this.#more);
    while (unit !== undefined) {
      const taken = this.#socket.send(unit, encoder.endsMessage);
      if (taken < unit.length) {
        this.#rest = unit.subarray(taken);
        return;
      }
      unit = this.#stopped ? undefined : encoder.next(this.#more);
    }
  }
}
