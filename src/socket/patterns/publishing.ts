/**
 * What the publishing patterns share: who subscribed to what, within limits,
 * and each message sent to all that want it.
 *
 * A peer can leave behind a great many subscriptions. They are removed in
 * slices, a slice with each later use of the socket; a closed pipe matches
 * nothing meanwhile.
 *
 * @module
 */

import { protocolError, type ZmqError } from "../../base/errors.ts";
import { Ring } from "../../base/ring.ts";
import type { Message } from "../../message/message.ts";
import { Distributor } from "../../routing/distributor.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { Subscriptions } from "../../routing/subscriptions.ts";
import type { Envelope } from "../pattern.ts";
import { QueuedPattern } from "./queued.ts";

/** Subscriptions removed at a time. */
const SLICE = 1024;

/** A pattern that sends each message to all peers that want it. */
export abstract class PublishingPattern extends QueuedPattern {
  protected readonly subscriptions: Subscriptions = new Subscriptions();
  protected readonly pipes: Set<Pipe> = new Set();
  protected readonly distributor: Distributor = new Distributor();
  readonly #leaving = new Ring<Iterator<void>>();
  // Pipes whose subscriptions are those of an earlier connection.
  readonly #stale = new Set<Pipe>();

  /** How many distinct topics have a subscriber. */
  get topicsCount(): number {
    this.sweep(Infinity);
    return this.subscriptions.size;
  }

  override attach(pipe: Pipe): void {
    this.pipes.add(pipe);
  }

  override detach(pipe: Pipe): void {
    this.pipes.delete(pipe);
    this.#stale.delete(pipe);
    this.#leaving.push(this.forget(pipe));
    this.#sweepAndTell(SLICE);
    // It may have been the full one that a sender waits for.
    this.host.writable();
  }

  override offline(pipe: Pipe): void {
    // Kept for now: what is sent meanwhile waits for the next connection.
    if (!pipe.closed) this.#stale.add(pipe);
  }

  override online(pipe: Pipe): void {
    if (!this.#stale.delete(pipe)) return;
    // The peer, or another in its place, says anew what it wants.
    this.#leaving.push(this.forget(pipe));
    this.#sweepAndTell(Infinity);
  }

  override writable(_pipe: Pipe): void {
    this.host.writable();
  }

  override send(message: Message, envelope?: Envelope): boolean {
    if (this.#leaving.length > 0) this.#sweepAndTell(SLICE);
    const distributor = this.distributor;
    this.choose(message, envelope);
    if (this.host.options.noDrop && distributor.blocked) {
      distributor.cancel();
      return false;
    }
    distributor.send(message);
    return true;
  }

  override optionChanged(name: string): void {
    // Who waits for a full subscriber is not to wait any more.
    if (name === "noDrop") this.host.writable();
  }

  /** Always true: a publisher drops rather than waits, but for `noDrop`. */
  override get canSend(): boolean {
    return true;
  }

  /** Chooses who gets the message, on the distributor. */
  protected abstract choose(message: Message, envelope?: Envelope): void;

  /** Removes all subscriptions of a pipe, one a step. */
  protected *forget(pipe: Pipe): Generator<void> {
    for (const topic of this.subscriptions.drain(pipe)) {
      this.subscriptions.remove(topic, pipe);
      yield;
    }
  }

  /** Goes on with the removal of what was left behind; true for more. */
  protected sweep(steps: number = SLICE): boolean {
    for (let left = steps; left > 0; left--) {
      const leaving = this.#leaving.peek();
      if (leaving === undefined) return false;
      if (leaving.next().done) this.#leaving.shift();
    }
    return this.#leaving.length > 0;
  }

  #sweepAndTell(steps: number): void {
    this.sweep(steps);
    if (!this.queue.empty) this.host.readable();
  }

  /** Adds a subscription, unless the peer has too many; then it is dropped. */
  protected admit(
    pipe: Pipe,
    subscriptions: Subscriptions,
    topic: Uint8Array,
  ): boolean {
    const isLong = topic.length > this.#sizeLimit;
    if (!isLong && subscriptions.has(topic, pipe)) return false;
    const fault = this.#excess(pipe, subscriptions, topic);
    if (fault !== undefined) {
      this.host.reject(pipe, fault);
      return false;
    }
    return subscriptions.add(topic, pipe);
  }

  get #sizeLimit(): number {
    return limit(this.host.options.maxTopicSize);
  }

  #excess(
    pipe: Pipe,
    subscriptions: Subscriptions,
    topic: Uint8Array,
  ): ZmqError | undefined {
    const { maxTopics, maxTopicBytes } = this.host.options;
    const octets = subscriptions.octets(pipe) + topic.length;
    if (topic.length > this.#sizeLimit) {
      return excess(`a topic of ${topic.length} octets`, this.#sizeLimit);
    }
    if (subscriptions.count(pipe) >= limit(maxTopics)) {
      return excess(`${subscriptions.count(pipe) + 1} topics`, maxTopics);
    }
    if (octets > limit(maxTopicBytes)) {
      return excess(`${octets} octets of topics`, maxTopicBytes);
    }
    if (!subscriptions.hasRoom(topic.length)) {
      return protocolError(
        "ERR_ZMTP_SUBSCRIPTION_LIMIT",
        "Dropped a peer that subscribed: the topics of all peers together " +
          "have no more room",
      );
    }
    return undefined;
  }
}

function limit(option: number): number {
  return option < 0 ? Infinity : option;
}

function excess(what: string, most: number): ZmqError {
  return protocolError(
    "ERR_ZMTP_SUBSCRIPTION_LIMIT",
    `Dropped a peer that subscribed to ${what}: expected at most ${most}`,
  );
}
