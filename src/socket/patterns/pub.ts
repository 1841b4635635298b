/**
 * PUB: each message to all that subscribed to a prefix of it (RFC 29).
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe, PipeCommand } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { unsupported } from "./checks.ts";
import { PublishingPattern } from "./publishing.ts";

/** The routing of a PUB socket. */
export class PubPattern extends PublishingPattern {
  override readonly type: SocketType = "PUB";
  override readonly receives: boolean = false;

  override online(pipe: Pipe): void {
    super.online(pipe);
    // Sent whatever the peer will subscribe to; it filters for itself.
    const { welcomeMessage } = this.host.options;
    if (welcomeMessage !== null) pipe.writeFirst([welcomeMessage]);
  }

  /** RFC 29: a PUB discards what its peers send. */
  override message(_pipe: Pipe, _message: Message): void {}

  override command(pipe: Pipe, command: PipeCommand, topic: Uint8Array): void {
    if (command === "SUBSCRIBE") this.admit(pipe, this.subscriptions, topic);
    else if (command === "CANCEL") this.subscriptions.remove(topic, pipe);
  }

  override receive(): Message | undefined {
    throw unsupported(this.type, "receive");
  }

  protected override choose(message: Message, _envelope?: Envelope): void {
    const { subscriptions, distributor } = this;
    if (!this.host.options.invertMatching) {
      subscriptions.match(message[0]!, distributor.choose);
      return;
    }
    const matched = new Set<Pipe>();
    subscriptions.match(message[0]!, (pipe) => matched.add(pipe));
    for (const pipe of this.pipes) {
      if (!matched.has(pipe)) distributor.choose(pipe);
    }
  }
}
