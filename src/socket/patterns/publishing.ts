/**
 * What the publishing patterns share: who subscribed to what, within limits,
 * and each message sent to all that want it.
 *
 * A peer can leave behind a great many subscriptions. They match nothing any
 * more, and are removed in slices, one a turn of the event loop.
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

/** Subscriptions removed at a time, of short topics. */
const SLICE = 512;
/** Octets of a topic, as a power of two, that cost as much as another one. */
const STEP_SHIFT = 7;
/** Subscriptions removed for each new one: nobody outruns the removal. */
const RANSOM = 4;

/** A pattern that sends each message to all peers that want it. */
export abstract class PublishingPattern extends QueuedPattern {
  protected subscriptions: Subscriptions = new Subscriptions();
  protected readonly pipes: Set<Pipe> = new Set();
  protected readonly distributor: Distributor = new Distributor();
  readonly #leaving = new Ring<Iterator<number>>();
  // Pipes whose subscriptions are those of an earlier connection.
  readonly #stale = new Set<Pipe>();
  #isSweeping = false;
  #isOver = false;
  readonly #sweepOn = (): void => {
    this.#isSweeping = false;
    this.#sweep(SLICE);
  };

  /**
   * How many distinct topics have a subscriber, and those of subscribers that
   * left a moment ago.
   */
  get topicsCount(): number {
    this.#sweep(SLICE);
    return this.subscriptions.size;
  }

  override attach(pipe: Pipe): void {
    this.pipes.add(pipe);
  }

  override detach(pipe: Pipe): void {
    this.pipes.delete(pipe);
    this.#stale.delete(pipe);
    this.#forget(pipe);
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
    this.#forget(pipe);
  }

  override end(): void {
    this.#isOver = true;
    this.#leaving.clear();
    this.subscriptions = new Subscriptions();
  }

  override writable(_pipe: Pipe): void {
    this.host.writable();
  }

  override send(message: Message, envelope?: Envelope): boolean {
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

  /**
   * Ends all subscriptions of a pipe; removes one with each step, and gives
   * the octets of its topic.
   */
  protected forget(pipe: Pipe): Iterator<number> {
    return this.subscriptions.leave(pipe);
  }

  #forget(pipe: Pipe): void {
    if (this.#isOver) return;
    this.#leaving.push(this.forget(pipe));
    this.#sweep(SLICE);
  }

  /** Goes on with the removal of what was left behind, in turns. */
  #sweep(steps: number): void {
    if (this.#leaving.length === 0) return;
    for (let left = steps; left > 0;) {
      const leaving = this.#leaving.peek();
      if (leaving === undefined) break;
      const { done, value } = leaving.next();
      if (done) this.#leaving.shift();
      else left -= 1 + (value >> STEP_SHIFT);
    }
    if (this.#leaving.length > 0 && !this.#isSweeping) {
      this.#isSweeping = true;
      this.host.defer(this.#sweepOn);
    }
    if (this.canReceive) this.host.readable();
  }

  /** Adds a subscription, unless the peer has too many; then it is dropped. */
  protected admit(
    pipe: Pipe,
    subscriptions: Subscriptions,
    topic: Uint8Array,
  ): boolean {
    if (this.#isOver) return false;
    this.#sweep(RANSOM);
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
