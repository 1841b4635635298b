/**
 * ROUTER: peers known by octets, the first frame of each message (RFC 28).
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
import { announces, farewell, greet } from "./greetings.ts";
import { QueuedPattern } from "./queued.ts";

/** The routing of a ROUTER socket. */
export class RouterPattern extends QueuedPattern {
  override readonly type: SocketType = "ROUTER";
  readonly #table = new RoutingTable();
  // Pipes whose id lasts as long as the connection only.
  readonly #nameless = new Set<Pipe>();

  override attach(pipe: Pipe): void {
    // The name of the peer is known only when it is online.
    const assigned = pipe.assignedRoutingId;
    if (assigned === undefined) return;
    if (this.#table.find(assigned) !== undefined) this.#refuse(pipe, assigned);
    else this.#table.add(pipe, assigned);
  }

  override detach(pipe: Pipe): void {
    this.#forget(pipe);
  }

  override online(pipe: Pipe): void {
    if (this.#table.has(pipe)) this.#table.tell(pipe);
    else this.#admit(pipe);
    const id = this.#table.idOf(pipe);
    if (id === undefined) return;
    greet(pipe, this.host.options);
    if (announces(this.host.options, "connect")) {
      this.deliver(pipe, [id, new Uint8Array(0)]);
    }
  }

  override offline(pipe: Pipe): void {
    const id = this.#table.idOf(pipe);
    if (id === undefined) return;
    const message = farewell(pipe, this.host.options);
    // Whoever connects next need not be the same peer.
    if (this.#nameless.has(pipe)) this.#forget(pipe);
    if (message !== undefined) this.deliver(pipe, [id.slice(), ...message]);
    if (announces(this.host.options, "disconnect")) {
      this.deliver(pipe, [id, new Uint8Array(0)]);
    }
  }

  override writable(pipe: Pipe): void {
    const key = this.#table.keyOf(pipe);
    if (key !== undefined) this.host.writable(key);
  }

  override message(pipe: Pipe, message: Message): void {
    const id = this.#table.idOf(pipe);
    if (id === undefined) return;
    message.unshift(id);
    this.deliver(pipe, message);
  }

  override send(message: Message, _envelope?: Envelope): boolean {
    // As libzmq: an id without a message goes nowhere, and is no error.
    if (message.length < 2) return true;
    const id = message[0]!;
    const pipe = this.#table.find(id);
    const { mandatory } = this.host.options;
    if (pipe === undefined) {
      if (mandatory) {
        throw new ZmqError(
          "EHOSTUNREACH",
          `Cannot send: no peer has routing id "${printable(id)}"`,
        );
      }
      this.dropped++;
      return true;
    }
    if (pipe.write(message.slice(1))) return true;
    if (mandatory) return false;
    pipe.dropped++;
    return true;
  }

  override target(message: Message): Target {
    return message.length < 2 ? undefined : toKey(message[0]!);
  }

  override receive(): Message | undefined {
    const message = super.receive();
    this.#table.renew(message, this.source);
    return message;
  }

  override get canSend(): boolean {
    if (!this.host.options.mandatory) return true;
    for (const pipe of this.#table.pipes()) if (!pipe.full) return true;
    return false;
  }

  override optionChanged(name: string): void {
    // Who waits for room is not to wait any more.
    if (name === "mandatory") this.host.writable();
  }

  /** Gives a peer its id, or refuses it. */
  #admit(pipe: Pipe): void {
    const named = pipe.peer.routingId;
    if (!(named instanceof Uint8Array) || named.length === 0) {
      this.#nameless.add(pipe);
      this.#table.add(pipe, this.#table.fresh());
      return;
    }
    const owner = this.#table.find(named);
    if (owner !== undefined) {
      // Closed, not muted for ever as in libzmq: the peer can try again.
      if (!this.host.options.handover) return this.#refuse(pipe, named);
      this.#dismiss(owner, named);
    }
    this.#table.add(pipe, named);
  }

  #dismiss(pipe: Pipe, id: Uint8Array): void {
    // What arrived while the name was the peer's own is still delivered.
    pipe.settle();
    if (pipe.closed) return;
    this.host.reject(
      pipe,
      new ZmqError(
        "ECONNRESET",
        `Dropped a peer: another took over routing id "${printable(id)}"`,
      ),
    );
  }

  #refuse(pipe: Pipe, id: Uint8Array): void {
    this.host.reject(
      pipe,
      new ZmqError(
        "EADDRINUSE",
        `Refused a peer: another has routing id "${printable(id)}"`,
      ),
    );
  }

  #forget(pipe: Pipe): void {
    const key = this.#table.keyOf(pipe);
    if (key === undefined) return;
    this.#nameless.delete(pipe);
    this.#table.remove(pipe);
    // A sender that waits for this peer must learn that it is gone.
    this.host.writable(key);
  }
}
