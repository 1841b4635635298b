// Endpoints of datagrams over a network in the hands of the test.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../../src/base/errors.ts";
import { Datagram, Dish, Radio } from "../../../mod.ts";
import { DatagramWorld } from "../../kit/fake_datagrams.ts";
import { text } from "../../kit/messages.ts";
import { until, within } from "../../kit/wait.ts";

const THERE = "udp://192.0.2.1:5555";
const HERE = "udp://127.0.0.1:*";

/** A RADIO that is connected, and its socket. */
async function radioIn(world: DatagramWorld, options: object = {}) {
  const radio = new Radio({ context: world.context, ...options });
  const told = world.watch(radio);
  radio.connect(THERE);
  await until(() => world.network.sockets.length > 0, "it is open");
  await world.clock.settle();
  return { radio, socket: world.network.last, ...told };
}

describe("connect() over datagrams", () => {
  it("keeps what is sent before there is a socket, and then sends it", async () => {
    const world = new DatagramWorld();
    const radio = new Radio({ context: world.context });
    const { names, events } = world.watch(radio);
    let open = () => {};
    world.network.gate = new Promise((resolve) => open = resolve);
    radio.connect(THERE);
    await radio.send("a", { group: "g" });
    await radio.send("b", { group: "g" });
    assert.equal(radio.stats.queued.outgoing, 2);
    open();
    await until(() => names.includes("connect"), "it is open");
    assert.deepEqual(world.network.last.leave(), ["\x01ga", "\x01gb"]);
    assert.equal(radio.stats.queued.outgoing, 0);
    assert.deepEqual(radio.stats.sent, { messages: 2, bytes: 6 });
    assert.deepEqual(radio.peers.map(({ address }) => address), [THERE]);
    await radio.close();
    await world.clock.settle();
    assert.deepEqual(names, ["connect:delay", "connect", "close", "end"]);
    assert.equal(events[1]!.address, THERE);
    assert.equal(events[1]!.peerAddress, THERE);
    assert.ok(world.network.last.closed);
    assert.equal(world.clock.timers, 0);
  });

  it("tries again with growing waits when no socket can be had", async () => {
    const world = new DatagramWorld();
    world.network.refusal = new ZmqError("EHOSTUNREACH", "No such name");
    const radio = new Radio({ context: world.context });
    const { names, events } = world.watch(radio);
    radio.connect(THERE);
    await until(() => names.includes("connect:retry"), "it failed");
    assert.deepEqual(names, ["connect:delay", "close", "connect:retry"]);
    assert.equal(events[1]!.error?.code, "EHOSTUNREACH");
    assert.equal(events[1]!.interval, events[2]!.interval);
    await radio.send("kept", { group: "g" });
    world.network.refusal = undefined;
    await world.clock.advance(events[2]!.interval!);
    assert.equal(names.at(-1), "connect");
    assert.deepEqual(world.network.last.leave(), ["\x01gkept"]);
    // It worked: the next wait is the first again.
    world.network.last.vanish();
    await world.clock.settle();
    assert.ok(events.at(-1)!.interval! <= 200, `${events.at(-1)!.interval}`);
    await radio.close();
    assert.equal(world.clock.timers, 0);
  });

  it("gives up where there must be no other attempt", async () => {
    const world = new DatagramWorld();
    world.network.refusal = new Error("no");
    const radio = new Radio({ context: world.context, reconnectInterval: -1 });
    const { names, events } = world.watch(radio);
    radio.connect(THERE);
    await until(() => names.includes("close"), "it failed");
    await world.clock.settle();
    assert.deepEqual(names, ["connect:delay", "close"]);
    assert.match(events[1]!.error!.message, /: no$/);
    await assert.rejects(radio.disconnect(THERE), { code: "ENOENT" });
    await radio.close();
  });

  it("opens another socket when the one it has is lost", async () => {
    const world = new DatagramWorld();
    const { radio, socket, names, events } = await radioIn(world);
    await radio.send("lost", { group: "g" });
    socket.vanish(new Error("pulled"));
    await world.clock.settle();
    assert.deepEqual(names.slice(2), ["disconnect", "connect:retry"]);
    assert.equal(events[2]!.error?.code, "ECONNRESET");
    assert.equal(radio.stats.datagrams.unsent, 1);
    assert.deepEqual(radio.peers, []);
    await radio.send("later", { group: "g" });
    await world.clock.advance(200);
    assert.deepEqual(world.network.last.leave(), ["\x01glater"]);
    await radio.close();
  });

  it("goes on after an error of one datagram, and counts it", async () => {
    const world = new DatagramWorld();
    const { radio, socket, names } = await radioIn(world);
    await radio.send("1", { group: "g" });
    socket.leave(1, new Error("ENOBUFS"));
    await radio.send("2", { group: "g" });
    assert.deepEqual(socket.leave(), ["\x01g2"]);
    assert.equal(radio.stats.datagrams.unsent, 1);
    assert.deepEqual(names, ["connect:delay", "connect"]);
    await radio.close();
  });
});

