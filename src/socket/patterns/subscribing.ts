/**
 * What SUB and XSUB share: counted subscriptions, told to every publisher
 * (RFC 29).
 *
 * @module
 */

import type { Pipe } from "../../routing/pipe.ts";
import { TopicTree } from "../../routing/topic_tree.ts";
import { QueuedPattern } from "./queued.ts";

/** A pattern that subscribes. */
export abstract class SubscribingPattern extends QueuedPattern {
  /** Topics, with how many times each was subscribed to. */
  protected readonly topics: TopicTree = new TopicTree();
  protected readonly pipes: Set<Pipe> = new Set();

  /** How many distinct topics are subscribed to. */
  get topicsCount(): number {
    return this.topics.size;
  }

  /** Subscribes to a prefix; the empty one is every message. */
  subscribe(topic: Uint8Array): void {
    const before = this.count(topic, 1);
    // Each one is told, the first or not: a device behind wants to know.
    for (const pipe of this.pipes) pipe.command("SUBSCRIBE", topic, before);
  }

  /**
   * Takes one subscription back; the last one ends the topic. Without any,
   * it does nothing.
   */
  unsubscribe(topic: Uint8Array): void {
    const before = this.count(topic, -1);
    if (before !== 1 && !this.host.options.verboseUnsubscribe) return;
    for (const pipe of this.pipes) pipe.command("CANCEL", topic, before);
  }

  override attach(pipe: Pipe): void {
    this.pipes.add(pipe);
  }

  override detach(pipe: Pipe): void {
    this.pipes.delete(pipe);
  }

  override online(pipe: Pipe): void {
    for (const topic of this.topics.keys()) {
      // Who refuses it may lead to anything, a change of the topics included.
      if (pipe.closed) return;
      pipe.command("SUBSCRIBE", topic, 0);
    }
  }

  override writable(_pipe: Pipe): void {}

  /** Counts a topic up or down, not below zero; gives the count before. */
  protected count(topic: Uint8Array, by: 1 | -1): number {
    const before = Math.max(this.topics.get(topic), 0);
    const count = before + by;
    if (count > 0) this.topics.set(topic, count);
    else if (count === 0) this.topics.delete(topic);
    return before;
  }
}
