/**
 * Who subscribed to what, on the publisher's side: topics to pipes.
 *
 * Two trees: of topics, and of pipes with the topics of each, which tells
 * what a pipe leaves behind. No subscription costs an object.
 *
 * @module
 */

import { EMPTY, writeU32 } from "../base/bytes.ts";
import type { Pipe } from "./pipe.ts";
import { TopicTree } from "./topic_tree.ts";

/** The octets of a pipe's number in the tree of pipes. */
const NUMBER = 4;
/** Topics that are looked up at once when a pipe leaves. */
const BATCH = 64;
/** Octets of topics after which no more are looked up at once. */
const BATCH_OCTETS = 16 * 1024;
/** Subscribers of a topic up to which no room is made for more. */
const SMALL_GROUP = 16;

/** What one pipe subscribed to, or left behind: then it has no pipe. */
interface Share {
  readonly number: number;
  pipe: Pipe | undefined;
  topics: number;
  octets: number;
}

/** Where the key of a pipe's topic ends. */
function endOf(topic: Uint8Array): number {
  return NUMBER + topic.length;
}

/** Things with numbers that are used again. */
class Numbered<T> {
  readonly #things: (T | undefined)[] = [];
  readonly #free: number[] = [];

  /** The number of the next thing; it has to be set. */
  take(): number {
    return this.#free.pop() ?? this.#things.length;
  }

  get(number: number): T {
    return this.#things[number]!;
  }

  set(number: number, thing: T): void {
    this.#things[number] = thing;
  }

  remove(number: number): void {
    this.#things[number] = undefined;
    this.#free.push(number);
  }
}

/** The subscriptions of all pipes of a publisher. */
export class Subscriptions {
  // Under each topic, twice the number of its only subscriber; or of a group
  // of several, plus one.
  readonly #topics: TopicTree;
  // Under the number of a subscriber, and a topic: that it subscribed.
  readonly #subscribed: TopicTree;
  readonly #shares = new Map<Pipe, Share>();
  readonly #subscribers = new Numbered<Share>();
  readonly #groups = new Numbered<Share[]>();
  readonly #key = new Uint8Array(256);
  #found: (pipe: Pipe) => void = () => {};
  readonly #visit = (value: number): void => this.#tell(value);

  /** @param most words of memory for each tree; default 2 GiB. */
  constructor(most?: number) {
    this.#topics = new TopicTree(most);
    this.#subscribed = new TopicTree(most);
  }

  /** True when another topic of so many octets can surely be added. */
  hasRoom(length: number): boolean {
    return this.#topics.hasRoom(length) &&
      this.#subscribed.hasRoom(NUMBER + length);
  }

  /** How many distinct topics have a subscriber. */
  get size(): number {
    return this.#topics.size;
  }

  /** How many topics a pipe subscribed to. */
  count(pipe: Pipe): number {
    return this.#shares.get(pipe)?.topics ?? 0;
  }

  /** The octets of all topics that a pipe subscribed to. */
  octets(pipe: Pipe): number {
    return this.#shares.get(pipe)?.octets ?? 0;
  }

  /** True when the pipe subscribed to exactly this topic. */
  has(topic: Uint8Array, pipe: Pipe): boolean {
    const share = this.#shares.get(pipe);
    if (share === undefined) return false;
    return this.#subscribed.get(this.#keyOf(share, topic), endOf(topic)) >= 0;
  }

