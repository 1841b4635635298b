/**
 * Waiting for several sockets at once.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import { ReadableSocket } from "../socket/readable_socket.ts";
import { checkTimeout, type WaitOptions } from "../socket/waiters.ts";

/** A message and the socket that received it. */
export interface Polled<T = Message> {
  /** The socket. */
  readonly socket: ReadableSocket<T>;
  /** Its message. */
  readonly message: T;
}

/**
 * Waits until one of the sockets has a message, and takes it. When several
 * have one, the first in the list wins. Nothing is taken from the others.
 *
 * @throws {ZmqError} `EAGAIN` after the timeout, `EBADF` when a socket is
 * closed, `EINVAL` without sockets.
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
  if (options.timeout !== undefined) checkTimeout(options.timeout);
  for (const socket of sockets) {
    const message = socket.tryReceive();
    if (message !== undefined) return { socket, message };
  }
  const stop = new AbortController();
  const signal = options.signal;
  const abort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) throw signal.reason;
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await first(sockets, stop, options.timeout ?? -1);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** The first message; the other calls are taken back before they get one. */
function first<T>(
  sockets: readonly ReadableSocket<T>[],
  stop: AbortController,
  timeout: number,
): Promise<Polled<T>> {
  return new Promise((resolve, reject) => {
    for (const socket of sockets) {
      socket.receiveInto((message) => {
        stop.abort();
        resolve({ socket, message });
      }, { signal: stop.signal, timeout }).catch((error: unknown) => {
        reject(error);
        stop.abort();
      });
    }
  });
}
