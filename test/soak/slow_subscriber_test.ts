// R6: a subscriber whose process is stopped costs its publisher what the high
// water mark says, and costs the other subscribers nothing.
import { describe, it } from "node:test";
import { type SocketStats, Subscriber } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { mebioctets, quantile, verdict } from "../kit/verdict.ts";
import { pause, within } from "../kit/wait.ts";
import { Player } from "./players.ts";

const SIZE = 1024;
const HIGH_WATER_MARK = 1000;

/** Messages that are sent in a burst, and milliseconds from one to the next. */
const BURST = 200;
const EVERY = 10;

/** Milliseconds that the subscriber is stopped, after it was warmed up. */
const STOPPED = 15_000;

const GROWTH = HIGH_WATER_MARK * (SIZE + 256) + 8 * 1024 * 1024;

/** What a subscriber saw of a stretch of the stream. */
interface Stretch {
  readonly latencies: number[];
}

/** Notes how long after it was due each message comes. */
function watch(subscriber: Subscriber): { now: Stretch } {
  const state = { now: { latencies: [] as number[] } };
  void (async () => {
    try {
      for await (const [frame] of subscriber) {
        const sent = new DataView(frame!.buffer, frame!.byteOffset)
          .getFloat64(0);
        state.now.latencies.push(Date.now() - sent);
      }
    } catch {
      // It was closed.
    }
  })();
  return state;
}

describe("a publisher of which one subscriber is stopped", () => {
  it("grows by that subscriber's queue and serves the others", async () => {
    const nothing = new History();
    await using publisher = new Player(nothing, 0);
    await using stopped = new Player(nothing, 0);
    const { name, endpoint } = await publisher.bound(
      "PUB",
      "tcp://127.0.0.1:*",
      { sendHighWaterMark: HIGH_WATER_MARK },
    );
    await using subscriber = new Subscriber({ receiveHighWaterMark: 0 });
    subscriber.subscribe("");
    subscriber.connect(endpoint);
    const seen = watch(subscriber);
    const other = await stopped.open("SUB");
    await stopped.ask("subscribe", other, "");
    await stopped.ask("connect", other, endpoint);
    await stopped.ask("discard", other);
    await publisher.ask("clockwork", name, SIZE, BURST, EVERY);
    // What grows once has grown then.
    await pause(4000);
    const before = await publisher.ask<number>("memory");
    const rssBefore = await publisher.ask<number>("rss");
    seen.now = { latencies: [] };
    await pause(STOPPED / 3);
    const alone = seen.now;
    stopped.signal("SIGSTOP");
    // What the system's buffers take does not count.
    await pause(1000);
    seen.now = { latencies: [] };
    await pause(STOPPED);
    const beside = seen.now;
    const rss = await publisher.ask<number>("rss");
    const after = await publisher.ask<number>("memory");
    const stats = await publisher.ask<SocketStats>("stats", name);
    stopped.signal("SIGCONT");
    await within(publisher.ask("close", name, 0), "its end");
    const [p99Alone, p99] = [alone, beside].map(({ latencies }) =>
      quantile(latencies, 0.99)
    );
    const messages = beside.latencies.length;
    const goal = STOPPED / EVERY * BURST;
    // Half of the growth is the allocator's: what is alive tells the truth.
    const growth = Math.max(0, after - before);
    verdict("R6", {
      of: "memory",
      figure: `${mebioctets(growth)} alive, ${
        mebioctets(rss - rssBefore)
      } resident; ${stats.dropped} dropped and counted`,
      target: `at most ${mebioctets(GROWTH)} alive, ${
        mebioctets(4 * GROWTH)
      } resident; more than 0`,
      ok: growth <= GROWTH && rss - rssBefore <= 4 * GROWTH &&
        stats.dropped > 0,
    });
    verdict("R6", {
      of: "the other subscriber",
      figure: `99 of 100 within ${p99} ms, before ${p99Alone} ms, ` +
        `${messages} messages`,
      target: `twice as long + 10 ms, at least ${goal / 2}`,
      ok: p99! <= 2 * p99Alone! + 10 && messages >= goal / 2,
    });
  });
});
