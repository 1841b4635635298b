// Matching alone: which pipes get a message, without any socket.
import type { Pipe } from "../../src/routing/pipe.ts";
import { Subscriptions } from "../../src/routing/subscriptions.ts";
import { bestTime, FEW, makeFrames, MESSAGES, topicText } from "./topics.ts";

/** Times that each is measured, in turn: all share the weather. */
const TURNS = 4;

/** Subscriptions of one pipe to the first topics. */
function subscribed(count: number): Subscriptions {
  const subscriptions = new Subscriptions();
  const encoder = new TextEncoder();
  const pipe = {} as Pipe;
  for (let i = 0; i < count; i++) {
    subscriptions.add(encoder.encode(topicText(i)), pipe);
  }
  return subscriptions;
}

/** The nanoseconds for a message; each must have one subscriber. */
function time(
  subscriptions: Subscriptions,
  frames: readonly Uint8Array[],
): number {
  let found = 0;
  const tally = (): void => {
    found++;
  };
  const best = bestTime(frames, (frame) => subscriptions.match(frame, tally));
  if (found % MESSAGES !== 0 || found === 0) {
    throw new Error(`Got ${found} matches of rounds of ${MESSAGES}`);
  }
  return best;
}

/**
 * Nanoseconds for a message, with few subscriptions and with a great many:
 * the same messages, and messages on any topic.
 */
export function matchTimes(
  count: number,
): { few: number; many: number; any: number } {
  const [few, many] = [subscribed(FEW), subscribed(count)];
  const [same, others] = [FEW, count].map((each) => makeFrames(each, "wanted"));
  const best = { few: Infinity, many: Infinity, any: Infinity };
  for (let turn = 0; turn < TURNS; turn++) {
    best.few = Math.min(best.few, time(few, same!));
    best.many = Math.min(best.many, time(many, same!));
    best.any = Math.min(best.any, time(many, others!));
  }
  return best;
}
