/**
 * The sending half of a socket: at once when the pattern takes the message,
 * else first come, first served.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { ZmqError } from "../base/errors.ts";
import { checkFrames, type Message } from "../message/message.ts";
import type { Options } from "../options/options.ts";
import type { Envelope, Pattern } from "./pattern.ts";
import { checkTimeout, Waiters, type WaitOptions } from "./waiters.ts";

/** Options of `send`. */
export type SendOptions = WaitOptions;

/** One message that waits to be sent. */
interface Outgoing {
  readonly message: Message;
  readonly envelope: Envelope | undefined;
}

/**
 * A loop of resolved sends never lets the event loop turn: nothing would
 * leave, nothing would arrive. Every so many sends, one takes a turn.
 */
const SENDS_PER_TURN = 512;

const DONE: Promise<void> = Promise.resolve();

/** The sending half of a socket. */
export class Sender {
  readonly #pattern: Pattern;
  readonly #options: Options;
  readonly #clock: Clock;
  readonly #waiters: Waiters<Outgoing, void>;
  #sends = 0;
  #closed: ZmqError | undefined;

  constructor(pattern: Pattern, options: Options, clock: Clock) {
    this.#pattern = pattern;
    this.#options = options;
    this.#clock = clock;
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
      if (this.#waiters.length === 0 && this.#pattern.send(message, envelope)) {
        return ++this.#sends % SENDS_PER_TURN === 0 ? this.#turn() : DONE;
      }
      const timeout = options?.timeout === undefined
        ? this.#options.sendTimeout
        : checkTimeout(options.timeout);
      return this.#waiters.wait(
        { message, envelope },
        timeout,
        options?.signal,
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends now, or says `false` when it would have to wait. */
  trySend(message: Message, envelope: Envelope | undefined): boolean {
    if (this.#closed !== undefined) throw this.#closed;
    return this.#waiters.length === 0 && this.#pattern.send(message, envelope);
  }

  /** Serves the calls that wait. */
  pump(): void {
    if (this.#waiters.length === 0) return;
    this.#waiters.serve(({ message, envelope }, resolve) => {
      // It waited by reference: an empty frame would go out in its place.
      checkFrames(message);
      if (!this.#pattern.send(message, envelope)) return false;
      resolve();
      return true;
    });
  }

  /** Fails what waits and everything after it. */
  close(error: ZmqError): void {
    this.#closed ??= error;
    this.#waiters.fail(error);
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#clock.defer(resolve));
  }
}
