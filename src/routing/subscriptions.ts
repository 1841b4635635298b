/**
 * Who subscribed to what, on the publisher's side: topics to pipes.
 *
 * @module
 */

import type { Pipe } from "./pipe.ts";
import { RadixTree } from "./radix_tree.ts";

/** What one pipe subscribed to. */
interface Share {
  readonly topics: Set<string>;
  octets: number;
}

/** The subscriptions of all pipes of a publisher. */
export class Subscriptions {
  // One subscriber is held bare: most topics have one.
  readonly #topics = new RadixTree<Pipe | Set<Pipe>>();
  readonly #byPipe = new Map<Pipe, Share>();

  /** How many distinct topics have a subscriber. */
  get size(): number {
    return this.#topics.size;
  }

  /** How many topics a pipe subscribed to. */
  count(pipe: Pipe): number {
    return this.#byPipe.get(pipe)?.topics.size ?? 0;
  }

  /** The octets of all topics that a pipe subscribed to. */
  octets(pipe: Pipe): number {
    return this.#byPipe.get(pipe)?.octets ?? 0;
  }

  /** True when the pipe subscribed to exactly this topic. */
  has(topic: string, pipe: Pipe): boolean {
    return this.#byPipe.get(pipe)?.topics.has(topic) ?? false;
  }

  /** Adds a subscription; `true` when it is the topic's first. */
  add(topic: string, pipe: Pipe): boolean {
    let share = this.#byPipe.get(pipe);
    if (share === undefined) {
      this.#byPipe.set(pipe, share = { topics: new Set(), octets: 0 });
    }
    if (share.topics.has(topic)) return false;
    share.topics.add(topic);
    share.octets += topic.length;
    const present = this.#topics.get(topic);
    if (present === undefined) this.#topics.set(topic, pipe);
    else if (present instanceof Set) present.add(pipe);
    else this.#topics.set(topic, new Set([present, pipe]));
    return present === undefined;
  }

  /** Removes a subscription; `true` when it was the topic's last. */
  remove(topic: string, pipe: Pipe): boolean {
    const share = this.#byPipe.get(pipe);
    if (share === undefined || !share.topics.delete(topic)) return false;
    share.octets -= topic.length;
    if (share.topics.size === 0) this.#byPipe.delete(pipe);
    const present = this.#topics.get(topic);
    if (present instanceof Set) {
      present.delete(pipe);
      if (present.size > 0) return false;
    }
    this.#topics.delete(topic);
    return true;
  }

  /** The topics of a pipe. */
  topics(pipe: Pipe): string[] {
    return [...this.#byPipe.get(pipe)?.topics ?? []];
  }

  /** Calls back for each subscriber of a frame; some may come twice. */
  match(frame: Uint8Array, found: (pipe: Pipe) => void): void {
    this.#topics.match(frame, (present) => {
      if (present instanceof Set) present.forEach(found);
      else found(present);
    });
  }

  /** Calls back for each subscriber of exactly this topic. */
  matchExactly(topic: string, found: (pipe: Pipe) => void): void {
    const present = this.#topics.get(topic);
    if (present instanceof Set) present.forEach(found);
    else if (present !== undefined) found(present);
  }
}
