/**
 * A publisher's side of a session: one stream, written to as fast as its
 * buffer empties.
 *
 * @module
 */

import type {
  Clock,
  MulticastSink,
  MulticastSocket,
  Timer,
} from "../../mod.ts";
import { Event, FLUSH_ACTIVE } from "./constants.ts";
import type { NormInstance } from "./instance.ts";
import type { LibNorm } from "./library.ts";
import { closeNorm, type OpenNorm } from "./open.ts";
import type { NormSettings } from "./settings.ts";

/**
 * Milliseconds in which those who listen have answered, even when some answers
 * are lost: they are half a second apart.
 */
const PATIENCE = 2000;

/**
 * The same where somebody did answer before: a machine that stands still, or
 * a route that changes, takes no longer.
 */
const LONG_PATIENCE = 10_000;

/** One publisher. */
export class NormSender implements MulticastSocket {
  readonly endpoint: string;
  readonly maxUnit: number;
  readonly #library: LibNorm;
  readonly #clock: Clock;
  readonly #open: OpenNorm;
  readonly #sink: MulticastSink;
  readonly #instance: NormInstance;
  // Something was ever written; a message ends where the stream does.
  #isBegun = false;
  #endsMessage = true;
  #isBlocked = false;
  #isFlushing = false;
  #drained: (() => void) | undefined;
  #draining: Promise<void> | undefined;
  // Receivers answer, where the rate depends on them.
  readonly #asks: boolean;
  #isHeard = false;
  #wasHeard = false;
  #patience: Timer | undefined;
  #deserted: (() => void) | undefined;
  #deserting: Promise<void> | undefined;
  #isHeld = true;
  #closed = false;
  #closing: Promise<void> | undefined;
  readonly #flushed = (): void => {
    this.#isFlushing = false;
    this.#flush();
  };

  /**
   * @param settings octets of a packet, and the rate: without one, it depends
   * on what receivers answer.
   */
  constructor(
    instance: NormInstance,
    clock: Clock,
    open: OpenNorm,
    endpoint: string,
    { segment, rate }: Pick<NormSettings, "segment" | "rate">,
    sink: MulticastSink,
  ) {
    this.#instance = instance;
    this.#library = instance.library;
    this.#clock = clock;
    this.#open = open;
    this.#sink = sink;
    this.endpoint = endpoint;
    this.maxUnit = segment;
    this.#asks = rate === undefined;
    instance.add(open.session, (type) => this.#handle(type));
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
      this.#instance.take(Infinity);
      this.#drained = resolve;
      this.#flush();
    });
  }

  unheard(): Promise<void> {
    return this.#deserting ??= new Promise((resolve) => {
      if (!this.#asks || this.#closed) return;
      this.#deserted = resolve;
      if (!this.#isHeard) this.#wait();
    });
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  hold(keepsProcess: boolean): void {
    this.#instance.hold(this.#open.session, keepsProcess);
    this.#isHeld = keepsProcess;
    this.#patience?.hold(keepsProcess);
  }

  #handle(type: number): void {
    switch (type) {
      case Event.TX_QUEUE_EMPTY:
        this.#drained?.();
        this.#writable();
        break;
      case Event.TX_QUEUE_VACANCY:
        this.#writable();
        break;
      case Event.CC_ACTIVE:
        this.#isHeard = this.#wasHeard = true;
        this.#patience?.cancel();
        break;
      case Event.CC_INACTIVE:
        this.#isHeard = false;
        this.#wait();
    }
  }

  /** Gives up in a while, if anybody asked for that. */
  #wait(): void {
    if (this.#deserted === undefined || this.#closed) return;
    this.#patience?.cancel();
    const patience = this.#wasHeard ? LONG_PATIENCE : PATIENCE;
    this.#patience = this.#clock.setTimer(this.#deserted, patience);
    this.#patience.hold(this.#isHeld);
  }

  #writable(): void {
    if (!this.#isBlocked || this.#closed) return;
    this.#isBlocked = false;
    this.#instance.tell(() => {
      if (!this.#closed) this.#sink.writable();
    });
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

  #close(): Promise<void> {
    this.#closed = true;
    this.#patience?.cancel();
    this.#drained?.();
    const { session } = this.#open;
    const { calls } = this.#library;
    const removed = this.#instance.remove(session);
    calls.NormStopSender(session);
    closeNorm(this.#instance, session);
    return removed;
  }
}
