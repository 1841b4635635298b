/**
 * The receiving half of a socket: at once when something is queued, else
 * first come, first served.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import type { Options } from "../options/options.ts";
import type { Pipe } from "../routing/pipe.ts";
import type { Pace } from "./pace.ts";
import type { Pattern } from "./pattern.ts";
import {
  checkCall,
  checkTimeout,
  Waiters,
  type WaitOptions,
} from "./waiters.ts";

/** Options of `receive`. */
export type ReceiveOptions = WaitOptions;

/** Makes what the user gets of a message and the pipe it came from. */
export type Shape<T> = (message: Message, source: Pipe) => T;

const ACTION = "receive a message";

/** Whoever looks at several sockets, and takes a message of the first. */
export interface Watcher {
  /** Something can be received, or could: others may take it first. */
  readable(): void;
  /** Nothing can be received any more. */
  closed(error: ZmqError): void;
}

/** The receiving half of a socket. */
export class Receiver {
  readonly #pattern: Pattern;
  readonly #options: Options;
  readonly #pace: Pace;
  readonly #waiters: Waiters<Shape<unknown>, unknown>;
  readonly #watchers = new Set<Watcher>();
  #closed: ZmqError | undefined;

  constructor(pattern: Pattern, options: Options, clock: Clock, pace: Pace) {
    this.#pattern = pattern;
    this.#options = options;
    this.#pace = pace;
    this.#waiters = new Waiters(clock, ACTION);
  }

  /** True once nothing can be received any more. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** The next message, shaped. */
  receive<T>(
    shape: Shape<T> | undefined,
    options: ReceiveOptions | undefined,
  ): Promise<T> {
    try {
      if (this.#closed !== undefined) throw this.#closed;
      if (options !== undefined) checkCall(options, ACTION);
      if (this.#waiters.length === 0) {
        const message = this.#pattern.receive();
        if (message !== undefined) {
          return this.afterTurn(this.#shape(shape, message), 1);
        }
      }
      const timeout = options?.timeout === undefined
        ? this.#options.receiveTimeout
        : checkTimeout(options.timeout);
      return this.#waiters.wait(
        shape ?? plain,
        timeout,
        options?.signal,
      ) as Promise<T>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * What was received without waiting, so many messages: at once, or when the
   * event loop has turned.
   */
  afterTurn<T>(received: T, messages: number): Promise<T> {
    const turn = this.#pace.spend(messages);
    return turn === undefined
      ? Promise.resolve(received)
      : following(turn, received);
  }

  /** The next message if there is one. */
  tryReceive<T>(shape: Shape<T> | undefined): T | undefined {
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#waiters.length > 0) return undefined;
    const message = this.#pattern.receive();
    return message === undefined ? undefined : this.#shape(shape, message);
  }

  /**
   * As `tryReceive`, also while it is not the socket's turn to receive: there
   * is nothing then.
   */
  take<T>(shape: Shape<T> | undefined): T | undefined {
    return this.#closed !== undefined || this.#pattern.canReceive
      ? this.tryReceive(shape)
      : undefined;
  }

  /** Tells a watcher from now on; returns what ends that. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Serves the calls that wait, then those that watch. */
  pump(): void {
    if (this.#waiters.length > 0) {
      this.#waiters.serve((shape, resolve) => {
        const message = this.#pattern.next();
        if (message === undefined) return false;
        resolve(shape(message, this.#pattern.source!));
        return true;
      });
    }
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers) watcher.readable();
  }

  /** Fails what waits and everything after it. */
  close(error: ZmqError): void {
    this.#closed ??= error;
    this.#waiters.fail(error);
    for (const watcher of this.#watchers) watcher.closed(error);
  }

  #shape<T>(shape: Shape<T> | undefined, message: Message): T {
    return shape === undefined
      ? message as unknown as T
      : shape(message, this.#pattern.source!);
  }
}

// Apart: a closure that may be made costs something where it is not, too.
function following<T>(turn: Promise<void>, received: T): Promise<T> {
  return turn.then(() => received);
}

function plain(message: Message): Message {
  return message;
}
