/**
 * The REQ socket.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Message, MessageLike } from "../message/message.ts";
import type { RequestOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { ReqPattern } from "./patterns/req.ts";
import { coreOf, type SocketInit } from "./socket.ts";
import { checkCall, checkTimeout, Waiters } from "./waiters.ts";
import { DuplexSocket } from "./writable_socket.ts";

/** Options of {@linkcode Request.request}. */
export interface RequestCallOptions {
  /**
   * Milliseconds for each try, sending included; -1 is for ever. Default: for
   * ever, whatever `sendTimeout` and `receiveTimeout` say. With `retries`, the
   * call takes `timeout * (1 + retries)` at most, from when it is made: what it
   * waits for earlier calls is taken from its tries.
   */
  readonly timeout?: number | undefined;
  /** How many more tries after the first. Default: 0. */
  readonly retries?: number | undefined;
  /** Gives the call up when it is aborted, also while it waits for others. */
  readonly signal?: AbortSignal | undefined;
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
  // A call is under way; the others wait for their turn.
  #asking = false;
  readonly #turns: Waiters<undefined, void>;

  /** Makes a REQ socket. */
  constructor(init?: Settings<RequestOptions> & SocketInit) {
    super("REQ", (host) => new ReqPattern(host), init);
    this.#turns = new Waiters(coreOf(this).clock, "send a request");
  }

  static {
    liveOptions(Request.prototype, "REQ");
  }

  /**
   * Sends a message and waits for its reply; a try that gets none in time is
   * abandoned and, while `retries` are left, sent again: the Lazy Pirate
   * pattern. Calls wait for each other.
   *
   * What was abandoned is not sent any more if it has not left yet, and a late
   * reply to it is never taken for another's. With the option `correlate`,
   * which the peers must understand, it is known by its number. Without it, the
   * connection to the peer that was asked is dropped, which is told as a
   * `disconnect` event with `ETIMEDOUT`, and made again at once. Where the
   * request is bound, that is up to the peer, who may bring the late reply along
   * with the next connection: set `correlate` there.
   *
   * @throws {ZmqError} `EAGAIN` when no reply came in time, `EINVAL` for wrong
   * options or what is no message, `EFSM` while the reply to a `send()` is
   * owed, `EBADF` when the socket is closed, `ETERM` when its context is. A
   * call that is aborted rejects with the reason of its signal.
   */
  async request(
    message: MessageLike,
    options: RequestCallOptions = {},
  ): Promise<Message> {
    checkCall(options, "send a request");
    const { timeout = -1, retries = 0, signal } = options;
    if (!Number.isInteger(retries) || retries < 0) {
      throw new ZmqError(
        "EINVAL",
        `Cannot request with retries ${quote(retries)}: expected an integer, ` +
          "0 or more",
      );
    }
    checkTimeout(timeout);
    let tries = retries + 1;
    let each = timeout;
    if (this.#asking) {
      const { clock } = coreOf(this);
      const start = clock.now();
      const whole = timeout < 0 ? timeout : timeout * tries;
      await this.#turns.wait(undefined, whole, signal);
      if (timeout > 0) {
        const rest = whole - (clock.now() - start);
        tries = Math.max(1, Math.ceil(rest / timeout));
        each = Math.max(1, Math.ceil(rest / tries));
      }
    }
    this.#asking = true;
    try {
      return await this.#ask(message, each, tries, signal);
    } finally {
      this.#asking = false;
      this.#turns.serve((_, resolve) => {
        if (this.#asking) return false;
        this.#asking = true;
        resolve();
        return true;
      });
    }
  }

  async #ask(
    message: MessageLike,
    timeout: number,
    tries: number,
    signal: AbortSignal | undefined,
  ): Promise<Message> {
    const { pattern, clock } = coreOf(this);
    for (let left = tries - 1;; left--) {
      let sent = false;
      try {
        const start = clock.now();
        await this.send(message, { timeout, signal });
        sent = true;
        const took = Math.trunc(clock.now() - start);
        const rest = timeout < 0 ? timeout : Math.max(0, timeout - took);
        return await this.receive({ timeout: rest, signal });
      } catch (error) {
        // The socket may ask again. A closed one lingers, and still asks.
        if (sent && !this.closed) (pattern as ReqPattern).abandon();
        const late = error instanceof ZmqError && error.code === "EAGAIN";
        if (!late || left === 0) throw error;
      }
    }
  }
}

/** The options of a REQ socket, as live properties. */
export interface Request extends RequestOptions {}