  /** Adds a subscription; `true` when it is the topic's first. */
  add(topic: Uint8Array, pipe: Pipe): boolean {
    const share = this.#shares.get(pipe) ?? this.#open(pipe);
    const key = this.#keyOf(share, topic);
    if (!this.#subscribed.set(key, 0, endOf(topic))) return false;
    share.topics++;
    share.octets += topic.length;
    const value = this.#topics.get(topic);
    if (value < 0) {
      this.#topics.set(topic, share.number * 2);
      return true;
    }
    if ((value & 1) === 0) {
      const group = [this.#subscribers.get(value >> 1), share];
      const number = this.#groups.take();
      this.#groups.set(number, group);
      this.#topics.set(topic, number * 2 + 1);
      return false;
    }
    const group = this.#groups.get(value >> 1);
    // `push` makes room for many more, which most topics never have.
    if (group.length >= SMALL_GROUP) group.push(share);
    else this.#groups.set(value >> 1, [...group, share]);
    return false;
  }

  /** Removes a subscription; `true` when it was the topic's last. */
  remove(topic: Uint8Array, pipe: Pipe): boolean {
    const share = this.#shares.get(pipe);
    return share !== undefined && this.#remove(topic, share);
  }

  /**
   * Ends all subscriptions of a pipe at once, which may subscribe anew. They
   * are still there, without a subscriber, until they are removed: one with
   * each step of the iterator, which gives the octets of its topic.
   *
   * @param removed is told of each topic, and if that was its last one.
   */
  leave(
    pipe: Pipe,
    removed?: (topic: Uint8Array, wasLast: boolean) => void,
  ): Iterator<number> {
    const share = this.#shares.get(pipe);
    if (share === undefined) return [].values();
    this.#shares.delete(pipe);
    share.pipe = undefined;
    return this.#clear(share, removed);
  }

  /** Calls back for each subscriber of a frame; some may come twice. */
  match(frame: Uint8Array, found: (pipe: Pipe) => void): void {
    this.#found = found;
    this.#topics.match(frame, this.#visit);
  }

  /** Calls back for each subscriber of exactly this topic. */
  matchExactly(topic: Uint8Array, found: (pipe: Pipe) => void): void {
    this.#found = found;
    const value = this.#topics.get(topic);
    if (value >= 0) this.#tell(value);
  }

  #tell(value: number): void {
    const found = this.#found;
    if ((value & 1) === 0) {
      const { pipe } = this.#subscribers.get(value >> 1);
      if (pipe !== undefined) found(pipe);
      return;
    }
    for (const { pipe } of this.#groups.get(value >> 1)) {
      if (pipe !== undefined) found(pipe);
    }
  }

  #open(pipe: Pipe): Share {
    const number = this.#subscribers.take();
    const share = { number, pipe, topics: 0, octets: 0 };
    this.#subscribers.set(number, share);
    this.#shares.set(pipe, share);
    return share;
  }

  #remove(topic: Uint8Array, share: Share): boolean {
    const key = this.#keyOf(share, topic);
    if (!this.#subscribed.delete(key, endOf(topic))) return false;
    share.octets -= topic.length;
    share.topics--;
    const wasLast = this.#removeFrom(topic, share);
    if (share.topics === 0) {
      this.#subscribers.remove(share.number);
      if (share.pipe !== undefined) this.#shares.delete(share.pipe);
    }
    return wasLast;
  }

  /** Takes a subscriber out of a topic; `true` when it was the last one. */
  #removeFrom(topic: Uint8Array, share: Share): boolean {
    const value = this.#topics.get(topic);
    if ((value & 1) === 0) {
      this.#topics.delete(topic);
      return true;
    }
    const group = this.#groups.get(value >> 1);
    const last = group.pop()!;
    if (last !== share) group[group.indexOf(share)] = last;
    if (group.length > 1) return false;
    this.#groups.remove(value >> 1);
    this.#topics.set(topic, group[0]!.number * 2);
    return false;
  }

  *#clear(
    share: Share,
    removed?: (topic: Uint8Array, wasLast: boolean) => void,
  ): Generator<number> {
    while (share.topics > 0) {
      const batch: Uint8Array[] = [];
      let octets = 0;
      const prefix = this.#keyOf(share, EMPTY).slice(0, NUMBER);
      for (const key of this.#subscribed.keys(prefix)) {
        octets += key.length;
        const isFull = batch.push(key.subarray(NUMBER)) === BATCH;
        if (isFull || octets >= BATCH_OCTETS) break;
      }
      for (const topic of batch) {
        const wasLast = this.#remove(topic, share);
        removed?.(topic, wasLast);
        yield topic.length;
      }
    }
  }

  /**
   * The key of a pipe's topic, at the beginning of an array that is used again
   * for the next one.
   */
  #keyOf(share: Share, topic: Uint8Array): Uint8Array {
    const end = endOf(topic);
    const key = end <= this.#key.length ? this.#key : new Uint8Array(end);
    writeU32(key, 0, share.number);
    key.set(topic, NUMBER);
    return key;
  }
}
