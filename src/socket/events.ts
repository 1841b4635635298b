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

import { ZmqError } from "../base/errors.ts";
import { Ring } from "../base/ring.ts";
import type { PeerInfo } from "../routing/peer.ts";
import type { EventDetail, EventType } from "../session/host.ts";
import type { Warning } from "../session/warnings.ts";

/** How many events are kept for a slow reader; then the oldest go. */
const MAX_PENDING = 10_000;

/** One event of a socket. */
export class SocketEvent extends Event {
  /** What happened. */
  declare readonly type: EventType;
  /** The endpoint or the local address that the event is about. */
  readonly address: string;
  /** The peer's own address, once there is a connection. */
  readonly peerAddress: string | undefined;
  /** Who the peer is, once the handshake is done. */
  readonly peer: PeerInfo | undefined;
  /** Why it happened, when something went wrong. */
  readonly error: ZmqError | undefined;
  /**
   * `connect:retry` and the `close` before it: milliseconds until the next
   * attempt. A `close` without it is of an endpoint that is gone.
   */
  readonly interval: number | undefined;
  /** `warning`: what of. */
  readonly warning: Warning | undefined;
  /**
   * `handshake:error:…` and `accept:error` of a bound socket: how many
   * failures before this one were not told, because there were too many.
   */
  readonly suppressed: number | undefined;

  /** @internal */
  constructor(type: EventType, detail: EventDetail) {
    super(type);
    this.address = detail.address;
    this.peerAddress = detail.peerAddress;
    this.peer = detail.peer;
    this.error = detail.error;
    this.interval = detail.interval;
    this.warning = detail.warning;
    this.suppressed = detail.suppressed;
  }
}

/** An event of a type, with what events of the type always have. */
export type EventOfType<E extends EventType = EventType> = {
  readonly [T in E]:
    & SocketEvent
    & { readonly type: T }
    & (T extends `${string}:error${string}` ? { readonly error: ZmqError }
      : T extends "connect:retry" ? { readonly interval: number }
      : T extends "warning" ? { readonly warning: Warning }
      : T extends "accept" | "connect" | "handshake" | "gap"
        ? { readonly peerAddress: string }
      : unknown)
    & (T extends "handshake" ? { readonly peer: PeerInfo }
      : T extends "gap" ? { readonly error: ZmqError }
      : unknown);
}[E];

/** A function that is told of events. */
export type SocketEventListener<E extends EventType = EventType> = (
  event: EventOfType<E>,
) => void;

/**
 * What happens to a socket's connections.
 *
 * There are listeners, as of any `EventTarget`, {@linkcode receive} and
 * `for await`. From when a program first looks at `socket.events`, the newest
 * 10 000 events are kept for the first of the latter two, unless a listener
 * is added before it.
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
  implements AsyncIterable<EventOfType> {
  #observed = false;
  #listened = false;
  #ended = false;
  // What has happened since the first look, until somebody takes it.
  #kept: EventIterator | undefined;
  #received: EventIterator | undefined;
  readonly #iterators = new Set<EventIterator>();

  /** @internal True once a program has looked at them. */
  get observed(): boolean {
    return this.#observed;
  }

  /** True once there are no more: `receive()` fails. */
  get closed(): boolean {
    return (this.#received ?? this.#kept)?.over ?? this.#ended;
  }

  /** @internal Gives them to the program, and keeps what happens for it. */
  look(): this {
    if (!this.#observed) this.#kept = this.#iterate();
    return this;
  }

  /** Adds a listener for one kind of event; it is called in a microtask. */
  override addEventListener<E extends EventType>(
    type: E,
    listener: SocketEventListener<E> | EventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    this.#observed = this.#listened = true;
    void this.#kept?.return();
    this.#kept = undefined;
    super.addEventListener(type, listener as EventListener, options);
  }

  /** Removes a listener. */
  override removeEventListener<E extends EventType>(
    type: E,
    listener: SocketEventListener<E> | EventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener, options);
  }

  /** Adds a listener, as zeromq.js names it. */
  on<E extends EventType>(type: E, listener: SocketEventListener<E>): this {
    this.addEventListener(type, listener);
    return this;
  }

  /** Removes a listener, as zeromq.js names it. */
  off<E extends EventType>(type: E, listener: SocketEventListener<E>): this {
    this.removeEventListener(type, listener);
    return this;
  }

  /**
   * The next event of the kind. Never settles when none comes, not even when
   * the socket is closed: wait for `"end"` beside.
   */
  once<E extends EventType>(type: E): Promise<EventOfType<E>> {
    return new Promise((resolve) => {
      this.addEventListener(type, resolve, { once: true });
    });
  }

  /**
   * Waits for the next event of any kind. Any number of calls may wait; no
   * event is lost between two of them, but of more than 10 000 the oldest.
   *
   * @throws {ZmqError} `EBADF` after `end`, the last event of the socket.
   */
  async receive(): Promise<EventOfType> {
    this.#received ??= this.#take();
    const { value } = await this.#received.next();
    if (value !== undefined) return value;
    throw new ZmqError("EBADF", "Cannot receive an event: there are no more");
  }

  /**
   * Every event, until the socket is closed: the first time what is kept, and
   * else from now on. For a slow reader the newest 10 000 are kept.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<EventOfType> {
    return this.#take();
  }

  #take(): EventIterator {
    const iterator = this.#kept ?? this.#iterate();
    this.#kept = undefined;
    return iterator;
  }

  #iterate(): EventIterator {
    this.#observed = true;
    const iterator = new EventIterator(() => {
      this.#iterators.delete(iterator);
    });
    if (this.#ended) iterator.end();
    else this.#iterators.add(iterator);
    return iterator;
  }

  /** @internal Tells iterators at once, and listeners soon. */
  emit(type: EventType, detail: EventDetail): void {
    if (this.#ended) return;
    this.#ended = type === "end";
    if (!this.#observed) return;
    const event = new SocketEvent(type, detail) as EventOfType;
    for (const iterator of this.#iterators) iterator.push(event);
    if (this.#listened) queueMicrotask(() => this.dispatchEvent(event));
    if (!this.#ended) return;
    for (const iterator of this.#iterators) iterator.end();
    this.#iterators.clear();
  }
}

type Step = IteratorResult<EventOfType, undefined>;

class EventIterator implements AsyncIterableIterator<EventOfType> {
  readonly #pending = new Ring<EventOfType>();
  readonly #waiting = new Ring<(step: Step) => void>();
  readonly #left: () => void;
  #ended = false;

  constructor(left: () => void) {
    this.#left = left;
  }

  get over(): boolean {
    return this.#ended && this.#pending.length === 0;
  }

  push(event: EventOfType): void {
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

  [Symbol.asyncIterator](): AsyncIterableIterator<EventOfType> {
    return this;
  }
}