describe("close() over datagrams", () => {
  it("waits until what was sent has left", async () => {
    const world = new DatagramWorld();
    const { radio, socket } = await radioIn(world);
    await radio.send("x", { group: "g" });
    let isClosed = false;
    const closing = radio.close().then(() => isClosed = true);
    await world.clock.settle();
    assert.ok(!isClosed && !socket.closed);
    socket.leave();
    await closing;
    assert.equal(radio.stats.dropped, 0);
  });

  it("takes nothing more for an endpoint that is being left", async () => {
    const world = new DatagramWorld();
    const { radio, socket } = await radioIn(world);
    await radio.send("before", { group: "g" });
    const leaving = radio.disconnect(THERE);
    await radio.send("after", { group: "g" });
    assert.deepEqual(socket.leave(), ["\x01gbefore"]);
    await leaving;
    assert.equal(radio.stats.dropped, 1);
    await radio.close();
  });

  it("takes nothing more for an address that is being unbound", async () => {
    const world = new DatagramWorld();
    const dgram = new Datagram({ context: world.context });
    const endpoint = await dgram.bind(HERE);
    const socket = world.network.last;
    await dgram.send(["192.0.2.1:1", "before"]);
    const leaving = dgram.unbind(endpoint);
    assert.equal(dgram.trySend(["192.0.2.1:1", "after"]), false);
    assert.deepEqual(socket.leave(), ["192.0.2.1:1before"]);
    await leaving;
    await dgram.close();
  });

  it("waits no longer than the linger time", async () => {
    const world = new DatagramWorld();
    const { radio, socket } = await radioIn(world, { linger: 100 });
    await radio.send("x", { group: "g" });
    const closing = radio.close();
    await world.clock.advance(99);
    assert.ok(!socket.closed);
    await world.clock.advance(1);
    await closing;
    assert.ok(socket.closed);
    assert.equal(radio.stats.dropped, 1);
    assert.equal(world.clock.timers, 0);
  });

  it("waits no longer than a later close() says", async () => {
    const world = new DatagramWorld();
    const { radio, socket } = await radioIn(world, { linger: -1 });
    await radio.send("x", { group: "g" });
    const closing = radio.close();
    for (const linger of [200, 100, 300]) void radio.close({ linger });
    await world.clock.advance(99);
    assert.ok(!socket.closed);
    await world.clock.advance(1);
    await closing;
    assert.equal(world.clock.timers, 0);
  });

  it("waits for nothing more once all has left", async () => {
    const world = new DatagramWorld();
    const { radio, socket } = await radioIn(world, { linger: -1 });
    await radio.send("x", { group: "g" });
    let release = () => {};
    socket.closing = new Promise((resolve) => release = resolve);
    const closing = radio.close();
    await world.clock.settle();
    socket.leave();
    await world.clock.settle();
    assert.ok(socket.closed);
    void radio.close({ linger: 50 });
    await world.clock.settle();
    assert.equal(world.clock.timers, 0);
    release();
    await closing;
  });

  it("leaves nothing behind when it is closed by a listener", async () => {
    for (const type of ["connect:delay", "connect", "connect:retry"] as const) {
      const world = new DatagramWorld();
      if (type === "connect:retry") world.network.refusal = new Error("no");
      const radio = new Radio({ context: world.context });
      const closed = new Promise<void>((resolve) => {
        radio.events.on(type, () => resolve(radio.close()));
      });
      radio.connect(THERE);
      await within(closed, `close() at ${type}`);
      assert.equal(world.clock.timers, 0);
      assert.ok(world.network.sockets.every((each) => each.closed));
    }
  });

  it("waits for a socket that is being opened", async () => {
    const world = new DatagramWorld();
    const radio = new Radio({ context: world.context });
    radio.connect(THERE);
    await radio.send("x", { group: "g" });
    const closing = radio.close();
    await until(() => world.network.sockets.length > 0, "it is open");
    await world.clock.settle();
    assert.deepEqual(world.network.last.leave(), ["\x01gx"]);
    await closing;
  });

  it("drops what waits when no socket can be opened", async () => {
    const world = new DatagramWorld();
    world.network.refusal = new Error("no");
    const radio = new Radio({ context: world.context });
    radio.connect(THERE);
    await radio.send("x", { group: "g" });
    await radio.close();
    assert.equal(radio.stats.dropped, 1);
    assert.equal(world.clock.timers, 0);
  });

  it("closes a socket that opens too late", async () => {
    const world = new DatagramWorld();
    let open = () => {};
    world.network.gate = new Promise((resolve) => open = resolve);
    const radio = new Radio({ context: world.context, linger: 0 });
    radio.connect(THERE);
    await world.clock.settle();
    await radio.close();
    open();
    await until(() => world.network.sockets.length > 0, "it is open");
    await until(() => world.network.last.closed, "it is closed");
  });

  it("fails a bind() that is under way", async () => {
    const world = new DatagramWorld();
    let open = () => {};
    world.network.gate = new Promise((resolve) => open = resolve);
    const dish = new Dish({ context: world.context });
    const bound = dish.bind(HERE);
    await world.clock.settle();
    const closed = dish.close();
    open();
    await assert.rejects(bound, { code: "EBADF" });
    await closed;
    assert.ok(world.network.last.closed);
  });
});

