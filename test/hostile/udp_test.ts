// Datagrams of strangers: noise of every length, wrong groups, floods, and
// what is sent to a socket that only sends. None of it ends anything.
import assert from "node:assert/strict";
import { createSocket, type Socket as DgramSocket } from "node:dgram";
import { after, before, describe, it } from "node:test";
import { Datagram, Dish, Radio, type Socket } from "../../mod.ts";
import { noise, octets, text } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE, pause, until } from "../kit/wait.ts";

const TIMEOUT = { timeout: PATIENCE } as const;

/** Datagrams at a time: as many as the system holds for who does not read. */
const BURST = 20;

function portOf(endpoint: string): number {
  return Number(/\d+$/.exec(endpoint)![0]);
}

/** All datagrams that a socket has seen, taken or not. */
function seen({ stats }: Socket): number {
  const { malformed, overflow } = stats.datagrams;
  return stats.received.messages + malformed + overflow;
}

describe("datagrams of strangers", () => {
  let stranger: DgramSocket;

  before(async () => {
    stranger = createSocket("udp4");
    await new Promise<void>((resolve) =>
      stranger.bind(0, "127.0.0.1", resolve)
    );
  });
  after(() => new Promise<void>((resolve) => stranger.close(() => resolve())));

  function send(port: number, datagram: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      stranger.send(
        datagram,
        port,
        "127.0.0.1",
        (error) => error ? reject(error) : resolve(),
      );
    });
  }

  /** Sends them all, some at a time, and has each of them seen. */
  async function pour(
    victim: Socket,
    port: number,
    datagrams: Iterable<Uint8Array>,
    whileWaiting: () => void = () => {},
  ): Promise<number> {
    const start = seen(victim);
    let sent = 0;
    for (const datagram of datagrams) {
      await send(port, datagram);
      if (++sent % BURST > 0) continue;
      await until(() => {
        whileWaiting();
        return seen(victim) - start === sent;
      }, `${sent} datagrams are seen`);
    }
    await until(() => seen(victim) - start === sent, "all are seen");
    return sent;
  }

  /** Noise of every length that an Ethernet packet holds, and more. */
  function* everyLength(seed: number): Generator<Uint8Array> {
    for (let length = 0; length <= 1500; length++) {
      yield noise(length, seed + length);
    }
  }

  for (const seed of [1, 100_000, 7_000_000]) {
    it(`a DISH survives noise of 0 to 1500 octets, seed ${seed}`, async () => {
      await using bag = new Bag();
      const dish = bag.keep(new Dish({ receiveHighWaterMark: 5000 }));
      const port = portOf(await dish.bind("udp://127.0.0.1:*"));
      dish.join("g", "\x01");
      const events: string[] = [];
      dish.events.on("close", () => events.push("close"));
      assert.equal(await pour(dish, port, everyLength(seed)), 1501);
      const { malformed, overflow } = dish.stats.datagrams;
      assert.ok(malformed > 300, `${malformed} of them are malformed`);
      assert.equal(overflow, 0);
      while (dish.tryReceive() !== undefined);
      await send(port, octets("\x01galive"));
      assert.equal(text((await dish.receive(TIMEOUT))[0]), "alive");
      assert.deepEqual(events, []);
    });

    it(`a DGRAM delivers noise of 0 to 1500 octets, seed ${seed}`, async () => {
      await using bag = new Bag();
      const dgram = bag.keep(new Datagram());
      const port = portOf(await dgram.bind("udp://127.0.0.1:*"));
      let length = 0;
      const take = () => {
        for (let m = dgram.tryReceive(); m; m = dgram.tryReceive()) {
          assert.equal(m.length, 2);
          assert.deepEqual(m[1], noise(length, seed + length));
          length++;
        }
      };
      await pour(dgram, port, everyLength(seed), take);
      take();
      assert.equal(length, 1501);
      assert.deepEqual(dgram.stats.datagrams, {
        malformed: 0,
        overflow: 0,
        unsent: 0,
      });
    });
  }

  it("a group that is longer than the datagram is malformed", async () => {
    await using bag = new Bag();
    const dish = bag.keep(new Dish());
    dish.join("", "g".repeat(254));
    const port = portOf(await dish.bind("udp://127.0.0.1:*"));
    const wrong: Uint8Array[] = [new Uint8Array(0)];
    for (let length = 1; length <= 255; length++) {
      // All that it says, but for the last octet.
      const datagram = new Uint8Array(length).fill(0x67);
      datagram[0] = length;
      wrong.push(datagram);
    }
    await pour(dish, port, wrong);
    assert.equal(dish.stats.datagrams.malformed, 256);
    assert.equal(dish.tryReceive(), undefined);
    await send(port, new Uint8Array([0]));
    assert.equal((await dish.receive(TIMEOUT))[0].length, 0);
  });

  it("what is larger than maxDatagramSize is dropped unseen", async () => {
    await using bag = new Bag();
    const sockets = [bag.keep(new Dish()), bag.keep(new Datagram())];
    for (const socket of sockets) {
      const port = portOf(await socket.bind("udp://127.0.0.1:*"));
      await pour(
        socket,
        port,
        [8193, 20_000, 65_507].map((size) => noise(size, 1)),
      );
      assert.equal(socket.stats.datagrams.malformed, 3);
    }
  });

  it("a flood that nobody reads fills a queue, and no more", async () => {
    await using bag = new Bag();
    const options = { receiveHighWaterMark: 100 };
    const dish = bag.keep(new Dish(options));
    dish.join("g");
    const dgram = bag.keep(new Datagram(options));
    for (const socket of [dish, dgram]) {
      const port = portOf(await socket.bind("udp://127.0.0.1:*"));
      const one = octets("\x01gx");
      await pour(socket, port, Array.from({ length: 2000 }, () => one));
      assert.equal(socket.stats.queued.incoming, 100);
      assert.equal(socket.stats.datagrams.overflow, 1900);
      assert.equal(socket.stats.received.messages, 100);
    }
    for (let i = 0; i < 100; i++) await dish.receive(TIMEOUT);
    assert.equal(dish.tryReceive(), undefined);
  });

  it("a RADIO takes no notice of what is sent to it", async () => {
    await using bag = new Bag();
    const dgram = bag.keep(new Datagram());
    const endpoint = await dgram.bind("udp://127.0.0.1:*");
    const radio = bag.keep(new Radio());
    radio.connect(endpoint);
    await radio.send("hello", { group: "g" });
    const [from] = await dgram.receive(TIMEOUT);
    for (let length = 0; length < 300; length++) {
      await send(portOf(text(from)), noise(length, length));
    }
    await pause();
    await radio.send("still here", { group: "g" });
    const [again, body] = await dgram.receive(TIMEOUT);
    assert.equal(text(again), text(from));
    assert.equal(text(body), "\x01gstill here");
    assert.deepEqual(radio.stats.received, { messages: 0, bytes: 0 });
  });

  it("who is not there any more costs a RADIO nothing", async () => {
    await using bag = new Bag();
    const dgram = bag.keep(new Datagram());
    const endpoint = await dgram.bind("udp://127.0.0.1:*");
    const radio = bag.keep(new Radio({ noDrop: true, sendHighWaterMark: 10 }));
    const events: string[] = [];
    for (const type of ["close", "disconnect"] as const) {
      radio.events.on(type, () => events.push(type));
    }
    radio.connect(endpoint);
    await dgram.unbind(endpoint);
    for (let i = 0; i < 100; i++) await radio.send("x", { group: "g" });
    await dgram.bind(endpoint);
    await radio.send("back", { group: "g" });
    let body = "";
    while (body !== "\x01gback") body = text((await dgram.receive(TIMEOUT))[1]);
    assert.deepEqual(events, []);
  });
});
