// RADIO, DISH and DGRAM over a network of datagrams in the hands of the test:
// queues, marks, counts, groups.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Datagram, Dish, Radio } from "../../../mod.ts";
import { DatagramWorld, outcome, STRANGER } from "../../kit/fake_datagrams.ts";
import { octets, text, texts } from "../../kit/messages.ts";
import { until } from "../../kit/wait.ts";

const THERE = "udp://192.0.2.1:5555";
const HERE = "udp://127.0.0.1:5555";

async function radioIn(world: DatagramWorld, options: object = {}) {
  const radio = new Radio({ context: world.context, ...options });
  radio.connect(THERE);
  await until(() => world.network.sockets.length > 0, "it is open");
  await world.clock.settle();
  return { radio, socket: world.network.last };
}

async function dishIn(world: DatagramWorld, options: object = {}) {
  const dish = new Dish({ context: world.context, ...options });
  await dish.bind(HERE);
  return { dish, socket: world.network.last };
}

async function dgramIn(world: DatagramWorld, options: object = {}) {
  const dgram = new Datagram({ context: world.context, ...options });
  await dgram.bind(HERE);
  return { dgram, socket: world.network.last };
}

describe("RADIO over datagrams", () => {
  it("drops at its high water mark, counts it, and goes on", async () => {
    const world = new DatagramWorld();
    const { radio, socket } = await radioIn(world, { sendHighWaterMark: 4 });
    for (let i = 0; i < 6; i++) await radio.send(`${i}`, { group: "g" });
    assert.equal(radio.stats.queued.outgoing, 4);
    assert.equal(radio.stats.dropped, 2);
    assert.deepEqual(socket.leave(1), ["\x01g0"]);
    await radio.send("6", { group: "g" });
    assert.deepEqual(socket.leave(), ["\x01g1", "\x01g2", "\x01g3", "\x01g6"]);
    await radio.close({ linger: 0 });
  });

  it("waits at its high water mark with noDrop", async () => {
    const world = new DatagramWorld();
    const { radio, socket } = await radioIn(world, {
      sendHighWaterMark: 2,
      noDrop: true,
    });
    assert.ok(radio.trySend("1", { group: "g" }));
    assert.ok(radio.trySend("2", { group: "g" }));
    assert.equal(radio.trySend("3", { group: "g" }), false);
    const third = radio.send("3", { group: "g" });
    assert.deepEqual(socket.leave(1), ["\x01g1"]);
    await third;
    assert.deepEqual(socket.leave(), ["\x01g2", "\x01g3"]);
    assert.equal(radio.stats.dropped, 0);
    await radio.close();
  });

  it("is bounded in octets too", async () => {
    const world = new DatagramWorld();
    const { radio } = await radioIn(world, {
      sendHighWaterMark: 0,
      maxQueuedBytes: 100,
    });
    const body = new Uint8Array(48);
    for (let i = 0; i < 5; i++) await radio.send(body, { group: "g" });
    assert.equal(radio.stats.queued.outgoing, 2);
    assert.equal(radio.stats.dropped, 3);
    await radio.close({ linger: 0 });
  });

  it("refuses what is too large for a datagram, for everybody", async () => {
    const world = new DatagramWorld();
    const { radio, socket } = await radioIn(world);
    const near = new Dish({ context: world.context });
    near.join("music");
    await near.bind("inproc://near");
    radio.connect("inproc://near");
    const send = (size: number) =>
      outcome(() => radio.send(new Uint8Array(size), { group: "music" }));
    assert.equal(await send(8187), "EMSGSIZE");
    assert.throws(
      () => radio.trySend(new Uint8Array(8187), { group: "music" }),
      /a datagram of 8193 octets: expected at most 8192/,
    );
    assert.equal(near.tryReceive(), undefined);
    assert.equal(await send(8186), "done");
    assert.equal(near.tryReceive()![0].length, 8186);
    assert.equal(socket.flying[0]!.octets.length, 8192);
    socket.leave();
    await radio.disconnect(THERE);
    assert.equal(await send(100_000), "done");
    await Promise.all([radio.close(), near.close()]);
  });

  it("follows maxDatagramSize", async () => {
    const world = new DatagramWorld();
    const { radio } = await radioIn(world, { maxDatagramSize: 10 });
    const send = (body: string) =>
      outcome(() => radio.send(body, { group: "g" }));
    assert.equal(await send("12345678"), "done");
    assert.equal(await send("123456789"), "EMSGSIZE");
    await radio.close({ linger: 0 });
  });

  it("sends all groups to every endpoint, and to who joined elsewhere", async () => {
    const world = new DatagramWorld();
    const { radio } = await radioIn(world);
    radio.connect("udp://192.0.2.2:5555");
    await until(() => world.network.sockets.length === 2, "both are open");
    await world.clock.settle();
    const near = new Dish({ context: world.context });
    near.join("b");
    await near.bind("inproc://near");
    radio.connect("inproc://near");
    for (const group of ["a", "b"]) await radio.send("x", { group });
    for (const socket of world.network.sockets) {
      assert.deepEqual(socket.leave(), ["\x01ax", "\x01bx"]);
    }
    assert.equal(text(near.tryReceive()![1].group), "b");
    assert.equal(near.tryReceive(), undefined);
    await Promise.all([radio.close(), near.close()]);
  });
});

