/**
 * Notices of subscriptions for an application that is far behind: of each
 * topic, only what came of it. A subscription that ends before the
 * application has heard of it is none.
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import { TopicTree } from "../../routing/topic_tree.ts";

/** The message that tells of a subscription, or of its end. */
export function notice(subscribed: boolean, topic: Uint8Array): Message {
  const frame = new Uint8Array(1 + topic.length);
  frame[0] = subscribed ? 1 : 0;
  frame.set(topic, 1);
  return [frame];
}

/** Sums of subscriptions and their ends, by topic. */
export class LateNotices {
  // Twice how many subscriptions there are to tell of; of ends, and one more.
  readonly #sums = new TopicTree();
  #size = 0;

  /** How many notices there are. */
  get size(): number {
    return this.#size;
  }

  /** Notes a subscription, or the end of one. */
  add(subscribed: boolean, topic: Uint8Array): void {
    this.#change(topic, subscribed ? 1 : -1);
  }

  /** Takes a notice: not the oldest one, but those of a topic in order. */
  take(): Message | undefined {
    for (const topic of this.#sums.keys()) {
      const subscribed = this.#sum(topic) > 0;
      this.#change(topic, subscribed ? -1 : 1);
      return notice(subscribed, topic);
    }
    return undefined;
  }

  #sum(topic: Uint8Array): number {
    const value = Math.max(this.#sums.get(topic), 0);
    return (value & 1) === 0 ? value >> 1 : -(value >> 1);
  }

  #change(topic: Uint8Array, by: 1 | -1): void {
    const before = this.#sum(topic);
    const sum = before + by;
    // The subscriptions themselves take more memory, and have a limit.
    if (before === 0 && !this.#sums.hasRoom(topic.length)) return;
    if (sum === 0) this.#sums.delete(topic);
    else this.#sums.set(topic, sum > 0 ? sum * 2 : -sum * 2 + 1);
    this.#size += Math.abs(sum) - Math.abs(before);
  }
}
