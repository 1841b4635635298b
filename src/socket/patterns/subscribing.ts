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
  // Under each topic, twice how many times it was subscribed to; plus one when
  // the publishers were told by a command.
  protected readonly topics: TopicTree = new TopicTree();
  protected readonly pipes: Set<Pipe> = new Set();

  /** How many distinct topics are subscribed to. */
  get topicsCount(): number {
    return this.topics.size;
  }

  /** Subscribes to a prefix; the empty one is every message. */
  subscribe(topic: Uint8Array): void {
    const before = timesTold(this.count(topic, 1, true));
    // Each one is told, the first or not: a device behind wants to know.
    for (const pipe of this.pipes) pipe.command("SUBSCRIBE", topic, before);
  }

  /**
   * Takes one subscription back; the last one ends the topic. Without any,
   * it does nothing.
   */
  unsubscribe(topic: Uint8Array): void {
    const value = this.count(topic, -1);
    const isLast = value >> 1 === 1;
    if (!isLast && !this.host.options.verboseUnsubscribe) return;
    const before = timesTold(value);
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

  /**
   * Counts a topic up or down, not below zero; gives the value before.
   *
   * @param tells true when the publishers are told by a command.
   */
  protected count(topic: Uint8Array, by: 1 | -1, tells = false): number {
    const value = Math.max(this.topics.get(topic), 0);
    const count = (value >> 1) + by;
    const told = tells ? 1 : value & 1;
    if (count > 0) this.topics.set(topic, 2 * count + told);
    else if (count === 0) this.topics.delete(topic);
    return value;
  }
}

/**
 * How many times a topic was asked for that publishers were told of: one that
 * was in a message only is none that a CANCEL has to wait for.
 */
function timesTold(value: number): number {
  return (value & 1) === 0 ? 0 : value >> 1;
}