describe("DISH over datagrams", () => {
  it("takes the groups that it joined, exactly, from now on", async () => {
    const world = new DatagramWorld();
    const { dish, socket } = await dishIn(world);
    const heard = () => {
      for (const group of ["", "a", "ab", "b"]) {
        socket.arrive(`${String.fromCharCode(group.length)}${group}x`);
      }
      const groups: string[] = [];
      for (let each = dish.tryReceive(); each; each = dish.tryReceive()) {
        groups.push(text(each[1].group));
      }
      return groups;
    };
    assert.deepEqual(heard(), []);
    dish.join("a", "");
    assert.deepEqual(heard(), ["", "a"]);
    dish.leave("a");
    dish.join("b");
    assert.deepEqual(heard(), ["", "b"]);
    assert.equal(dish.stats.datagrams.malformed, 0);
    await dish.close();
  });

  it("drops malformed datagrams, and counts them", async () => {
    const world = new DatagramWorld();
    const { dish, socket } = await dishIn(world, { maxMessageSize: 20 });
    dish.join("", "g");
    const wrong = [
      new Uint8Array(0),
      octets("\x02g"),
      new Uint8Array([0xff, 1]),
      new Uint8Array([2, 0x67, 0]),
      new Uint8Array(8193),
      new Uint8Array(22),
    ];
    for (const each of wrong) socket.arrive(each);
    assert.equal(dish.stats.datagrams.malformed, wrong.length);
    assert.deepEqual(dish.stats.received, { messages: 0, bytes: 0 });
    assert.equal(dish.tryReceive(), undefined);
    socket.arrive(new Uint8Array(21));
    assert.equal(dish.tryReceive()![0].length, 20);
    await dish.close();
  });

  it("drops what arrives at its high water mark, and counts it", async () => {
    const world = new DatagramWorld();
    const { dish, socket } = await dishIn(world, { receiveHighWaterMark: 2 });
    dish.join("g");
    for (let i = 0; i < 5; i++) socket.arrive(`\x01g${i}`);
    assert.equal(dish.stats.datagrams.overflow, 3);
    assert.equal(dish.stats.queued.incoming, 2);
    assert.equal(text((await dish.receive())[0]), "0");
    socket.arrive("\x01g5");
    assert.equal(text((await dish.receive())[0]), "1");
    assert.equal(text((await dish.receive())[0]), "5");
    assert.equal(dish.stats.datagrams.overflow, 3);
    await dish.close();
  });

  it("has several endpoints, takes of each in turn, and says who sent", async () => {
    const world = new DatagramWorld();
    const { dish, socket } = await dishIn(world);
    await dish.bind("udp://127.0.0.1:5556");
    const other = world.network.last;
    dish.join("g");
    socket.arrive("\x01ga", { host: "192.0.2.1", port: 1 });
    socket.arrive("\x01gb", { host: "fe80::1", port: 2 });
    other.arrive("\x01gc", { host: "192.0.2.3", port: 3 });
    const heard: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { message, peer } = await dish.receiveFrom();
      heard.push(`${text(message[0])} ${peer.address}`);
    }
    assert.deepEqual(heard, [
      "a udp://192.0.2.1:1",
      "c udp://192.0.2.3:3",
      "b udp://[fe80::1]:2",
    ]);
    assert.deepEqual(dish.peers, []);
    await dish.close();
  });

  it("keeps its counts when an endpoint is closed", async () => {
    const world = new DatagramWorld();
    const { dish, socket } = await dishIn(world);
    socket.arrive("");
    await dish.unbind(HERE);
    assert.equal(dish.stats.datagrams.malformed, 1);
    socket.arrive("");
    assert.equal(dish.stats.datagrams.malformed, 1);
    await dish.close();
  });
});

