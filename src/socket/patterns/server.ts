/**
 * SERVER: peers known by numbers that this socket gives them (RFC 41).
 *
 * @module
 */

import { quote, ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { IdCounter } from "../../routing/routing_table.ts";
import type { Envelope } from "../pattern.ts";
import type { Target } from "../waiters.ts";
import { requireSinglePart } from "./checks.ts";
import { farewell, greet } from "./greetings.ts";
import { QueuedPattern } from "./queued.ts";

/** The routing of a SERVER socket. */
export class ServerPattern extends QueuedPattern {
  override readonly type: SocketType = "SERVER";
  readonly #counter = new IdCounter();
  readonly #pipes = new Map<number, Pipe>();
  readonly #ids = new Map<Pipe, number>();

  override attach(pipe: Pipe): void {
    const id = this.#counter.next((number) => this.#pipes.has(number));
    this.#pipes.set(id, pipe);
    this.#ids.set(pipe, id);
    pipe.peer = { ...pipe.peer, routingId: id };
  }

  override detach(pipe: Pipe): void {
    const id = this.#ids.get(pipe);
    if (id === undefined) return;
    this.#ids.delete(pipe);
    this.#pipes.delete(id);
    // A sender that waits for this peer must learn that it is gone.
    this.host.writable(id);
  }

  override online(pipe: Pipe): void {
    // The connection brought its own view of the peer.
    pipe.peer = { ...pipe.peer, routingId: this.#ids.get(pipe) };
    greet(pipe, this.host.options);
  }

  override offline(pipe: Pipe): void {
    const message = farewell(pipe, this.host.options);
    if (message !== undefined) this.deliver(pipe, message);
  }

  override writable(pipe: Pipe): void {
    const id = this.#ids.get(pipe);
    if (id !== undefined) this.host.writable(id);
  }

  override message(pipe: Pipe, message: Message): void {
    // RFC 41: every part of a multi-part message is discarded.
    if (message.length === 1) this.deliver(pipe, message);
  }

  override send(message: Message, envelope?: Envelope): boolean {
    requireSinglePart(this.type, message);
    const id = envelope?.routingId;
    if (typeof id !== "number") {
      throw new ZmqError(
        "EINVAL",
        `Cannot send on a ${this.type} socket to routingId ${quote(id)}: ` +
          "expected the number of a peer",
      );
    }
    const pipe = this.#pipes.get(id);
    if (pipe === undefined) {
      throw new ZmqError(
        "EHOSTUNREACH",
        `Cannot send: no peer has routing id ${quote(id)}`,
      );
    }
    return pipe.write(message);
  }

  override target(_message: Message, envelope?: Envelope): Target {
    return envelope?.routingId;
  }

  /** True also without peers: sending fails then, it does not wait. */
  override get canSend(): boolean {
    if (this.#pipes.size === 0) return true;
    for (const pipe of this.#pipes.values()) if (!pipe.full) return true;
    return false;
  }
}
