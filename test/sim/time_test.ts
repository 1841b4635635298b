// Virtual time: its order, its patience, and that nothing else gets in.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "./random.ts";
import { NodeClock, type Owner, Time } from "./time.ts";
import { World } from "./world.ts";

const LIMITS = { time: 1e6, events: 1e6 };

function owner(): Owner & { alive: boolean; stalledUntil: number } {
  return { alive: true, stalledUntil: 0 };
}

describe("Time", () => {
  it("lets events happen at their times, whatever their order", async () => {
    const time = new Time(new Random(1));
    const seen: number[] = [];
    for (const delay of [30, 10, 20, 0, 25, 5]) {
      time.after(delay, undefined, () => seen.push(time.now));
    }
    await time.run(
      () => new Promise((done) => time.after(40, undefined, done)),
      LIMITS,
    );
    assert.deepEqual(seen, [0, 5, 10, 20, 25, 30]);
    assert.equal(time.now, 40);
  });

  it("shuffles events of one time as the seed says", async () => {
    const run = async (seed: number): Promise<string> => {
      const time = new Time(new Random(seed));
      let seen = "";
      for (const name of "abcdefgh") {
        time.after(1, undefined, () => seen += name);
      }
      await time.run(
        () => new Promise((done) => time.after(2, undefined, done)),
        LIMITS,
      );
      return seen;
    };
    assert.equal(await run(1), await run(1));
    assert.notEqual(await run(1), await run(2));
    assert.equal([...await run(3)].sort().join(""), "abcdefgh");
  });

  it("does not move before the promises have settled", async () => {
    const time = new Time(new Random(1));
    const node = owner();
    const clock = new NodeClock(time, node, 0);
    const seen: string[] = [];
    await time.run(async () => {
      clock.setTimer(() => seen.push("timer"), 1);
      clock.defer(() => seen.push("deferred"));
      for (let turn = 0; turn < 30; turn++) {
        await undefined;
        if (turn === 4) seen.push("a few turns");
      }
      seen.push("many turns");
      await new Promise<void>((done) => clock.setTimer(done, 2));
    }, LIMITS);
    assert.deepEqual(seen, ["a few turns", "deferred", "many turns", "timer"]);
  });

  it("lets nothing happen to the dead, and all late to the stalled", async () => {
    const time = new Time(new Random(1));
    const [dead, slow] = [owner(), owner()];
    const seen: string[] = [];
    time.after(5, dead, () => seen.push("dead"));
    time.after(5, slow, () => seen.push(`slow ${time.now}`));
    time.after(1, undefined, () => {
      dead.alive = false;
      slow.stalledUntil = 50;
    });
    await time.run(
      () => new Promise((done) => time.after(60, undefined, done)),
      LIMITS,
    );
    assert.deepEqual(seen, ["slow 50"]);
  });

  it("fails when nothing is left that could happen, and at the limits", async () => {
    const never = (): Promise<void> => new Promise(() => {});
    const idle = new Time(new Random(1));
    await assert.rejects(idle.run(never, LIMITS), /Nothing is left to happen/);
    const busy = new Time(new Random(1));
    const again = (): void => void busy.after(10, undefined, again);
    again();
    await assert.rejects(
      busy.run(never, { time: 1000, events: 1e6 }),
      /No end after 1010 ms/,
    );
  });

  it("counts the timers of a node until they fire or are cancelled", async () => {
    const time = new Time(new Random(1));
    const clock = new NodeClock(time, owner(), 7);
    assert.equal(clock.now(), 7);
    const timer = clock.setTimer(() => {}, 10);
    assert.equal(clock.timers, 1);
    timer.cancel();
    timer.cancel();
    assert.equal(clock.timers, 0);
    await time.run(
      () => new Promise((done) => clock.setTimer(done, 3)),
      LIMITS,
    );
    assert.equal(clock.timers, 0);
    assert.equal(clock.now(), 10);
  });
});

describe("World", () => {
  it("owns chance and time while it runs, and gives them back", async () => {
    const before = [
      Math.random,
      crypto.getRandomValues,
      Date.now,
      setTimeout,
      Error.stackTraceLimit,
    ];
    const draw = async (seed: number): Promise<string> => {
      const world = new World(seed, false);
      let drawn = "";
      const faults = await world.run(async () => {
        const octets = crypto.getRandomValues(new Uint8Array(4));
        drawn = `${Math.random()} ${octets}`;
        assert.throws(() => Date.now(), /no other time/);
        assert.throws(() => setTimeout(() => {}, 1), /no other time/);
      });
      assert.deepEqual(faults, []);
      return drawn;
    };
    assert.equal(await draw(1), await draw(1));
    assert.notEqual(await draw(1), await draw(2));
    assert.deepEqual([
      Math.random,
      crypto.getRandomValues,
      Date.now,
      setTimeout,
      Error.stackTraceLimit,
    ], before);
  });
});