describe("DGRAM", () => {
  it("receives from anybody, and answers", async () => {
    const world = new DatagramWorld();
    const { dgram, socket } = await dgramIn(world);
    socket.arrive("ping");
    socket.arrive("", { host: "::1", port: 5 });
    const [from, body] = await dgram.receive();
    assert.deepEqual(texts([from!, body!]), ["192.0.2.9:9", "ping"]);
    assert.deepEqual(texts(await dgram.receive()), ["[::1]:5", ""]);
    await dgram.send([from!, "pong"]);
    assert.deepEqual(socket.leave(), [`${STRANGER.host}:9pong`]);
    await dgram.close();
  });

  it("waits until it is bound, and at its high water mark", async () => {
    const world = new DatagramWorld();
    const dgram = new Datagram({
      context: world.context,
      sendHighWaterMark: 1,
    });
    assert.equal(dgram.trySend(["192.0.2.1:1", "a"]), false);
    const first = dgram.send(["192.0.2.1:1", "a"]);
    await dgram.bind(HERE);
    await first;
    assert.equal(dgram.trySend(["192.0.2.1:1", "b"]), false);
    const second = dgram.send(["192.0.2.1:1", "b"]);
    assert.deepEqual(world.network.last.leave(), ["192.0.2.1:1a"]);
    await second;
    assert.deepEqual(world.network.last.leave(), ["192.0.2.1:1b"]);
    await assert.rejects(
      (async () => {
        await dgram.send(["192.0.2.1:1", "c"]);
        await dgram.send(["192.0.2.1:1", "d"], { timeout: 0 });
      })(),
      { code: "EAGAIN" },
    );
    await dgram.close({ linger: 0 });
  });

  it("takes an address and one frame, of a datagram's size", async () => {
    const world = new DatagramWorld();
    const { dgram } = await dgramIn(world);
    const send = (...message: (string | Uint8Array)[]) =>
      outcome(() => dgram.send(message));
    assert.equal(await send("127.0.0.1:1"), "EINVAL");
    assert.equal(await send("127.0.0.1:1", "a", "b"), "EINVAL");
    assert.equal(await send("localhost:1", "a"), "EINVAL");
    assert.equal(await send("127.0.0.1:0", "a"), "EINVAL");
    assert.equal(await send("127.0.0.1:1", new Uint8Array(8193)), "EMSGSIZE");
    assert.equal(await send("127.0.0.1:1", new Uint8Array(8192)), "done");
    assert.equal(await send("127.0.0.1:1", ""), "done");
    assert.equal(dgram.stats.queued.outgoing, 2);
    await dgram.close({ linger: 0 });
  });

  it("drops what is larger than maxDatagramSize", async () => {
    const world = new DatagramWorld();
    const { dgram, socket } = await dgramIn(world, { maxDatagramSize: 4 });
    socket.arrive("12345");
    socket.arrive("1234");
    assert.equal(text((await dgram.receive())[1]), "1234");
    assert.equal(dgram.stats.datagrams.malformed, 1);
    await dgram.close();
  });

  it("copies what it sends", async () => {
    const world = new DatagramWorld();
    const { dgram, socket } = await dgramIn(world);
    const body = octets("mine");
    await dgram.send(["192.0.2.1:1", body]);
    body.fill(0);
    assert.deepEqual(socket.leave(), ["192.0.2.1:1mine"]);
    await dgram.close();
  });
});
