/**
 * STREAM: octets of raw TCP connections, each known by an id.
 *
 * @module
 */

import { printable, toKey } from "../../base/bytes.ts";
import { ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { RoutingTable } from "../../routing/routing_table.ts";
import type { Envelope } from "../pattern.ts";
import type { Target } from "../waiters.ts";
import { announces } from "./greetings.ts";
import { QueuedPattern } from "./queued.ts";

/** The routing of a STREAM socket. */
export class StreamPattern extends QueuedPattern {
  override readonly type: SocketType = "STREAM";
  readonly #table = new RoutingTable();
  // Pipes whose connection the application ends, as soon as what it sent
  // before has left. As in libzmq, they have no id any more: the end that it
  // wants is not told, and nothing can be sent behind it and be lost.
  readonly #ending = new Set<Pipe>();

  override attach(pipe: Pipe): void {
    const assigned = pipe.assignedRoutingId;
    if (assigned !== undefined && this.#table.find(assigned) !== undefined) {
      this.host.reject(
        pipe,
        new ZmqError(
          "EADDRINUSE",
          `Refused a peer: another has routing id "${printable(assigned)}"`,
        ),
      );
      return;
    }
    this.#table.add(pipe, assigned ?? this.#table.fresh());
  }

  override detach(pipe: Pipe): void {
    this.#ending.delete(pipe);
    const key = this.#table.keyOf(pipe);
    if (key === undefined) return;
    this.#table.remove(pipe);
    // A sender that waits for this peer must learn that it is gone.
    this.host.writable(key);
  }

  override online(pipe: Pipe): void {
    if (this.#ending.has(pipe)) return;
    if (this.#table.has(pipe)) this.#table.tell(pipe);
    else this.#table.add(pipe, pipe.assignedRoutingId ?? this.#table.fresh());
    this.#announce(pipe, "connect");
  }

  override offline(pipe: Pipe): void {
    // Its next connection is another one, with an id.
    if (pipe.pending === 0) this.#ending.delete(pipe);
    this.#announce(pipe, "disconnect");
  }

  override writable(pipe: Pipe): void {
    const key = this.#table.keyOf(pipe);
    if (key !== undefined) this.host.writable(key);
  }

  override message(pipe: Pipe, message: Message): void {
    const id = this.#table.idOf(pipe);
    if (id !== undefined) this.deliver(pipe, [id, ...message]);
  }

  /** Sends octets; an empty second frame ends the connection. */
  override send(message: Message, _envelope?: Envelope): boolean {
    if (message.length !== 2) {
      throw new ZmqError(
        "EINVAL",
        `Cannot send ${message.length} frames on a STREAM socket: expected ` +
          "a routing id and octets",
      );
    }
    const pipe = this.#table.find(message[0]!);
    if (pipe === undefined) {
      throw new ZmqError(
        "EHOSTUNREACH",
        `Cannot send: no peer has routing id "${printable(message[0]!)}"`,
      );
    }
    const octets = message[1]!;
    if (octets.length === 0) {
      if (pipe.full) return false;
      this.#table.remove(pipe);
      this.#ending.add(pipe);
    }
    return pipe.write([octets]);
  }

  override target(message: Message): Target {
    return toKey(message[0]!);
  }

  override receive(): Message | undefined {
    const message = super.receive();
    this.#table.renew(message, this.source);
    return message;
  }

  /** Always true: without the peer sending fails, it does not wait. */
  override get canSend(): boolean {
    return true;
  }

  #announce(pipe: Pipe, change: "connect" | "disconnect"): void {
    const id = this.#table.idOf(pipe);
    if (id === undefined || !announces(this.host.options, change)) return;
    this.deliver(pipe, [id, new Uint8Array(0)]);
  }
}
