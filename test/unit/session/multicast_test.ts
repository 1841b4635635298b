// Publishers over multicast, and endpoints, on a network in the hands of the
// test.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../../src/base/errors.ts";
import { Publisher, Push, XPublisher } from "../../../mod.ts";
import {
  heard,
  MulticastWorld,
  publisherIn,
  subscriberIn,
  THERE,
} from "../../kit/fake_multicast.ts";
import { until, within } from "../../kit/wait.ts";

describe("a publisher over multicast", () => {
  it("sends all there is, to whoever listens, before anybody subscribes", async () => {
    const world = new MulticastWorld();
    const { pub, socket } = await publisherIn(world);
    assert.equal(socket.settings.role, "send");
    await pub.send("hi");
    await world.clock.settle();
    assert.deepEqual(socket.units.map((unit) => [...unit]), [
      [0, 0, 3, 0, 0x68, 0x69],
    ]);
    assert.deepEqual(pub.stats.sent, { messages: 1, bytes: 4 });
    assert.deepEqual(pub.peers.map(({ address }) => address), [THERE]);
    await pub.close();
    assert.ok(socket.closed);
    assert.equal(world.clock.timers, 0);
  });

  it("keeps what is sent before it is open", async () => {
    const world = new MulticastWorld();
    let open = () => {};
    world.network.gate = new Promise((resolve) => open = resolve);
    const pub = new Publisher({ context: world.context });
    pub.connect(THERE);
    await pub.send("a");
    assert.equal(pub.stats.queued.outgoing, 1);
    open();
    await until(() => pub.peers.length === 1, "it is open");
    await world.clock.settle();
    assert.equal(pub.stats.queued.outgoing, 0);
    assert.equal(world.network.last.units.length, 1);
    await pub.close();
  });

  it("bound does the same, and resolves once it is open", async () => {
    const world = new MulticastWorld();
    const pub = new XPublisher({ context: world.context });
    assert.equal(await pub.bind(THERE), THERE);
    assert.equal(pub.lastEndpoint, THERE);
    await pub.send("b");
    await world.clock.settle();
    assert.equal(world.network.last.units.length, 1);
    // As in libzmq, the application is told of a subscription to everything.
    assert.deepEqual([...(await pub.receive())[0]!], [1]);
    await pub.unbind(THERE);
    assert.ok(world.network.last.closed);
    await pub.close();
  });

  it("offers again what was not taken, and drops beyond its high water mark", async () => {
    const world = new MulticastWorld();
    const { pub, socket } = await publisherIn(world, { sendHighWaterMark: 3 });
    socket.room = 0;
    for (let i = 0; i < 10; i++) await pub.send(`${i}`);
    await world.clock.settle();
    for (let i = 10; i < 20; i++) await pub.send(`${i}`);
    await world.clock.settle();
    assert.deepEqual(socket.units, []);
    assert.equal(pub.stats.dropped, 14);
    assert.equal(pub.stats.queued.outgoing, 3);
    socket.open();
    await world.clock.settle();
    assert.equal(pub.stats.queued.outgoing, 0);
    const { sub, socket: there } = await subscriberIn(world);
    there.arrive(socket.units);
    const got = [];
    for (let i = 0; i < 6; i++) got.push(await heard(sub));
    assert.deepEqual(got, ["0", "1", "2", "3", "4", "5"]);
    await Promise.all([pub.close(), sub.close()]);
  });

  it("closes when what was sent has been taken, or the linger time is over", async () => {
    const world = new MulticastWorld();
    const { pub, socket } = await publisherIn(world);
    socket.room = 0;
    await pub.send("x");
    let isClosed = false;
    const closing = pub.close().then(() => isClosed = true);
    await world.clock.settle();
    assert.ok(!isClosed && !socket.closed);
    socket.open();
    await closing;
    assert.equal(socket.units.length, 1);

    const other = await publisherIn(world, { linger: 100 });
    other.socket.room = 0;
    await other.pub.send("x");
    const second = other.pub.close();
    await world.clock.advance(100);
    await second;
    assert.ok(other.socket.closed);
    assert.equal(world.clock.timers, 0);
  });
});

