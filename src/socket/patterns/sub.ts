/**
 * SUB: messages that begin with a topic subscribed to (RFC 29).
 *
 * Publishers filter; SUB filters again, for those that do not, and for what
 * was under way when a subscription ended.
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { unsupported } from "./checks.ts";
import { SubscribingPattern } from "./subscribing.ts";

/** The routing of a SUB socket. */
export class SubPattern extends SubscribingPattern {
  override readonly type: SocketType = "SUB";
  override readonly sends = false;

  override unsubscribe(topic: Uint8Array): void {
    const before = this.topics.size;
    super.unsubscribe(topic);
    if (this.topics.size < before) this.#filter();
  }

  override optionChanged(name: string): void {
    if (name === "invertMatching") this.#filter();
  }

  override message(pipe: Pipe, message: Message): void {
    if (this.#wanted(message)) this.deliver(pipe, message);
    else pipe.ignore(message);
  }

  override send(_message: Message, _envelope?: Envelope): boolean {
    throw unsupported(this.type, "send");
  }

  override get canSend(): boolean {
    return false;
  }

  readonly #wanted = (message: Message): boolean =>
    this.topics.matches(message[0]!) !== this.host.options.invertMatching;

  #filter(): void {
    this.queue.filter(this.#wanted);
  }
}
