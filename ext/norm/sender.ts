/**
 * A publisher's side of a session: one stream, written to as fast as its
 * buffer empties.
 *
 * @module
 */

import type { Clock, MulticastSink, MulticastSocket } from "../../mod.ts";
import { Event, FLUSH_ACTIVE } from "./constants.ts";
import { NormEvents } from "./events.ts";
import type { LibNorm } from "./library.ts";
import { closeNorm, type OpenNorm } from "./open.ts";

/** One publisher. */
export class NormSender implements MulticastSocket {
  readonly endpoint: string;
  readonly maxUnit: number;
  readonly #library: LibNorm;
  readonly #clock: Clock;
  readonly #open: OpenNorm;
  readonly #sink: MulticastSink;
  readonly #events: NormEvents;
  // Something was ever written; a message ends where the stream does.
  #isBegun = false;
  #endsMessage = true;
  #isBlocked = false;
  #isFlushing = false;
  #drained: (() => void) | undefined;
  #draining: Promise<void> | undefined;
  #closed = false;
  #closing: Promise<void> | undefined;
  readonly #flushed = (): void => {
    this.#isFlushing = false;
    this.#flush();
  };

  /** @param segment octets that the library sends in one packet. */
  constructor(
    library: LibNorm,
    clock: Clock,
    open: OpenNorm,
    endpoint: string,
    segment: number,
    sink: MulticastSink,
  ) {
    this.#library = library;
    this.#clock = clock;
    this.#open = open;
    this.#sink = sink;
    this.endpoint = endpoint;
    this.maxUnit = segment;
    this.#events = new NormEvents(library, open.instance, (type) => {
      if (type === Event.TX_QUEUE_EMPTY) this.#drained?.();
      else if (type !== Event.TX_QUEUE_VACANCY) return;
      this.#writable();
    });
  }

  send(octets: Uint8Array, endsMessage = false): number {
    if (this.#closed) return octets.length;
    if (this.#isBlocked) return 0;
    const { stream } = this.#open;
    const { NormStreamWrite, NormStreamMarkEom } = this.#library.calls;
    const taken = NormStreamWrite(stream, octets, octets.length);
    this.#isBegun = true;
    if (taken < octets.length) {
      this.#isBlocked = true;
      this.#endsMessage = false;
      return taken;
    }
    this.#endsMessage = endsMessage;
    if (endsMessage) NormStreamMarkEom(stream);
    if (!this.#isFlushing) {
      // Once for all that is sent in this turn.
      this.#isFlushing = true;
      this.#clock.defer(this.#flushed);
    }
    return taken;
  }

  /** Nothing comes in. */
  resume(): void {}

  drain(): Promise<void> {
    if (!this.#isBegun || this.#closed) return Promise.resolve();
    return this.#draining ??= new Promise((resolve) => {
      this.#flush();
      // What was told before may be of an earlier time: after the second
      // flush, the library tells anew.
      this.#events.take();
      this.#drained = resolve;
      this.#flush();
    });
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  hold(keepsProcess: boolean): void {
    this.#events.hold(keepsProcess);
  }

  #writable(): void {
    if (!this.#isBlocked || this.#closed) return;
    this.#isBlocked = false;
    this.#sink.writable();
  }

  /** Sends what does not fill a packet. */
  #flush(): void {
    if (this.#closed || this.#isBlocked) return;
    this.#library.calls.NormStreamFlush(
      this.#open.stream,
      this.#endsMessage,
      FLUSH_ACTIVE,
    );
  }

  async #close(): Promise<void> {
    this.#closed = true;
    this.#drained?.();
    // A descriptor that is still waited for must not be closed.
    await this.#events.close();
    closeNorm(this.#library, this.#open.instance);
  }
}
