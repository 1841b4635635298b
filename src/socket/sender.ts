/**
 * The sending half of a socket: at once when the pattern takes the message,
 * else first come, first served; where messages are for one peer each, with
 * those for the same peer only.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { ZmqError } from "../base/errors.ts";
import {
  checkFrames,
  type Message,
  type MessageLike,
} from "../message/message.ts";
import type { Options } from "../options/options.ts";
import type { Envelope, Pattern } from "./pattern.ts";
import {
  checkCall,
  checkTimeout,
  type Target,
  Waiters,
  type WaitOptions,
} from "./waiters.ts";

/** Options of `send`. */
export type SendOptions = WaitOptions;

/** A socket whose stream is written to. */
export interface StreamTarget {
  send(message: MessageLike, options: SendOptions): Promise<void>;
}

/** One message that waits to be sent. */
interface Outgoing {
  readonly message: Message;
  readonly envelope: Envelope | undefined;
}

const ACTION = "send a message";

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
  #stream: WritableStream<MessageLike> | undefined;
  #controller: WritableStreamDefaultController | undefined;
  readonly #serve = (
    { message, envelope }: Outgoing,
    resolve: () => void,
  ): boolean => {
    // It waited by reference: an empty frame would go out in its place.
    checkFrames(message);
    if (!this.#pattern.send(message, envelope)) return false;
    resolve();
    return true;
  };

  constructor(pattern: Pattern, options: Options, clock: Clock) {
    this.#pattern = pattern;
    this.#options = options;
    this.#clock = clock;
    this.#waiters = new Waiters(clock, ACTION);
  }

  /** Sends; resolves when the message is queued for a peer. */
  send(
    message: Message,
    envelope: Envelope | undefined,
    options: SendOptions | undefined,
  ): Promise<void> {
    try {
      if (this.#closed !== undefined) throw this.#closed;
      if (options !== undefined) checkCall(options, ACTION);
      if (
        !this.#mustWait(message, envelope) &&
        this.#pattern.send(message, envelope)
      ) {
        return ++this.#sends % SENDS_PER_TURN === 0 ? this.#turn() : DONE;
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

  /** The stream whose chunks a socket sends; another one once it is over. */
  stream(socket: StreamTarget): WritableStream<MessageLike> {
    if (this.#stream !== undefined) return this.#stream;
    const forget = (): void => {
      // It is told of its end twice when a write fails because of an abort.
      if (this.#stream === stream) this.#stream = undefined;
    };
    const stream = new WritableStream<MessageLike>({
      start: (controller) => {
        this.#controller = controller;
        if (this.#closed !== undefined) controller.error(this.#closed);
      },
      write: async (message, { signal }) => {
        try {
          await socket.send(message, { signal });
        } catch (error) {
          forget();
          throw error;
        }
      },
      close: forget,
      abort: forget,
    });
    return this.#stream = stream;
  }

  /** Fails what waits and everything after it. */
  close(error: ZmqError): void {
    this.#closed ??= error;
    this.#waiters.fail(error);
    this.#controller?.error(error);
  }

  /** True when others wait already that must go first. */
  #mustWait(message: Message, envelope: Envelope | undefined): boolean {
    return this.#waiters.length > 0 &&
      this.#waiters.has(this.#pattern.target(message, envelope));
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#clock.defer(resolve));
  }
}
