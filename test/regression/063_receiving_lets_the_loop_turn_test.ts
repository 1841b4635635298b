// A loop of receives never let the event loop turn while anything was queued:
// no timer fired and nothing arrived until all peers' queues were empty.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { poll, Pull, Push } from "../../mod.ts";
import { PATIENCE } from "../kit/wait.ts";
import { Stage } from "../kit/stage.ts";
import { standStill } from "../kit/stand_still.ts";

const COUNT = 5000;
/** Messages that may be received before a timer that is due. */
const MOST = 600;

/** What somebody does with a message: a timer of 0 ms is due soon. */
function handle(messages: number): void {
  standStill(0.02 * messages);
}

/** The ways to receive everything, which say how much each step gave. */
const ways: Record<string, (pull: Pull) => AsyncIterable<number>> = {
  async *"receive()"(pull) {
    for (;;) {
      await pull.receive();
      yield 1;
    }
  },
  async *"for await"(pull) {
    for await (const _ of pull) yield 1;
  },
  async *"receiveFrom()"(pull) {
    for (;;) {
      await pull.receiveFrom();
      yield 1;
    }
  },
  async *"receiveMany()"(pull) {
    for (;;) yield (await pull.receiveMany(100)).length;
  },
  async *"poll()"(pull) {
    for (;;) {
      await poll([pull]);
      yield 1;
    }
  },
  async *readable(pull) {
    for await (const _ of pull.readable) yield 1;
  },
};

describe("a loop of calls that need not wait", () => {
  for (const [name, receive] of Object.entries(ways)) {
    it(`of ${name} lets timers fire`, async () => {
      await using stage = new Stage("inproc");
      const pull = stage.make(Pull, { receiveHighWaterMark: COUNT });
      const push = stage.make(Push);
      await stage.join(pull, push);
      for (let i = 0; i < COUNT; i++) assert.ok(push.trySend("x"));
      let received = 0;
      let before = Infinity;
      const timer = setTimeout(() => before = received, 0);
      const end = performance.now() + PATIENCE;
      for await (const count of receive(pull)) {
        handle(count);
        received += count;
        if (received >= COUNT || performance.now() > end) break;
      }
      clearTimeout(timer);
      assert.equal(received, COUNT);
      assert.ok(before <= MOST + 100, `${before} messages before the timer`);
    });
  }

  it("of many sockets lets timers fire as soon", async () => {
    await using stage = new Stage("inproc");
    const pulls = await Promise.all(Array.from({ length: 20 }, async () => {
      const pull = stage.make(Pull);
      const push = stage.make(Push);
      await stage.join(pull, push);
      for (let i = 0; i < COUNT / 20; i++) assert.ok(push.trySend("x"));
      return pull;
    }));
    let received = 0;
    let before = Infinity;
    const timer = setTimeout(() => before = received, 0);
    await Promise.all(pulls.map(async (pull) => {
      for (let i = 0; i < COUNT / 20; i++) {
        await pull.receive();
        handle(1);
        received++;
      }
    }));
    clearTimeout(timer);
    assert.ok(before <= MOST, `${before} messages before the timer`);
  });
});
