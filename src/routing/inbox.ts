/**
 * The messages of a peer that wait to be received, and how many octets they
 * have.
 *
 * @module
 */

import { Ring } from "../base/ring.ts";
import { type Message, messageSize } from "../message/message.ts";

/** A queue of messages that knows its octets. */
export class Inbox {
  readonly #messages = new Ring<Message>();
  #octets = 0;

  /** How many messages wait. */
  get length(): number {
    return this.#messages.length;
  }

  /** How many octets the bodies of all of them have. */
  get octets(): number {
    return this.#octets;
  }

  /** Appends a message. */
  push(message: Message): void {
    this.#octets += messageSize(message);
    this.#messages.push(message);
  }

  /** Takes the oldest message away. */
  shift(): Message | undefined {
    const message = this.#messages.shift();
    if (message !== undefined) this.#octets -= messageSize(message);
    return message;
  }

  /** Drops everything, and the memory held for it. */
  clear(): void {
    this.#octets = 0;
    this.#messages.clear();
  }
}
