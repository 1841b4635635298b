/**
 * DISH: messages of the groups that were joined (RFC 48).
 *
 * A received message is its group and its one frame.
 *
 * @module
 */

import { fromKey, toKey } from "../../base/bytes.ts";
import { protocolError, quote, ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { groupFault } from "./checks.ts";
import { PullPattern } from "./pull.ts";

/** The routing of a DISH socket. */
export class DishPattern extends PullPattern {
  override readonly type: SocketType = "DISH";
  readonly #groups = new Set<string>();
  readonly #pipes = new Set<Pipe>();

  /**
   * Joins a group.
   *
   * @throws {ZmqError} `EINVAL` when it is joined already, or is no group.
   */
  join(group: Uint8Array): void {
    const key = toKey(group);
    const fault = groupFault(group) ??
      (this.#groups.has(key) ? "it is joined already" : undefined);
    if (fault !== undefined) {
      throw new ZmqError("EINVAL", `Cannot join ${quote(key)}: ${fault}`);
    }
    this.#groups.add(key);
    for (const pipe of this.#pipes) pipe.command("JOIN", group, 0);
  }

  /**
   * Leaves a group.
   *
   * @throws {ZmqError} `EINVAL` when it is not joined.
   */
  leave(group: Uint8Array): void {
    const key = toKey(group);
    if (!this.#groups.delete(key)) {
      throw new ZmqError("EINVAL", `Cannot leave ${quote(key)}: not joined`);
    }
    for (const pipe of this.#pipes) pipe.command("LEAVE", group, 1);
    // What was under way belongs to a group that nobody wants any more.
    this.queue.filter((message) => toKey(message[0]!) !== key);
  }

  override attach(pipe: Pipe): void {
    this.#pipes.add(pipe);
  }

  override detach(pipe: Pipe): void {
    this.#pipes.delete(pipe);
  }

  override online(pipe: Pipe): void {
    for (const key of this.#groups) pipe.command("JOIN", fromKey(key), 0);
  }

  override message(pipe: Pipe, message: Message): void {
    // RFC 48: a message is a group frame and exactly one more.
    if (message.length !== 2 || groupFault(message[0]!) !== undefined) {
      this.host.reject(
        pipe,
        protocolError(
          "ERR_ZMTP_INVALID_GROUP",
          "Dropped a peer that sent a wrong message: expected a group and " +
            `one frame, got ${message.length} frames`,
        ),
      );
      return;
    }
    if (this.#groups.has(toKey(message[0]!))) this.deliver(pipe, message);
    else pipe.ignore(message);
  }
}