describe("bind() over datagrams", () => {
  it("fills the port in, tells of it, and of its end", async () => {
    const world = new DatagramWorld();
    const dish = new Dish({ context: world.context });
    const { names, events } = world.watch(dish);
    assert.equal(await dish.bind(HERE), "udp://127.0.0.1:4000");
    assert.equal(dish.lastEndpoint, "udp://127.0.0.1:4000");
    await dish.unbind(HERE);
    assert.ok(world.network.last.closed);
    await world.clock.settle();
    assert.deepEqual(names, ["bind", "close"]);
    assert.equal(events[0]!.address, "udp://127.0.0.1:4000");
    await dish.close();
  });

  it("says why it cannot", async () => {
    const world = new DatagramWorld();
    world.network.refusal = new ZmqError("EADDRINUSE", "Taken");
    const dish = new Dish({ context: world.context });
    const { names } = world.watch(dish);
    await assert.rejects(dish.bind(HERE), { code: "EADDRINUSE" });
    await world.clock.settle();
    assert.deepEqual(names, ["bind:error"]);
    await dish.close();
  });

  it("tells when its socket is gone", async () => {
    const world = new DatagramWorld();
    const dish = new Dish({ context: world.context });
    const { names } = world.watch(dish);
    await dish.bind(HERE);
    world.network.last.vanish();
    await world.clock.settle();
    assert.deepEqual(names, ["bind", "close"]);
    await dish.close();
  });

  it("passes options on, and says what holds the process", async () => {
    const world = new DatagramWorld();
    const dgram = new Datagram({
      context: world.context,
      multicastHops: 7,
      ipv6: true,
    });
    dgram.unref();
    await dgram.bind(HERE);
    const { settings, held } = world.network.last;
    assert.equal(settings.role, "bind");
    assert.equal(settings.multicastHops, 7);
    assert.equal(settings.ipv6, true);
    assert.equal(held, false);
    dgram.ref();
    assert.equal(world.network.last.held, true);
    await dgram.close();
  });

  it("has a DGRAM bound once, and again after unbind()", async () => {
    const world = new DatagramWorld();
    const dgram = new Datagram({ context: world.context });
    await dgram.bind("udp://127.0.0.1:1");
    await assert.rejects(dgram.bind("udp://127.0.0.1:2"), { code: "EFSM" });
    assert.ok(world.network.last.closed);
    await dgram.unbind("udp://127.0.0.1:1");
    await dgram.bind("udp://127.0.0.1:2");
    world.network.last.arrive("hello");
    assert.equal(text((await dgram.receive())[1]), "hello");
    await dgram.close();
  });
});
