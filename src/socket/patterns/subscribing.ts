/**
 * What SUB and XSUB share: counted subscriptions, told to every publisher
 * (RFC 29).
 *
 * @module
 */

import { fromKey, toKey } from "../../base/bytes.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { RadixTree } from "../../routing/radix_tree.ts";
import { QueuedPattern } from "./queued.ts";

/** A pattern that subscribes. */
export abstract class SubscribingPattern extends QueuedPattern {
  /** Topics, with how many times each was subscribed to. */
  protected readonly topics: RadixTree<number> = new RadixTree();
  protected readonly pipes: Set<Pipe> = new Set();

  /** How many distinct topics are subscribed to. */
  get topicsCount(): number {
    return this.topics.size;
  }

  /** Subscribes to a prefix; the empty one is every message. */
  subscribe(topic: Uint8Array): void {
    this.count(topic, 1);
    // Each one is told, the first or not: a device behind wants to know.
    for (const pipe of this.pipes) pipe.command("SUBSCRIBE", topic);
  }

  /**
   * Takes one subscription back; the last one ends the topic. Without any,
   * it does nothing.
   */
  unsubscribe(topic: Uint8Array): void {
    const last = this.count(topic, -1);
    if (!last && !this.host.options.verboseUnsubscribe) return;
    for (const pipe of this.pipes) pipe.command("CANCEL", topic);
  }

  override attach(pipe: Pipe): void {
    this.pipes.add(pipe);
  }

  override detach(pipe: Pipe): void {
    this.pipes.delete(pipe);
  }

  override online(pipe: Pipe): void {
    for (const key of this.topics.keys()) {
      pipe.command("SUBSCRIBE", fromKey(key));
    }
  }

  override writable(_pipe: Pipe): void {}

  /** Counts a topic up or down; true when it ended. */
  protected count(topic: Uint8Array, by: 1 | -1): boolean {
    const key = toKey(topic);
    const count = (this.topics.get(key) ?? 0) + by;
    if (count < 0) return false;
    if (count > 0) this.topics.set(key, count);
    else this.topics.delete(key);
    return count === 0;
  }
}
