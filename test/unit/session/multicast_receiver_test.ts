// Subscribers over multicast, on a network in the hands of the test.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Subscriber, XSubscriber } from "../../../mod.ts";
import { concat } from "../../../src/base/bytes.ts";
import {
  heard,
  MulticastWorld,
  subscriberIn,
  THERE,
  unitsOf,
} from "../../kit/fake_multicast.ts";
import { texts } from "../../kit/messages.ts";

/** All frames of what arrived; there is room for what waits, then. */
async function all(world: MulticastWorld, sub: Subscriber): Promise<string[]> {
  const found: string[] = [];
  for (let count = -1; count < found.length;) {
    count = found.length;
    for (let next; (next = sub.tryReceive()) !== undefined;) {
      found.push(...texts(next));
    }
    await world.clock.settle();
  }
  return found;
}

describe("a subscriber over multicast", () => {
  it("filters for itself, and tells nobody what it wants", async () => {
    const world = new MulticastWorld();
    const units = await unitsOf(world, ["a1", "b1", ["a2", "more"]]);
    const sub = new Subscriber({ context: world.context });
    sub.subscribe("a");
    await sub.bind(THERE);
    const socket = world.network.last;
    assert.equal(socket.settings.role, "receive");
    socket.arrive(units);
    sub.subscribe("c");
    assert.equal(await heard(sub), "a1");
    assert.deepEqual(texts(await sub.receive()), [
      "a2",
      "more",
    ]);
    assert.equal(sub.tryReceive(), undefined);
    assert.deepEqual(socket.units, []);
    await sub.close();
  });

  it("keeps sources apart", async () => {
    const world = new MulticastWorld();
    world.network.maxUnit = 10;
    const one = await unitsOf(world, ["1".repeat(30)]);
    const two = await unitsOf(world, ["2".repeat(30)]);
    const { sub, socket } = await subscriberIn(world);
    for (let i = 0; i < one.length; i++) {
      socket.arrive([one[i]!], "fake://one");
      socket.arrive([two[i]!], "fake://two");
    }
    assert.equal(await heard(sub), "1".repeat(30));
    assert.equal(await heard(sub), "2".repeat(30));
    await sub.close();
  });

  it("goes on with the next message after a loss, and tells of the gap", async () => {
    const world = new MulticastWorld();
    world.network.maxUnit = 10;
    const units = await unitsOf(world, ["a", ["b".repeat(30), "b"], "c", "d"]);
    const { sub, socket, events } = await subscriberIn(world);
    socket.arrive(units.slice(0, 2));
    socket.lose();
    socket.arrive(units.slice(3));
    assert.equal(await heard(sub), "a");
    assert.equal(await heard(sub), "c");
    assert.equal(await heard(sub), "d");
    await world.clock.settle();
    const gap = events.find(({ type }) => type === "gap");
    assert.equal(gap?.error?.code, "ETIMEDOUT");
    assert.equal(gap?.address, THERE);
    assert.equal(gap?.peerAddress, "fake://one");
    assert.equal(sub.stats.gaps, 1);
    await sub.close();
    assert.equal(sub.stats.gaps, 1);
  });

  it("that comes late has no gap", async () => {
    const world = new MulticastWorld();
    world.network.maxUnit = 10;
    const units = await unitsOf(world, ["b".repeat(30), "c"]);
    const { sub, socket, names } = await subscriberIn(world);
    socket.arrive(units.slice(1, 2));
    socket.lose();
    socket.arrive(units.slice(2));
    assert.equal(await heard(sub), "c");
    await world.clock.settle();
    assert.ok(!names.includes("gap"));
    await sub.close();
  });

  it("takes what is no packet for a gap, and understands the next one", async () => {
    const world = new MulticastWorld();
    const units = await unitsOf(world, ["a"]);
    const { sub, socket, events } = await subscriberIn(world);
    socket.arrive([...units, new Uint8Array([0, 9, 1]), ...units]);
    assert.equal(await heard(sub), "a");
    assert.equal(await heard(sub), "a");
    await world.clock.settle();
    assert.equal(events.at(-1)?.type, "gap");
    assert.equal(events.at(-1)?.error?.code, "EPROTO");
    await sub.close();
  });

  it("stops at its high water mark, and goes on when there is room", async () => {
    const world = new MulticastWorld();
    const units = await unitsOf(world, ["1", "2", "3", "4", "5"]);
    const { sub, socket } = await subscriberIn(world, {
      receiveHighWaterMark: 2,
    });
    assert.equal(socket.arrive(units.slice(0, 1)), false);
    assert.equal(sub.stats.queued.incoming, 2);
    assert.equal(socket.resumed, 0);
    for (let i = 1; i <= 5; i++) {
      assert.equal(await heard(sub), `${i}`);
      await world.clock.settle();
    }
    assert.equal(socket.resumed, 1);
    await sub.close();
  });

  it("delivers what waits for room before it tells of a loss behind it", async () => {
    const world = new MulticastWorld();
    world.network.maxUnit = 1000;
    const units = await unitsOf(world, ["1", "2", "3", "4"]);
    const later = await unitsOf(world, ["5"]);
    const { sub, socket, events } = await subscriberIn(world, {
      receiveHighWaterMark: 2,
    });
    assert.equal(units.length, 1);
    const gaps = () => events.filter(({ type }) => type === "gap").length;
    assert.equal(socket.arrive(units), false);
    socket.lose();
    socket.lose();
    await world.clock.settle();
    assert.equal(gaps(), 0);
    for (const expected of ["1", "2", "3", "4"]) {
      assert.equal(await heard(sub), expected);
      await world.clock.settle();
    }
    assert.equal(gaps(), 1);
    assert.equal(
      events.find(({ type }) => type === "gap")?.error?.code,
      "ETIMEDOUT",
    );
    assert.equal(socket.resumed, 1);
    // What arrives all the same comes behind it, with the gap between.
    socket.arrive(units);
    socket.lose();
    socket.arrive(later);
    assert.equal(sub.stats.gaps, 2);
    for (const expected of ["1", "2", "3", "4", "5"]) {
      assert.equal(await heard(sub), expected);
      await world.clock.settle();
    }
    await sub.close();
  });

  it("ends a source that goes beyond the limits, and keeps no more of it", async () => {
    const world = new MulticastWorld();
    const units = await unitsOf(world, [["12345", "67890", "1"], "a"]);
    for (
      const limit of [
        { maxMessageBytes: 10 },
        { maxMessageParts: 2 },
        { maxMessageSize: 4 },
      ]
    ) {
      const { sub, socket, events } = await subscriberIn(world, limit);
      socket.arrive(units);
      await world.clock.settle();
      assert.equal(events.at(-1)?.error?.code, "EMSGSIZE");
      socket.arrive(await unitsOf(world, ["a"]));
      assert.equal(await heard(sub), "a");
      await sub.close();
    }
  });

  it("bounds what the sources together have begun", async () => {
    const world = new MulticastWorld();
    const units = await unitsOf(world, ["x".repeat(90)]);
    const half = units.slice(0, 1);
    world.network.maxUnit = 100;
    const { sub, socket, events } = await subscriberIn(world, {
      maxMessageBytes: 90,
    });
    assert.ok(units.length === 1);
    assert.equal(half[0]!.length, 94);
    const begun = half[0]!.subarray(0, 80);
    for (let i = 0; i < 4; i++) socket.arrive([begun], `fake://${i}`);
    assert.equal(sub.stats.gaps, 0);
    socket.arrive([begun], "fake://4");
    assert.equal(sub.stats.gaps, 1);
    await world.clock.settle();
    assert.equal(events.at(-1)?.error?.code, "EMSGSIZE");
    assert.equal(events.at(-1)?.peerAddress, "fake://4");
    // Those that were there first are not the ones to suffer.
    socket.arrive(
      [new Uint8Array([255, 255, ...half[0]!.subarray(80)])],
      "fake://0",
    );
    assert.equal(await heard(sub), "x".repeat(90));
    await sub.close();
  });

  it("knows 1024 sources, and forgets the one not heard for longest", async () => {
    const world = new MulticastWorld();
    const units = await unitsOf(world, ["a"]);
    const { sub, socket, events } = await subscriberIn(world, {
      receiveHighWaterMark: 0,
    });
    for (let i = 0; i < 1024; i++) socket.arrive(units, `fake://${i}`);
    socket.arrive(units, "fake://0");
    assert.equal(sub.stats.gaps, 0);
    socket.arrive(units, "fake://new");
    assert.equal(sub.stats.gaps, 1);
    await world.clock.settle();
    assert.equal(events.at(-1)?.peerAddress, "fake://1");
    await sub.close();
  });

  for (const framing of ["pgm", "norm"] as const) {
    it(`delivers what waits for room of a source that it forgets, in the framing of ${framing}`, async () => {
      const world = new MulticastWorld(framing);
      const [waiting] = await unitsOf(world, ["1", "2", "3", "4"]);
      const [begun] = await unitsOf(world, ["x".repeat(80)]);
      const [other] = await unitsOf(world, ["other"]);
      const unit = concat([
        waiting!,
        begun!.subarray(framing === "pgm" ? 2 : 0),
      ]);
      const { sub, socket, events } = await subscriberIn(world, {
        receiveHighWaterMark: 2,
      });
      // Four messages, of which one finds no room, and most of a fifth.
      assert.equal(socket.arrive([unit.subarray(0, -10)], "fake://0"), false);
      assert.equal(sub.stats.queued.incoming, 2);
      for (let i = 1; i <= 1024; i++) socket.arrive([other!], `fake://${i}`);
      const found = await all(world, sub);
      assert.deepEqual(
        found.filter((each) => each !== "other"),
        ["1", "2", "3", "4"],
      );
      assert.equal(found.length, 4 + 1024);
      // Only the fifth is lost, and that is told, once.
      assert.equal(sub.stats.gaps, 1);
      const gaps = events.filter(({ type }) => type === "gap");
      assert.deepEqual(gaps.map(({ peerAddress }) => peerAddress), [
        "fake://0",
      ]);
      assert.equal(gaps[0]?.error?.code, "EMSGSIZE");
      assert.equal(socket.resumed, 1);
      await sub.close();
    });

    it(`tells of a loss once of a source that it forgets, in the framing of ${framing}`, async () => {
      const world = new MulticastWorld(framing);
      const waiting = await unitsOf(world, ["1", "2", "3", "4"]);
      const other = await unitsOf(world, ["other"]);
      const { sub, socket, events } = await subscriberIn(world, {
        receiveHighWaterMark: 2,
      });
      assert.equal(socket.arrive(waiting, "fake://0"), false);
      socket.lose("fake://0");
      for (let i = 1; i <= 1024; i++) socket.arrive(other, `fake://${i}`);
      const found = await all(world, sub);
      assert.deepEqual(found.filter((each) => each !== "other"), [
        ...["1", "2", "3", "4"],
      ]);
      const gaps = events.filter(({ type }) => type === "gap");
      assert.deepEqual(gaps.map(({ error }) => error?.code), ["ETIMEDOUT"]);
      await sub.close();
    });
  }

  it("drops what an XSUB sends upstream, without waiting for anything", async () => {
    const world = new MulticastWorld();
    const sub = new XSubscriber({ context: world.context });
    await sub.bind(THERE);
    await sub.send(new Uint8Array([1]));
    for (let i = 0; i < 10; i++) await sub.send("up");
    await world.clock.settle();
    assert.equal(sub.stats.queued.outgoing, 0);
    assert.deepEqual(world.network.last.units, []);
    world.network.last.arrive(await unitsOf(world, ["down"]));
    assert.equal(await heard(sub), "down");
    await sub.close();
  });
});
