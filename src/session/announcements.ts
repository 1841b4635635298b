/**
 * What a connection is to tell its peer of subscriptions and groups, in the
 * order in which it was said.
 *
 * A peer that does not read leaves it all waiting. What may pass beyond a
 * limit is what makes a difference: a topic that came and went meanwhile is
 * forgotten, and of one that was asked for again and again the last time
 * stays. So what waits follows what is subscribed to now, and what was when
 * the peer stopped reading, however often it changes.
 *
 * Up to the limit every single word goes out: an XPUB with `verbosity` wants
 * to see each one, and a proxy passes on what its subscribers repeat. Beyond
 * it an XPUB still hears of the last repetition.
 *
 * @module
 */

import { concat, toKey } from "../base/bytes.ts";

/** What waits at most before it is looked at: commands, and their octets. */
const MOST = 10_000;
const MOST_OCTETS = 1024 * 1024;

/** A frame, and what it says of a topic or a group. */
export interface Announcement {
  /** The frame. */
  readonly frame: Uint8Array;
  /** Octets of the topic or group, at the end of the frame. */
  readonly length: number;
  /** True to ask for it, false to take that back. */
  readonly asks: boolean;
  /** True when it was asked for before this. */
  readonly before: boolean;
  /** True when it is asked for after this: it may have been so twice. */
  readonly after: boolean;
}

/** The words for one topic that count. */
interface Story {
  readonly before: boolean;
  asked: Announcement | undefined;
  takenBack: Announcement | undefined;
  last: Announcement;
}

/** Announcements that wait. */
export class Announcements {
  #waiting: Announcement[] = [];
  #octets = 0;
  // Doubled by what has to stay: looking costs about nothing for each.
  #most = MOST;
  #mostOctets = MOST_OCTETS;

  /** True when nothing waits. */
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /**
   * Adds one.
   *
   * @param isStuck true while nothing can be sent.
   */
  add(announcement: Announcement, isStuck: boolean): void {
    this.#waiting.push(announcement);
    this.#octets += announcement.frame.length;
    if (!isStuck) return;
    const { length } = this.#waiting;
    if (length > this.#most || this.#octets > this.#mostOctets) this.#reduce();
  }

  /** Takes all, as octets. */
  take(): Uint8Array {
    const octets = concat(this.#waiting.map(({ frame }) => frame));
    this.clear();
    return octets;
  }

  /** Forgets all. */
  clear(): void {
    this.#waiting = [];
    this.#octets = 0;
    this.#most = MOST;
    this.#mostOctets = MOST_OCTETS;
  }

  #reduce(): void {
    const stories = new Map<string, Story>();
    for (const each of this.#waiting) {
      const { frame, length } = each;
      const key = toKey(frame.subarray(frame.length - length));
      const story = stories.get(key) ??
        {
          before: each.before,
          asked: undefined,
          takenBack: undefined,
          last: each,
        };
      if (each.asks) story.asked = each;
      else story.takenBack = each;
      story.last = each;
      stories.set(key, story);
    }
    this.#waiting = [...stories.values()].flatMap(essence);
    this.#octets = 0;
    for (const { frame } of this.#waiting) this.#octets += frame.length;
    this.#most = Math.max(MOST, 2 * this.#waiting.length);
    this.#mostOctets = Math.max(MOST_OCTETS, 2 * this.#octets);
  }
}

/**
 * The words that have the same effect as the whole story, for a peer that
 * keeps a set of topics (as libzmq does) as well as for one that counts.
 */
function essence({ before, asked, takenBack, last }: Story): Announcement[] {
  // The peer never heard of it.
  if (!before && !last.after) return [];
  // With an end before it the peer starts anew, and who looks for that sees
  // it; without the topic there is nothing to end.
  const first = last.asks
    ? before ? takenBack : undefined
    : before
    ? undefined
    : asked;
  const words = first === undefined ? [last] : [first, last];
  // It is before the first of them now that it was, or was not.
  words[0] = { ...words[0]!, before };
  return words;
}
