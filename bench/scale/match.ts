// Matching alone: which pipes get a message, without any socket.
import type { Pipe } from "../../src/routing/pipe.ts";
import { Subscriptions } from "../../src/routing/subscriptions.ts";
import { bestTime, FEW, makeFrames, MESSAGES, topicText } from "./topics.ts";

/**
 * Nanoseconds for a message, with a few subscriptions and with a great many:
 * the same messages, and messages on any topic.
 */
export function matchTimes(
  count: number,
): { few: number; many: number; any: number } {
  const subscriptions = new Subscriptions();
  const encoder = new TextEncoder();
  const pipe = {} as Pipe;
  let found = 0;
  const tally = (): void => {
    found++;
  };
  const time = (frames: readonly Uint8Array[]) => {
    found = 0;
    const best = bestTime(
      frames,
      (frame) => subscriptions.match(frame, tally),
    );
    if (found % MESSAGES !== 0 || found === 0) {
      throw new Error(`Got ${found} matches of ${MESSAGES} messages`);
    }
    return best;
  };
  const subscribe = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      subscriptions.add(encoder.encode(topicText(i)), pipe);
    }
  };
  const frames = makeFrames(FEW, "wanted");
  subscribe(0, FEW);
  const few = time(frames);
  subscribe(FEW, count);
  return { few, many: time(frames), any: time(makeFrames(count, "wanted")) };
}
