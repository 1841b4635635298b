// Multicast whose sources send streams: what publishers tell the transport,
// and subscribers that have lost their way in one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat } from "../../../src/base/bytes.ts";
import {
  FakeMulticastSocket,
  heard,
  MulticastWorld,
  publisherIn,
  subscriberIn,
} from "../../kit/fake_multicast.ts";

/** A socket of streams: it takes what there is room for. */
class StreamSocket extends FakeMulticastSocket {
  /** Whether each piece ended a message. */
  readonly ends: boolean[] = [];
  /** Sources that are to begin anew. */
  readonly rejoined: string[] = [];
  /** Lets what was taken be sent. */
  sent: () => void = () => {};
  /** Tells that nobody hears anything. */
  desert: () => void = () => {};
  readonly #drained = new Promise<void>((resolve) => this.sent = resolve);
  readonly #unheard = new Promise<void>((resolve) => this.desert = resolve);

  override send(octets: Uint8Array, endsMessage = false): number {
    const taken = Math.min(octets.length, this.room);
    this.room -= taken;
    if (taken === 0) return 0;
    this.units.push(octets.slice(0, taken));
    this.ends.push(endsMessage && taken === octets.length);
    return taken;
  }

  rejoin(source: string): void {
    this.rejoined.push(source);
  }

  drain(): Promise<void> {
    return this.#drained;
  }

  unheard(): Promise<void> {
    return this.#unheard;
  }
}

class StreamWorld extends MulticastWorld {
  constructor() {
    super("norm");
    this.network.make = StreamSocket;
  }

  get socket(): StreamSocket {
    return this.network.last as StreamSocket;
  }
}

/** The octets that a publisher makes of messages. */
async function streamOf(...messages: (string | string[])[]) {
  const world = new StreamWorld();
  const { pub } = await publisherIn(world, { linger: 0 });
  for (const message of messages) await pub.send(message);
  await world.clock.settle();
  await pub.close();
  return concat(world.socket.units);
}

describe("a publisher of a stream", () => {
  it("tells where messages end, and offers the rest of what was not taken", async () => {
    const world = new StreamWorld();
    world.network.maxUnit = 20;
    const { pub } = await publisherIn(world, { linger: 0 });
    const { socket } = world;
    socket.room = 30;
    await pub.send("a".repeat(100));
    await pub.send("b");
    await world.clock.settle();
    assert.equal(concat(socket.units).length, 30);
    assert.deepEqual(socket.ends, [false, false]);
    socket.open();
    await world.clock.settle();
    assert.equal(concat(socket.units).length, 103 + 4);
    assert.deepEqual(socket.ends, [false, false, true, true]);
    await pub.close();
  });

  it("closes when what was taken has been sent, or the linger time is over", async () => {
    const world = new StreamWorld();
    const { pub } = await publisherIn(world);
    const { socket } = world;
    await pub.send("x");
    await world.clock.settle();
    assert.equal(socket.units.length, 1);
    const closing = pub.close();
    await world.clock.settle();
    assert.ok(!socket.closed);
    socket.sent();
    await closing;
    assert.ok(socket.closed);

    const other = await publisherIn(world, { linger: 100 });
    await other.pub.send("x");
    const second = other.pub.close();
    await world.clock.settle();
    assert.ok(!other.socket.closed);
    await world.clock.advance(100);
    await second;
    assert.equal(world.clock.timers, 0);
  });
});

describe("a publisher that nobody hears", () => {
  for (const room of [Infinity, 2]) {
    it(`closes with room for ${room} octets, without waiting for the rest`, async () => {
      const world = new StreamWorld();
      const { pub } = await publisherIn(world);
      const { socket } = world;
      socket.room = room;
      await pub.send("x".repeat(50));
      await world.clock.settle();
      const closing = pub.close();
      await world.clock.settle();
      assert.ok(!socket.closed);
      socket.desert();
      await closing;
      assert.ok(socket.closed);
    });
  }
});

describe("a subscriber of streams", () => {
  it("takes them in any pieces, and keeps sources apart", async () => {
    const octets = await streamOf("one", ["two", "frames"]);
    const world = new StreamWorld();
    const { sub, socket } = await subscriberIn(world);
    for (const octet of octets) {
      for (const source of ["fake://one", "fake://two"]) {
        socket.arrive([Uint8Array.of(octet)], source);
      }
    }
    assert.deepEqual([await heard(sub), await heard(sub)], ["one", "one"]);
    assert.equal((await sub.receive()).length, 2);
    assert.equal((await sub.receive()).length, 2);
    assert.deepEqual(world.socket.rejoined, []);
    await sub.close();
  });

  it("asks to begin anew behind what it cannot make out, and tells of a gap", async () => {
    const octets = await streamOf("a");
    const world = new StreamWorld();
    const { sub, socket, events } = await subscriberIn(world);
    socket.arrive([concat([octets, Uint8Array.of(7, 7, 7, 7)])]);
    assert.equal(await heard(sub), "a");
    assert.deepEqual(world.socket.rejoined, ["fake://one"]);
    await world.clock.settle();
    assert.equal(events.at(-1)?.type, "gap");
    assert.equal(events.at(-1)?.error?.code, "EPROTO");
    socket.arrive([octets]);
    assert.equal(await heard(sub), "a");
    assert.equal(sub.stats.gaps, 1);
    await sub.close();
  });

  it("never puts together what comes before and after a loss", async () => {
    const octets = await streamOf(["a", "b", "c"], "d");
    // Whatever was lost, what follows begins with a frame.
    for (const end of [1, 3, 4, 6, 8]) {
      for (const begin of [4, 8, 12]) {
        const world = new StreamWorld();
        const { sub, socket } = await subscriberIn(world);
        socket.arrive([octets.subarray(0, end)]);
        socket.lose();
        socket.arrive([octets.subarray(begin)]);
        assert.equal(await heard(sub), "d");
        await sub.close();
      }
    }
  });

  it("ends a source that announces more than the limits, and keeps none of it", async () => {
    const octets = await streamOf("12345", "a");
    const world = new StreamWorld();
    const { sub, socket, events } = await subscriberIn(world, {
      maxMessageSize: 4,
    });
    socket.arrive([octets.subarray(0, 8)]);
    assert.deepEqual(world.socket.rejoined, ["fake://one"]);
    await world.clock.settle();
    assert.equal(events.at(-1)?.error?.code, "EMSGSIZE");
    socket.arrive([octets.subarray(8)]);
    assert.equal(await heard(sub), "a");
    await sub.close();
  });
});
