/**
 * RADIO: each message to all members of its group (RFC 48).
 *
 * In a pipe, as on the wire, a message is its group and its one frame.
 *
 * @module
 */

import { protocolError, ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import { DatagramPipe } from "../../routing/datagram_pipe.ts";
import type { Pipe, PipeCommand } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import {
  groupFault,
  requireDatagramSize,
  requireSinglePart,
  unsupported,
} from "./checks.ts";
import { PublishingPattern } from "./publishing.ts";

/** The routing of a RADIO socket. */
export class RadioPattern extends PublishingPattern {
  override readonly type: SocketType = "RADIO";
  override readonly receives = false;
  // Over UDP nobody can join: all groups go to all, and DISH filters.
  readonly #deaf = new Set<DatagramPipe>();

  override attach(pipe: Pipe): void {
    super.attach(pipe);
    if (pipe instanceof DatagramPipe) this.#deaf.add(pipe);
  }

  override detach(pipe: Pipe): void {
    if (pipe instanceof DatagramPipe) this.#deaf.delete(pipe);
    super.detach(pipe);
  }

  /** RFC 48: a RADIO discards what its peers send. */
  override message(_pipe: Pipe, _message: Message): void {}

  override command(pipe: Pipe, command: PipeCommand, group: Uint8Array): void {
    if (command === "LEAVE") this.subscriptions.remove(group, pipe);
    else if (command === "JOIN") {
      const fault = groupFault(group);
      if (fault === undefined) this.admit(pipe, this.subscriptions, group);
      else {
        this.host.reject(
          pipe,
          protocolError(
            "ERR_ZMTP_INVALID_GROUP",
            `Dropped a peer that joined a wrong group: ${fault}`,
          ),
        );
      }
    }
  }

  override send(message: Message, envelope?: Envelope): boolean {
    requireSinglePart(this.type, message);
    const group = envelope?.group;
    if (group === undefined) {
      throw new ZmqError(
        "EINVAL",
        "Cannot send on a RADIO socket without a group",
      );
    }
    const fault = groupFault(group);
    if (fault !== undefined) {
      throw new ZmqError("EINVAL", `Cannot send to a wrong group: ${fault}`);
    }
    const frames = [group, message[0]!];
    if (this.#deaf.size > 0) {
      // Before anybody gets it: the error says that nobody did.
      for (const pipe of this.#deaf) requireDatagramSize(pipe, frames);
    }
    return super.send(frames, envelope);
  }

  override receive(): Message | undefined {
    throw unsupported(this.type, "receive");
  }

  protected override choose(message: Message, _envelope?: Envelope): void {
    const { subscriptions, distributor } = this;
    subscriptions.matchExactly(message[0]!, distributor.choose);
    if (this.#deaf.size === 0) return;
    for (const pipe of this.#deaf) distributor.choose(pipe);
  }
}
