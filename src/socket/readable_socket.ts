/**
 * Sockets that receive.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import { ownPeer, type PeerInfo } from "../routing/peer.ts";
import type { Pipe } from "../routing/pipe.ts";
import type { ReceiveOptions, Receiver, Shape } from "./receiver.ts";
import { coreOf, Socket } from "./socket.ts";

/** A message and the peer that it came from. */
export interface Received<T = Message> {
  /** The message. */
  readonly message: T;
  /** Who sent it. */
  readonly peer: PeerInfo;
}

const DEFAULT_BATCH = 1000;

/** A socket that receives. `T` is what one `receive` gives. */
export abstract class ReadableSocket<T = Message> extends Socket
  implements AsyncIterable<T> {
  #readable: ReadableStream<T> | undefined;

  /** @internal Makes what the user gets; `undefined`: the frames as they are. */
  protected shape: ((message: Message, source: Pipe) => T) | undefined =
    undefined;

  /**
   * Waits for the next message. Any number of calls may wait; they are served
   * first come, first served. A call that is aborted or late loses nothing.
   *
   * @throws {ZmqError} `EAGAIN` after the timeout, `EBADF` when the socket is
   * closed, `ETERM` when its context was shut down, `EFSM` in the wrong state
   * (REQ), `EINVAL` for a timeout that is no integer of -1 or more. A call
   * that is aborted rejects with the reason of its signal.
   */
  receive(options?: ReceiveOptions): Promise<T> {
    return coreOf(this).receiver.receive(this.shape, options);
  }

  /**
   * The next message if one is queued, else `undefined`; also while other
   * calls wait for one. Never waits.
   *
   * @throws {ZmqError} `EBADF` when the socket is closed, `ETERM` when its
   * context was shut down, `EFSM` in the wrong state (REQ).
   */
  tryReceive(): T | undefined {
    return coreOf(this).receiver.tryReceive(this.shape);
  }

  /**
   * Waits for one message and returns it with all others that are queued, at
   * most `max`. Default: 1000. A `Reply` and a `Request` give one at a time.
   *
   * @throws {ZmqError} as `receive`; `EINVAL` for a `max` that is no integer
   * of 1 or more.
   */
  async receiveMany(
    max: number = DEFAULT_BATCH,
    options?: ReceiveOptions,
  ): Promise<T[]> {
    if (!Number.isInteger(max) || max < 1) {
      throw new ZmqError(
        "EINVAL",
        `Cannot receive ${quote(max)} messages: expected an integer, 1 or more`,
      );
    }
    const { receiver } = coreOf(this);
    const messages: T[] = [await receiver.receive<T>(this.shape, options)];
    try {
      while (messages.length < max) {
        const next = receiver.tryReceive(this.shape);
        if (next === undefined) break;
        messages.push(next);
      }
    } catch {
      // A REP or REQ has its turn, or the socket was closed: what has been
      // taken must not be lost. The next call tells.
    }
    return receiver.afterTurn(messages, messages.length - 1);
  }

  /** As `receive`, and says who sent the message. */
  receiveFrom(options?: ReceiveOptions): Promise<Received<T>> {
    const { shape } = this;
    return coreOf(this).receiver.receive(
      (message, source) => ({
        message: shape === undefined
          ? message as unknown as T
          : shape(message, source),
        peer: ownPeer(source.sender),
      }),
      options,
    );
  }

  /**
   * As `receive`, but the message is handed over in the very moment it is
   * taken: several sockets can be waited for without taking two messages.
   *
   * @internal
   */
  receiveInto(
    take: (message: T) => void,
    options?: ReceiveOptions,
  ): Promise<void> {
    const { shape } = this;
    return coreOf(this).receiver.receive((message, source) => {
      take(
        shape === undefined ? message as unknown as T : shape(message, source),
      );
    }, options);
  }

  /** @internal As `tryReceive`, but never `EFSM`: nothing, out of turn. */
  take(): T | undefined {
    return coreOf(this).receiver.take(this.shape);
  }

  /** Every message until the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new MessageIterator<T>(this, this.shape);
  }

  /**
   * The messages as a stream; it ends when the socket is closed. It takes a
   * message only when it is read from, and waits for it however long,
   * whatever `receiveTimeout` says. It is the same one each time, until it is
   * cancelled or fails, with `EFSM` for instance: then it is made anew.
   */
  get readable(): ReadableStream<T> {
    return this.#readable ??= this.#stream();
  }

  #stream(): ReadableStream<T> {
    const cancelled = new AbortController();
    const { signal } = cancelled;
    const forget = (): void => {
      if (this.#readable === stream) this.#readable = undefined;
    };
    const stream = new ReadableStream<T>({
      pull: async (controller) => {
        try {
          // Taken and handed on in one step: a message that was taken when
          // the stream is cancelled would be nobody's.
          await this.receiveInto((message) => controller.enqueue(message), {
            signal,
            timeout: -1,
          });
        } catch (error) {
          if (signal.aborted) return;
          if (isEnd(this, error)) return controller.close();
          forget();
          throw error;
        }
      },
      cancel: () => {
        forget();
        cancelled.abort();
      },
    }, { highWaterMark: 0 });
    return stream;
  }
}

/** True for the failure of a socket that is closed. */
function isEnd<T>(socket: ReadableSocket<T>, error: unknown): boolean {
  const code = error instanceof ZmqError ? error.code : undefined;
  return socket.closed && (code === "EBADF" || code === "ETERM");
}

/** The next message, or the end when the socket is closed. */
async function nextOf<T>(
  socket: ReadableSocket<T>,
): Promise<IteratorResult<T, undefined>> {
  try {
    return { value: await socket.receive(), done: false };
  } catch (error) {
    if (isEnd(socket, error)) return { value: undefined, done: true };
    throw error;
  }
}

class MessageIterator<T> implements AsyncIterableIterator<T> {
  readonly #socket: ReadableSocket<T>;
  readonly #receiver: Receiver;
  readonly #shape: Shape<T> | undefined;

  constructor(socket: ReadableSocket<T>, shape: Shape<T> | undefined) {
    this.#socket = socket;
    this.#receiver = coreOf(socket).receiver;
    this.#shape = shape;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const receiver = this.#receiver;
    try {
      const value = receiver.closed
        ? undefined
        : receiver.tryReceive(this.#shape);
      if (value !== undefined) {
        return receiver.afterTurn({ value, done: false }, 1);
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return nextOf(this.#socket);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this;
  }
}
