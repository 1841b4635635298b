/**
 * Sockets that send, and those that do both.
 *
 * @module
 */

import {
  type Message,
  type MessageLike,
  toMessage,
} from "../message/message.ts";
import { ReadableSocket } from "./readable_socket.ts";
import type { SendOptions } from "./sender.ts";
import { coreOf, Socket } from "./socket.ts";

function send(
  socket: Socket,
  message: MessageLike,
  options: SendOptions | undefined,
): Promise<void> {
  let frames: Message;
  try {
    frames = toMessage(message);
  } catch (error) {
    return Promise.reject(error);
  }
  return coreOf(socket).sender.send(frames, undefined, options);
}

/** A socket that only sends. */
export abstract class WritableSocket extends Socket {
  /**
   * Sends a message: a frame, or an array of frames. Resolves when the
   * message is queued for a peer; waits while no peer has room.
   *
   * @throws {ZmqError} `EAGAIN` after the timeout, `EBADF` when the socket is
   * closed, `ETERM` when its context was shut down, `EINVAL` when the value
   * is no message that the socket can send, or for a wrong timeout. A call
   * that is aborted rejects with the reason of its signal.
   */
  send(message: MessageLike, options?: SendOptions): Promise<void> {
    return send(this, message, options);
  }

  /**
   * Sends now; `false` when it would have to wait, and nothing was sent.
   *
   * @throws {ZmqError} as `send`, but never `EAGAIN`.
   */
  trySend(message: MessageLike): boolean {
    return coreOf(this).sender.trySend(toMessage(message), undefined);
  }

  /**
   * A stream whose chunks are sent as messages. It is the same one each time,
   * until it is closed, is aborted or fails, as with `EAGAIN` after
   * `sendTimeout` or `EINVAL` for a chunk that is no message: then it is made
   * anew. It fails when the socket is closed, with `EBADF`.
   *
   * A chunk that waits for room when the stream is aborted is not sent. The
   * signal of a `pipeTo()` does not abort the stream before the chunk that was
   * read is written, as the standard has it: `sendTimeout` limits that.
   */
  get writable(): WritableStream<MessageLike> {
    return coreOf(this).sender.stream(this);
  }
}

/** A socket that sends and receives. */
export abstract class DuplexSocket extends ReadableSocket {
  /**
   * Sends a message: a frame, or an array of frames. Resolves when the
   * message is queued for a peer; waits while no peer has room.
   *
   * @throws {ZmqError} `EAGAIN` after the timeout, `EBADF` when the socket is
   * closed, `ETERM` when its context was shut down, `EFSM` in the wrong state
   * (REQ, REP), `EHOSTUNREACH` when no peer has the routing id (STREAM, ROUTER
   * with `mandatory`), `EMSGSIZE` for a datagram that is too large, `EINVAL`
   * when the value is no message that the socket can send, or for a wrong
   * timeout. A call that is aborted rejects with the reason of its signal.
   */
  send(message: MessageLike, options?: SendOptions): Promise<void> {
    return send(this, message, options);
  }

  /**
   * Sends now; `false` when it would have to wait, and nothing was sent.
   *
   * @throws {ZmqError} as `send`, but never `EAGAIN`.
   */
  trySend(message: MessageLike): boolean {
    return coreOf(this).sender.trySend(toMessage(message), undefined);
  }

  /**
   * A stream whose chunks are sent as messages. It is the same one each time,
   * until it is closed, is aborted or fails, as with `EAGAIN` after
   * `sendTimeout` or `EINVAL` for a chunk that is no message: then it is made
   * anew. It fails when the socket is closed, with `EBADF`.
   *
   * A chunk that waits for room when the stream is aborted is not sent. The
   * signal of a `pipeTo()` does not abort the stream before the chunk that was
   * read is written, as the standard has it: `sendTimeout` limits that.
   */
  get writable(): WritableStream<MessageLike> {
    return coreOf(this).sender.stream(this);
  }
}
