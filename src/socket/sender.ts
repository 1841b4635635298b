/**
 * The sending half of a socket: at once when the pattern takes the message,
 * else first come, first served; where messages are for one peer each, with
 * those for the same peer only.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import type { Options } from "../options/options.ts";
import type { Pace } from "./pace.ts";
import type { Envelope, Pattern } from "./pattern.ts";
import {
  checkTimeout,
  type Target,
  Waiters,
  type WaitOptions,
} from "./waiters.ts";

/** Options of `send`. */
export type SendOptions = WaitOptions;

/** One message that waits to be sent. */
interface Outgoing {
  readonly message: Message;
  readonly envelope: Envelope | undefined;
}

const DONE: Promise<void> = Promise.resolve();

/** The sending half of a socket. */
export class Sender {
  readonly #pattern: Pattern;
  readonly #options: Options;
  readonly #pace: Pace;
  readonly #waiters: Waiters<Outgoing, void>;
  #closed: ZmqError | undefined;
  readonly #serve = (
    { message, envelope }: Outgoing,
    resolve: () => void,
  ): boolean => {
    if (!this.#pattern.send(message, envelope)) return false;
    resolve();
    return true;
  };

  constructor(pattern: Pattern, options: Options, clock: Clock, pace: Pace) {
    this.#pattern = pattern;
    this.#options = options;
    this.#pace = pace;
    this.#waiters = new Waiters(clock, "send a message");
  }

  /** Sends; resolves when the message is queued for a peer. */
  send(
    message: Message,
    envelope: Envelope | undefined,
    options: SendOptions | undefined,
  ): Promise<void> {
    try {
      if (this.#closed !== undefined) throw this.#closed;
      if (options?.signal?.aborted) throw options.signal.reason;
      if (
        !this.#mustWait(message, envelope) &&
        this.#pattern.send(message, envelope)
      ) {
        return this.#pace.spend(1) ?? DONE;
      }
      const timeout = options?.timeout === undefined
        ? this.#options.sendTimeout
        : checkTimeout(options.timeout);
      return this.#waiters.wait(
        // The caller may use what it passed once more, for another message.
        { message, envelope: envelope && { ...envelope } },
        timeout,
        options?.signal,
        this.#pattern.target(message, envelope),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends now, or says `false` when it would have to wait. */
  trySend(message: Message, envelope: Envelope | undefined): boolean {
    if (this.#closed !== undefined) throw this.#closed;
    return !this.#mustWait(message, envelope) &&
      this.#pattern.send(message, envelope);
  }

  /** Serves the calls that wait: those for one target, or all. */
  pump(target?: Target): void {
    if (this.#waiters.length === 0) return;
    if (target === undefined) this.#waiters.serveAll(this.#serve);
    else this.#waiters.serve(this.#serve, target);
  }

  /** Fails what waits and everything after it. */
  close(error: ZmqError): void {
    this.#closed ??= error;
    this.#waiters.fail(error);
  }

  /** True when others wait already that must go first. */
  #mustWait(message: Message, envelope: Envelope | undefined): boolean {
    return this.#waiters.length > 0 &&
      this.#waiters.has(this.#pattern.target(message, envelope));
  }
}
