/**
 * REQ: one request, then its reply (RFC 28).
 *
 * Replies are sorted out when they arrive, so that what is stale is never
 * queued.
 *
 * @module
 */

import {
  EMPTY,
  equal,
  randomBytes,
  readU32,
  writeU32,
} from "../../base/bytes.ts";
import { ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { BalancedPattern } from "./balanced.ts";
import { greet } from "./greetings.ts";

/** The routing of a REQ socket. */
export class ReqPattern extends BalancedPattern {
  override readonly type: SocketType = "REQ";
  #awaiting = false;
  // Whom the request went to; undefined once that pipe is gone.
  #asked: Pipe | undefined;
  // The correlation frame of the request, when it had one.
  #tag: Uint8Array | undefined;
  #reply: Message | undefined;
  #counter: number = readU32(randomBytes(4), 0);

  override online(pipe: Pipe): void {
    greet(pipe, this.host.options);
  }

  override detach(pipe: Pipe): void {
    super.detach(pipe);
    // As in libzmq, the reply may come from anyone then.
    if (this.#asked === pipe) this.#asked = undefined;
  }

  override message(pipe: Pipe, message: Message): void {
    if (!this.#awaiting || this.#reply !== undefined) return;
    if (this.#asked !== undefined && this.#asked !== pipe) return;
    const tag = this.#tag;
    let body = 1;
    if (tag !== undefined) {
      if (!equal(message[0]!, tag)) return;
      body = 2;
    }
    // RFC 28: a reply is an empty delimiter and at least one frame.
    if (message.length <= body || message[body - 1]!.length > 0) return;
    this.#reply = message.slice(body);
    this.source = pipe;
    this.host.readable();
  }

  override send(message: Message, _envelope?: Envelope): boolean {
    if (this.#awaiting && !this.host.options.relaxed) {
      throw new ZmqError(
        "EFSM",
        "Cannot send a request: the last one has no reply yet; receive it " +
          'first, or set "relaxed"',
      );
    }
    const tag = this.host.options.correlate ? this.#newTag() : undefined;
    const request = tag === undefined
      ? [EMPTY, ...message]
      : [tag, EMPTY, ...message];
    const before = [this.#awaiting, this.#asked, this.#tag, this.#reply];
    // Writing can bring the reply at once: be ready for it.
    this.#awaiting = true;
    this.#asked = undefined;
    this.#tag = tag;
    this.#reply = undefined;
    if (!this.balancer.send(request)) {
      [this.#awaiting, this.#asked, this.#tag, this.#reply] = before as [
        boolean,
        Pipe | undefined,
        Uint8Array | undefined,
        Message | undefined,
      ];
      return false;
    }
    const target = this.balancer.target;
    if (this.#awaiting && !target?.closed) this.#asked = target;
    return true;
  }

  override get canSend(): boolean {
    return (!this.#awaiting || this.host.options.relaxed) && super.canSend;
  }

  override receive(): Message | undefined {
    if (!this.#awaiting) {
      throw new ZmqError(
        "EFSM",
        "Cannot receive a reply: no request was sent",
      );
    }
    const reply = this.#reply;
    if (reply === undefined) return undefined;
    this.#reply = undefined;
    this.#asked = undefined;
    this.#awaiting = false;
    return reply;
  }

  /**
   * Gives the request up. Its reply must not be taken for another's: without a
   * number to know it by, the connection that it would come through is dropped,
   * as in the Lazy Pirate pattern. What has not left yet does not any more.
   */
  abandon(): void {
    const asked = this.#asked;
    const tag = this.#tag;
    this.#awaiting = false;
    this.#asked = undefined;
    this.#tag = undefined;
    this.#reply = undefined;
    if (asked?.online === false) asked.renew();
    else if (asked !== undefined && tag === undefined) {
      const what = "Dropped a peer that did not answer in time";
      this.host.reject(asked, new ZmqError("ETIMEDOUT", what), true);
    }
  }

  override get waiting(): number {
    return this.#reply === undefined ? 0 : 1;
  }

  override get canReceive(): boolean {
    return this.#reply !== undefined;
  }

  #newTag(): Uint8Array {
    const tag = new Uint8Array(4);
    this.#counter = (this.#counter + 1) >>> 0;
    writeU32(tag, 0, this.#counter);
    return tag;
  }
}
