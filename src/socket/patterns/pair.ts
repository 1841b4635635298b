/**
 * PAIR: one peer, both ways (RFC 31).
 *
 * @module
 */

import { ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { QueuedPattern } from "./queued.ts";

/** The routing of a PAIR socket. */
export class PairPattern extends QueuedPattern {
  override readonly type: SocketType = "PAIR";
  #pipe: Pipe | undefined;

  override attach(pipe: Pipe): void {
    if (this.#pipe !== undefined) {
      // RFC 31: "MUST NOT" have more than one peer.
      this.host.reject(
        pipe,
        new ZmqError(
          "EADDRINUSE",
          `Refused a peer: the ${this.type} socket has one already`,
        ),
      );
      return;
    }
    this.#pipe = pipe;
    this.host.writable();
  }

  override detach(pipe: Pipe): void {
    if (this.#pipe === pipe) this.#pipe = undefined;
  }

  override writable(_pipe: Pipe): void {
    this.host.writable();
  }

  override message(pipe: Pipe, message: Message): void {
    if (this.#pipe === pipe) this.deliver(pipe, message);
  }

  override send(message: Message, _envelope?: Envelope): boolean {
    return this.#pipe !== undefined && this.#pipe.write(message);
  }

  override get canSend(): boolean {
    return this.#pipe !== undefined && !this.#pipe.full;
  }
}
