/**
 * The events of a socket: a typed `EventTarget` that can also be iterated.
 * Nothing is made for an event that nobody listens to.
 *
 * Listeners are the user's code, which may close the socket or let go of an
 * endpoint. They run when the step that has told of the event is complete, so
 * that the engine never finds the world changed under its feet.
 *
 * @module
 */

import type { ZmqError } from "../base/errors.ts";
import { Ring } from "../base/ring.ts";
import { ownPeer, type PeerInfo } from "../routing/peer.ts";
import type { EventDetail, EventName } from "../session/host.ts";
import type { Warning } from "../session/warnings.ts";

/** How many events an iterator keeps for a slow reader; then the oldest go. */
const MAX_PENDING = 10_000;

/** One event of a socket. */
export class SocketEvent extends Event {
  /** What happened. */
  declare readonly type: EventName;
  /** The endpoint or the local address that the event is about. */
  readonly address: string;
  /** The peer's own address, once there is a connection. */
  readonly peerAddress: string | undefined;
  /** Who the peer is, once the handshake is done. */
  readonly peer: PeerInfo | undefined;
  /** Why it happened, when something went wrong. */
  readonly error: ZmqError | undefined;
  /** `connect:retry`: milliseconds until the next attempt. */
  readonly interval: number | undefined;
  /** `warning`: what of. */
  readonly warning: Warning | undefined;
  /**
   * `handshake:error:…` and `accept:error` of a bound socket: how many
   * failures before this one were not told, because there were too many.
   */
  readonly suppressed: number | undefined;

  /** @internal */
  constructor(type: EventName, detail: EventDetail) {
    super(type);
    this.address = detail.address;
    this.peerAddress = detail.peerAddress;
    this.peer = detail.peer && ownPeer(detail.peer);
    this.error = detail.error;
    this.interval = detail.interval;
    this.warning = detail.warning;
    this.suppressed = detail.suppressed;
  }
}

/** A function that is told of events. */
export type SocketEventListener = (event: SocketEvent) => void;

/**
 * What happens to a socket's connections.
 *
 * Listeners hear events in the order in which they happened, each in a
 * microtask of its own: never inside of a call to the socket, but before
 * whoever awaits a promise that was resolved after the event. The last one is
 * `end`, heard before `close()` resolves. A listener may use the socket in
 * every way, and close it.
 *
 * @example
 * ```ts
 * import { Pull } from "isomq";
 *
 * const pull = new Pull();
 * pull.events.addEventListener("bind", (event) => console.log(event.address));
 * await pull.bind("tcp://127.0.0.1:*");
 * await pull.close();
 * ```
 */
export class SocketEvents extends EventTarget
  implements AsyncIterable<SocketEvent> {
  #observed = false;
  #listened = false;
  #ended = false;
  readonly #iterators = new Set<EventIterator>();

  /** True when somebody listens, or did. */
  get observed(): boolean {
    return this.#observed;
  }

  /** Adds a listener for one kind of event; it is called in a microtask. */
  override addEventListener(
    type: EventName,
    listener: SocketEventListener | EventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    this.#observed = this.#listened = true;
    super.addEventListener(type, listener as EventListener, options);
  }

  /** Removes a listener. */
  override removeEventListener(
    type: EventName,
    listener: SocketEventListener | EventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener, options);
  }

  /** Adds a listener, as zeromq.js names it. */
  on(type: EventName, listener: SocketEventListener): this {
    this.addEventListener(type, listener);
    return this;
  }

  /** Removes a listener, as zeromq.js names it. */
  off(type: EventName, listener: SocketEventListener): this {
    this.removeEventListener(type, listener);
    return this;
  }

  /**
   * The next event of the kind. Never settles when none comes, not even when
   * the socket is closed: wait for `"end"` beside.
   */
  once(type: EventName): Promise<SocketEvent> {
    return new Promise((resolve) => {
      this.addEventListener(type, resolve, { once: true });
    });
  }

  /**
   * Every event from now on, until the socket is closed. For a slow reader
   * the last 10 000 are kept.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<SocketEvent> {
    this.#observed = true;
    const iterator = new EventIterator(() => {
      this.#iterators.delete(iterator);
    });
    if (this.#ended) iterator.end();
    else this.#iterators.add(iterator);
    return iterator;
  }

  /** @internal Tells iterators at once, and listeners soon. */
  emit(type: EventName, detail: EventDetail): void {
    if (!this.#observed || this.#ended) return;
    const event = new SocketEvent(type, detail);
    for (const iterator of this.#iterators) iterator.push(event);
    if (this.#listened) queueMicrotask(() => this.dispatchEvent(event));
    if (type !== "end") return;
    this.#ended = true;
    for (const iterator of this.#iterators) iterator.end();
    this.#iterators.clear();
  }
}

type Step = IteratorResult<SocketEvent, undefined>;

class EventIterator implements AsyncIterableIterator<SocketEvent> {
  readonly #pending = new Ring<SocketEvent>();
  readonly #waiting = new Ring<(step: Step) => void>();
  readonly #left: () => void;
  #ended = false;

  constructor(left: () => void) {
    this.#left = left;
  }

  push(event: SocketEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting({ value: event, done: false });
    else {
      if (this.#pending.length >= MAX_PENDING) this.#pending.shift();
      this.#pending.push(event);
    }
  }

  end(): void {
    this.#ended = true;
    for (let each = this.#waiting.shift(); each; each = this.#waiting.shift()) {
      each({ value: undefined, done: true });
    }
  }

  next(): Promise<Step> {
    const event = this.#pending.shift();
    if (event !== undefined) {
      return Promise.resolve({ value: event, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<Step> {
    this.#left();
    this.#pending.clear();
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<SocketEvent> {
    return this;
  }
}
