// What topics of one length left behind was used for no other length: a peer
// that subscribed to topics of each length in turn, never to many at once, had
// the others turned away in the end.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toBytes } from "../../src/base/bytes.ts";
import type { Pipe } from "../../src/routing/pipe.ts";
import { Subscriptions } from "../../src/routing/subscriptions.ts";
import { PullPattern } from "../../src/socket/patterns/pull.ts";
import { Bench } from "../kit/fake_pipe.ts";

/** Octets that a topic tree has room for here, and that are used at once. */
const ROOM = 16 * 1024 * 1024;
const AT_ONCE = ROOM / 16;

function topicsOf(length: number): Uint8Array[] {
  return Array.from({ length: Math.floor(AT_ONCE / length) }, (_, i) => {
    const topic = new Uint8Array(length).fill(97);
    topic[0] = i >> 8;
    topic[1] = i;
    return topic;
  });
}

describe("topics of one length after the other", () => {
  for (const keeps of [0, 20]) {
    it(`leave room for others, with one in ${keeps} kept`, () => {
      const subscriptions = new Subscriptions(ROOM / 4);
      const bench = new Bench(PullPattern);
      const [good, bad] = [bench.pipe(), bench.pipe()] as [Pipe, Pipe];
      subscriptions.add(toBytes("weather"), good);
      for (let length = 8000; length > 1000; length = length / 1.115 | 0) {
        const topics = topicsOf(length);
        for (const topic of topics) {
          assert.ok(subscriptions.hasRoom(topic.length), `of ${length}`);
          subscriptions.add(topic, bad);
        }
        topics.forEach((topic, i) => {
          if (i % keeps !== 0) subscriptions.remove(topic, bad);
        });
      }
      assert.ok(subscriptions.hasRoom(ROOM / 4));
      assert.ok(subscriptions.has(toBytes("weather"), good));
    });
  }
});
