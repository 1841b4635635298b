/**
 * REP: requests of all peers in turn, each answered to who asked (RFC 28).
 *
 * @module
 */

import { ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { QueuedPattern } from "./queued.ts";

/** Where the delimiter of a request is; -1 when it is none. */
function delimiter(message: Message): number {
  // At least one frame follows the delimiter. How many hops there may be, is
  // bounded by the frames of a message.
  const end = message.length - 1;
  for (let i = 0; i < end; i++) if (message[i]!.length === 0) return i;
  return -1;
}

/** The routing of a REP socket. */
export class RepPattern extends QueuedPattern {
  override readonly type: SocketType = "REP";
  // The envelope of the request that waits for its reply.
  #envelope: Message | undefined;
  #asker: Pipe | undefined;

  override attach(_pipe: Pipe): void {}

  override detach(pipe: Pipe): void {
    if (this.#asker === pipe) this.#asker = undefined;
  }

  override writable(_pipe: Pipe): void {}

  override message(pipe: Pipe, message: Message): void {
    // RFC 28: a request without a delimiter is discarded.
    if (delimiter(message) >= 0) this.deliver(pipe, message);
  }

  override receive(): Message | undefined {
    if (this.#envelope !== undefined) {
      throw new ZmqError(
        "EFSM",
        "Cannot receive a request: the last one has no reply yet",
      );
    }
    const message = super.receive();
    if (message === undefined) return undefined;
    this.#envelope = message.splice(0, delimiter(message) + 1);
    this.#asker = this.source;
    return message;
  }

  override next(): Message | undefined {
    return this.#envelope === undefined ? this.receive() : undefined;
  }

  override get canReceive(): boolean {
    return this.#envelope === undefined && super.canReceive;
  }

  override send(message: Message, _envelope?: Envelope): boolean {
    const envelope = this.#envelope;
    if (envelope === undefined) {
      throw new ZmqError("EFSM", "Cannot send a reply: nobody asked");
    }
    const asker = this.#asker;
    this.#envelope = undefined;
    this.#asker = undefined;
    // RFC 28: a reply never waits; without room, or an asker, it is dropped.
    if (asker?.write([...envelope, ...message]) !== true) this.dropped++;
    // Requests that had to wait for this reply can be received now.
    if (this.canReceive) this.host.readable();
    return true;
  }

  override get canSend(): boolean {
    return this.#envelope !== undefined;
  }
}
