/**
 * Waiting for several sockets at once.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import { ReadableSocket } from "../socket/readable_socket.ts";
import { coreOf } from "../socket/socket.ts";
import {
  checkCall,
  checkTimeout,
  Waiters,
  type WaitOptions,
} from "../socket/waiters.ts";

/** A message and the socket that received it. */
export interface Polled<T = Message> {
  /** The socket. */
  readonly socket: ReadableSocket<T>;
  /** Its message. */
  readonly message: T;
}

/**
 * Waits until one of the sockets has a message, and takes it. When several
 * have one, the first in the list wins. Nothing is taken from the others. It is
 * no error when it is not a socket's turn to receive, as before the request of
 * a {@linkcode Request} or the reply of a {@linkcode Reply}: the socket has no
 * message then. Calls of `receive()` that wait for a socket have its messages
 * first.
 *
 * @throws {ZmqError} `EAGAIN` after the timeout (default: it waits for ever),
 * `EBADF` when a socket is closed, `ETERM` when its context was shut down,
 * `EINVAL` without sockets, or for wrong options. A call that is aborted
 * rejects with the reason of its signal.
 * @example
 * ```ts
 * import { poll, Pull, Push } from "isomq";
 *
 * const a = new Pull();
 * const b = new Pull();
 * await a.bind("inproc://a");
 * await b.bind("inproc://b");
 * const push = new Push();
 * push.connect("inproc://b");
 * await push.send("hello");
 * const { socket, message } = await poll([a, b], { timeout: 1000 });
 * console.log(socket === b, message.length);
 * await Promise.all([a.close(), b.close(), push.close()]);
 * ```
 */
export async function poll<T = Message>(
  sockets: readonly ReadableSocket<T>[],
  options: WaitOptions = {},
): Promise<Polled<T>> {
  if (
    sockets.length === 0 ||
    !sockets.every((each) => each instanceof ReadableSocket)
  ) {
    throw new ZmqError(
      "EINVAL",
      `Cannot poll ${quote(sockets)}: expected sockets that receive`,
    );
  }
  checkCall(options, "poll");
  const { timeout = -1, signal } = options;
  checkTimeout(timeout);
  for (const socket of sockets) {
    const message = socket.take();
    if (message === undefined) continue;
    return await coreOf(socket).receiver.afterTurn({ socket, message }, 1);
  }
  return await first(sockets, timeout, signal);
}

/** Waits for the first message; only that one is taken. */
async function first<T>(
  sockets: readonly ReadableSocket<T>[],
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Polled<T>> {
  const { clock } = coreOf(sockets[0]!);
  const waiters = new Waiters<undefined, Polled<T>>(clock, "poll");
  const stops = sockets.map((socket) =>
    coreOf(socket).receiver.watch({
      readable: () =>
        waiters.serve((_, resolve) => {
          const message = socket.take();
          if (message !== undefined) resolve({ socket, message });
          return message !== undefined;
        }),
      closed: (error) => waiters.fail(error),
    })
  );
  try {
    return await waiters.wait(undefined, timeout, signal);
  } finally {
    for (const stop of stops) stop();
  }
}
