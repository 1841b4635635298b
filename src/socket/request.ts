/**
 * The REQ socket.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Message, MessageLike } from "../message/message.ts";
import type { RequestOptions } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { ReqPattern } from "./patterns/req.ts";
import { coreOf, type SocketInit } from "./socket.ts";
import { checkTimeout } from "./waiters.ts";
import { DuplexSocket } from "./writable_socket.ts";

/** Options of {@linkcode Request.request}. */
export interface RequestCallOptions {
  /**
   * Milliseconds for each try, sending included; -1 is for ever. Default: for
   * ever, whatever `sendTimeout` and `receiveTimeout` say.
   */
  readonly timeout?: number;
  /** How many more tries after the first. Default: 0. */
  readonly retries?: number;
  /** Gives the call up when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Asks {@linkcode Reply} sockets, one question at a time. RFC 28.
 *
 * @example
 * ```ts
 * import { Reply, Request } from "isomq";
 *
 * const reply = new Reply();
 * await reply.bind("inproc://time");
 * const request = new Request();
 * request.connect("inproc://time");
 * const answer = request.request("what time is it?", { timeout: 1000 });
 * await reply.receive();
 * await reply.send("late");
 * console.log((await answer).length);
 * await Promise.all([request.close(), reply.close()]);
 * ```
 */
export class Request extends DuplexSocket {
  #calls: Promise<unknown> = Promise.resolve();

  /** Makes a REQ socket. */
  constructor(init?: Partial<RequestOptions> & SocketInit) {
    super("REQ", (host) => new ReqPattern(host), init);
  }

  static {
    liveOptions(Request.prototype, "REQ");
  }

  /**
   * Sends a message and waits for its reply; a try that gets none in time is
   * abandoned and, while `retries` are left, sent again: the Lazy Pirate
   * pattern. A late reply to an abandoned try is never taken for another's
   * when the option `correlate` is set. Calls wait for each other.
   *
   * @throws {ZmqError} `EAGAIN` when no reply came in time, `EINVAL`, `EBADF`
   * when the socket is closed, `ETERM` when its context is.
   */
  async request(
    message: MessageLike,
    options: RequestCallOptions = {},
  ): Promise<Message> {
    const { timeout = -1, retries = 0, signal } = options;
    if (!Number.isInteger(retries) || retries < 0) {
      throw new ZmqError(
        "EINVAL",
        `Cannot request with retries ${quote(retries)}: expected an integer, ` +
          "0 or more",
      );
    }
    checkTimeout(timeout);
    const before = this.#calls;
    const call = before.then(
      () => this.#request(message, timeout, retries, signal),
    );
    this.#calls = call.catch(() => {});
    return await call;
  }

  async #request(
    message: MessageLike,
    timeout: number,
    retries: number,
    signal: AbortSignal | undefined,
  ): Promise<Message> {
    const { pattern, clock } = coreOf(this);
    const aborts = signal === undefined ? {} : { signal };
    for (let left = retries;; left--) {
      try {
        const start = clock.now();
        await this.send(message, { timeout, ...aborts });
        const took = Math.trunc(clock.now() - start);
        const rest = timeout < 0 ? timeout : Math.max(0, timeout - took);
        return await this.receive({ timeout: rest, ...aborts });
      } catch (error) {
        // Whatever ended the try, the socket may ask again.
        (pattern as ReqPattern).abandon();
        const late = error instanceof ZmqError && error.code === "EAGAIN";
        if (!late || left === 0) throw error;
      }
    }
  }
}

/** The options of a REQ socket, as live properties. */
export interface Request extends RequestOptions {}
