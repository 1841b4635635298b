// Time and timers of the runtime at hand.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detectRuntime } from "../../../adapters/auto.ts";
import { messageDefer, systemClock } from "../../../adapters/clock.ts";
import { turns } from "../../kit/runtime.ts";
import { until } from "../../kit/wait.ts";

describe("systemClock", () => {
  const { clock } = detectRuntime();

  it("goes forward", async () => {
    const start = clock.now();
    await new Promise<void>((resolve) => clock.setTimer(resolve, 20));
    const passed = clock.now() - start;
    assert.ok(passed >= 18 && passed < 5000, `${passed} ms passed`);
  });

  it("cancels timers, before and after they fire", async () => {
    let fired = 0;
    const cancelled = clock.setTimer(() => fired++, 1);
    cancelled.hold(false);
    cancelled.cancel();
    const timer = clock.setTimer(() => fired++, 1);
    timer.hold(false);
    timer.hold(true);
    await until(() => fired > 0, "it fires");
    await turns(10);
    timer.cancel();
    timer.hold(false);
    assert.equal(fired, 1);
  });

  it("does not fire at once for a delay that no timer takes", async () => {
    const fired: number[] = [];
    const timers = [2 ** 31, 1e12, Infinity].map((delay) =>
      clock.setTimer(() => fired.push(delay), delay)
    );
    await turns(5);
    for (const timer of timers) timer.cancel();
    assert.deepEqual(fired, []);
  });

  it("defers until promises are done, in order, and soon", async () => {
    for (
      const { defer } of [
        clock,
        systemClock({ defer: messageDefer(new MessageChannel()) }),
      ]
    ) {
      const order: string[] = [];
      await new Promise<void>((resolve) => {
        defer(() => order.push("first"));
        defer(() => {
          order.push("second");
          resolve();
        });
        Promise.resolve().then(() => order.push("promise")).then(() =>
          order.push("promise of a promise")
        );
        order.push("now");
      });
      assert.deepEqual(order, [
        "now",
        "promise",
        "promise of a promise",
        "first",
        "second",
      ]);
    }
    const start = clock.now();
    for (let i = 0; i < 500; i++) {
      await new Promise<void>((resolve) => clock.defer(resolve));
    }
    // A timer in disguise would need half a second and more.
    assert.ok(clock.now() - start < 400);
  });
});
