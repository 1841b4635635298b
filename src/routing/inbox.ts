/**
 * The messages of a peer that wait to be received, and how many octets they
 * have.
 *
 * Looking at each message once more when it is taken away would cost every one
 * of them. So octets are only added up; they are counted anew when they seem to
 * be too many, and taken off from then on until nothing waits.
 *
 * @module
 */

import { Ring } from "../base/ring.ts";
import { type Message, messageSize } from "../message/message.ts";

/** A queue of messages that knows its octets. */
export class Inbox {
  readonly #messages = new Ring<Message>();
  // Those that wait, and unless exact some that have been taken away.
  #octets = 0;
  #isExact = false;

  /** How many messages wait. */
  get length(): number {
    return this.#messages.length;
  }

  /** How many octets the bodies of all of them have; they are counted. */
  get octets(): number {
    let sum = 0;
    for (const message of this.#messages) sum += messageSize(message);
    return sum;
  }

  /** True when the bodies of all of them have so many octets or more. */
  holds(octets: number): boolean {
    if (this.#octets < octets) return false;
    if (this.#isExact) return true;
    this.#octets = this.octets;
    return this.#isExact = this.#octets >= octets;
  }

  /** Appends a message. */
  push(message: Message): void {
    if (this.#messages.length === 0) this.#forget();
    this.#octets += messageSize(message);
    this.#messages.push(message);
  }

  /** Takes the oldest message away. */
  shift(): Message | undefined {
    const message = this.#messages.shift();
    if (this.#isExact && message !== undefined) {
      this.#octets -= messageSize(message);
    }
    return message;
  }

  /** Drops everything, and the memory held for it. */
  clear(): void {
    this.#forget();
    this.#messages.clear();
  }

  #forget(): void {
    this.#octets = 0;
    this.#isExact = false;
  }
}