describe("an endpoint of multicast", () => {
  it("is refused to types that are neither publishers nor subscribers", async () => {
    const world = new MulticastWorld();
    const push = new Push({ context: world.context });
    assert.throws(() => push.connect(THERE), { code: "ENOCOMPATPROTO" });
    await assert.rejects(push.bind(THERE), { code: "ENOCOMPATPROTO" });
    assert.throws(() => push.connect("other://group:5555"), {
      code: "EPROTONOSUPPORT",
    });
    await push.close();
  });

  it("is refused with security, and without a group or a port", async () => {
    const world = new MulticastWorld();
    const { context } = world;
    const safe = new Publisher({ context, plainServer: true });
    assert.throws(() => safe.connect(THERE), { code: "ENOTSUP" });
    const pub = new Publisher({ context });
    for (const address of ["group", "group:", ":1", "a;:1", "g:0", "g:65536"]) {
      assert.throws(() => pub.connect(`fake://${address}`), { code: "EINVAL" });
    }
    await Promise.all([safe.close(), pub.close()]);
  });

  it("has the options of its transport, which other types do not have", async () => {
    const world = new MulticastWorld();
    const { context } = world;
    const { pub, socket } = await publisherIn(world, { rate: 1000 });
    assert.equal(socket.settings.rate, 1000);
    assert.throws(() => pub.recoveryInterval = 1, { code: "ENOTSUP" });
    assert.throws(() => new Push({ context, rate: 1 }), {
      code: "ENOTSUP",
      message: /does not support the option but for multicast/,
    });
    await pub.close();
  });

  it("that cannot be opened is tried again; a wrong one is given up", async () => {
    const world = new MulticastWorld();
    world.network.refusal = new ZmqError("ENODEV", "No such interface");
    const pub = new Publisher({ context: world.context });
    const { names, events } = world.watch(pub);
    pub.connect(THERE);
    await until(() => names.includes("connect:retry"), "it failed");
    assert.equal(events.at(-1)!.error?.code, "ENODEV");
    world.network.refusal = new ZmqError("ENOTSUP", "No such library");
    await world.clock.advance(events.at(-1)!.interval!);
    await until(() => names.length >= 5, "it failed again");
    await world.clock.settle();
    assert.deepEqual(names.slice(3), ["connect:delay", "close"]);
    assert.equal(events.at(-1)!.error?.code, "ENOTSUP");
    assert.equal(events.at(-1)!.interval, undefined);
    await assert.rejects(pub.disconnect(THERE), { code: "ENOENT" });
    await assert.rejects(pub.bind(THERE), { code: "ENOTSUP" });
    await pub.close();
    assert.equal(world.clock.timers, 0);
  });

  it("that is lost is opened again", async () => {
    const world = new MulticastWorld();
    const { pub, socket, names, events } = await publisherIn(world);
    socket.vanish(new Error("pulled"));
    await world.clock.settle();
    assert.deepEqual(names.slice(2), ["disconnect", "connect:retry"]);
    assert.deepEqual(pub.peers, []);
    await world.clock.advance(events.at(-1)!.interval!);
    assert.equal(names.at(-1), "connect");
    await pub.send("again");
    await world.clock.settle();
    assert.equal(world.network.last.units.length, 1);
    await pub.close();
  });

  it("that was lost leaves nothing behind when a listener closes it", async () => {
    for (const type of ["connect:delay", "connect", "connect:retry"] as const) {
      const world = new MulticastWorld();
      const pub = new Publisher({ context: world.context });
      const { events } = world.watch(pub);
      await pub.bind(THERE);
      const closed = new Promise<void>((resolve) => {
        pub.events.on(type, () => resolve(pub.close()));
      });
      world.network.last.vanish(new Error("pulled"));
      await world.clock.settle();
      const { interval } = events.find((each) => each.interval !== undefined)!;
      if (type !== "connect:retry") await world.clock.advance(interval!);
      await within(closed, `close() at ${type}`);
      assert.equal(world.clock.timers, 0);
      // The first one went by itself.
      const [, ...later] = world.network.sockets;
      assert.ok(later.every((each) => each.closed));
    }
  });

  it("keeps the process running unless the socket must not", async () => {
    const world = new MulticastWorld();
    const { pub, socket } = await publisherIn(world);
    pub.unref();
    await world.clock.settle();
    assert.equal(socket.held, false);
    pub.connect("fake://other:1");
    await until(() => world.network.sockets.length === 2, "it is open");
    assert.equal(world.network.last.held, false);
    await pub.close();
  });
});
