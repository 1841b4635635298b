// RADIO, DISH and DGRAM over udp with those of libzmq, both ways.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Datagram, Dish, Radio } from "../../mod.ts";
import {
  type DraftError,
  DraftPeer,
  type DraftSocket,
  type Halves,
  noDraftPeer,
} from "../kit/draft_peer.ts";
import { noise, octets, text } from "../kit/messages.ts";
import { skipUnlessIPv6 } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE, pause, until } from "../kit/wait.ts";

const TIMEOUT = { timeout: PATIENCE } as const;
const GROUP = "x".repeat(100);

/** Bodies of every kind, up to what the group leaves of a datagram. */
const bodies = [
  octets(""),
  octets("hello"),
  noise(255, 1),
  noise(1472, 2),
  noise(8192 - 101, 3),
];

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  await using bag = new Bag();
  const endpoint = await bag.keep(new Datagram()).bind("udp://*:*");
  return /\d+$/.exec(endpoint)![0];
}

/** Sends until it is heard: libzmq binds in its own time. */
async function meet(dish: DraftSocket, send: () => unknown): Promise<void> {
  let isHeard = false;
  const first = dish.receive(1).finally(() => isHeard = true);
  while (!isHeard) {
    await send();
    await pause(5);
  }
  await first;
}

/** The next message that is not one of those. */
async function next(dish: DraftSocket): Promise<Halves> {
  for (;;) {
    const [message] = await dish.receive(1);
    if (message![0] !== "sync" && text(message![1]) !== "sync") return message!;
  }
}

const networks = [
  { name: "unicast", host: "127.0.0.1", options: {}, skip: false },
  {
    name: "multicast",
    host: "127.0.0.1;239.77.2.1",
    options: {},
    skip: false,
  },
  {
    name: "unicast over IPv6",
    host: "[::1]",
    options: { ipv6: true },
    skip: skipUnlessIPv6,
  },
] as const;

describe("udp with libzmq", { skip: noDraftPeer }, () => {
  let peer: DraftPeer;

  before(() => {
    peer = new DraftPeer();
  });
  after(() => peer[Symbol.asyncDispose]());

  for (const { name, host, options, skip } of networks) {
    it(`our RADIO reaches the groups of their DISH, ${name}`, {
      skip,
    }, async () => {
      await using bag = new Bag();
      const endpoint = `udp://${host}:${await freePort()}`;
      const dish = await peer.socket("DISH", options);
      await dish.join("sync", GROUP);
      await dish.bind(endpoint);
      const radio = bag.keep(new Radio(options));
      radio.connect(endpoint);
      await meet(dish, () => radio.send("", { group: "sync" }));
      await radio.send("unheard", { group: "news" });
      for (const body of bodies) {
        await radio.send(body, { group: GROUP });
        assert.deepEqual(await next(dish), [GROUP, body]);
      }
      await dish.leave(GROUP);
      await dish.join("last");
      await radio.send("left", { group: GROUP });
      await radio.send("", { group: "last" });
      assert.deepEqual(await next(dish), ["last", octets("")]);
      assert.equal(radio.stats.datagrams.unsent, 0);
      await dish.close();
    });

    it(`our DISH hears the groups of their RADIO, ${name}`, {
      skip,
    }, async () => {
      await using bag = new Bag();
      const dish = bag.keep(new Dish(options));
      dish.join("sync", GROUP);
      const place = host.includes(";")
        ? `${host}:${await freePort()}`
        : `${host}:*`;
      const endpoint = await dish.bind(`udp://${place}`);
      const radio = await peer.socket("RADIO", options);
      await radio.connect(endpoint);
      await radio.send(["news", octets("unheard")]);
      for (const body of bodies) {
        await radio.send([GROUP, body]);
        const [data, { group }] = await dish.receive(TIMEOUT);
        assert.deepEqual(data, body);
        assert.equal(text(group), GROUP);
      }
      dish.leave(GROUP);
      dish.join("late");
      await radio.send([GROUP, octets("left")], ["late", octets("here")]);
      const { message, peer: { address } } = await dish.receiveFrom(TIMEOUT);
      assert.equal(text(message[0]), "here");
      assert.match(address, /^udp:\/\/(\[::1\]|[\d.]+):\d+$/);
      assert.equal(dish.stats.datagrams.malformed, 0);
      await radio.close();
    });
  }

  it("their DISH and ours are bound to one group, and both hear", async () => {
    await using bag = new Bag();
    const endpoint = `udp://127.0.0.1;239.77.2.2:${await freePort()}`;
    const theirs = await peer.socket("DISH");
    const ours = bag.keep(new Dish());
    ours.join("g");
    await theirs.join("g", "sync");
    await theirs.bind(endpoint);
    await ours.bind(endpoint);
    const radio = bag.keep(new Radio());
    radio.connect(endpoint);
    await meet(theirs, () => radio.send("", { group: "sync" }));
    await radio.send("both", { group: "g" });
    assert.equal(text((await ours.receive(TIMEOUT))[0]), "both");
    assert.deepEqual(await next(theirs), ["g", octets("both")]);
    await theirs.close();
  });

  it("our DGRAM and theirs exchange datagrams, both ways", async () => {
    await using bag = new Bag();
    const ours = bag.keep(new Datagram());
    const here = (await ours.bind("udp://127.0.0.1:*")).slice("udp://".length);
    const there = `127.0.0.1:${await freePort()}`;
    const theirs = await peer.socket("DGRAM");
    await theirs.bind(`udp://${there}`);
    await meet(theirs, () => ours.send([there, "sync"]));
    for (const body of [octets(""), octets("ping"), noise(8192, 4)]) {
      await ours.send([there, body]);
      // libzmq ends the address with a NUL, as C strings end.
      assert.deepEqual(await next(theirs), [`${here}\0`, body]);
      await theirs.send([here, body]);
      const [from, answer] = await ours.receive(TIMEOUT);
      assert.equal(text(from), there);
      assert.deepEqual(answer, body);
    }
    await theirs.close();
  });

  it("our DGRAM makes and reads what RADIO and DISH of libzmq do", async () => {
    await using bag = new Bag();
    const ours = bag.keep(new Datagram());
    const endpoint = await ours.bind("udp://127.0.0.1:*");
    const radio = await peer.socket("RADIO");
    await radio.connect(endpoint);
    await radio.send(["Movies", octets("Godfather")]);
    const [, datagram] = await ours.receive(TIMEOUT);
    assert.equal(text(datagram), "\x06MoviesGodfather");
    const there = `127.0.0.1:${await freePort()}`;
    const dish = await peer.socket("DISH");
    await dish.join("Movies", "sync");
    await dish.bind(`udp://${there}`);
    await meet(dish, () => ours.send([there, "\x04sync"]));
    await ours.send([there, "\x05OtherX"]);
    await ours.send([there, ""]);
    await ours.send([there, "\x06MoviesGodfather"]);
    assert.deepEqual(await next(dish), ["Movies", octets("Godfather")]);
    await radio.close();
    await dish.close();
  });

  it("a RADIO of ours serves tcp and udp together", async () => {
    await using bag = new Bag();
    const endpoint = `udp://127.0.0.1:${await freePort()}`;
    const theirs = await peer.socket("DISH");
    await theirs.join("g");
    await theirs.bind(endpoint);
    const radio = bag.keep(new Radio());
    const ours = bag.keep(new Dish());
    ours.join("g");
    ours.connect(await radio.bind("tcp://127.0.0.1:*"));
    radio.connect(endpoint);
    let heard = 0;
    await until(() => {
      radio.trySend("tick", { group: "g" });
      if (ours.tryReceive() !== undefined) heard++;
      return heard > 2;
    }, "the tcp side hears");
    assert.equal(text((await theirs.receive(1))[0]![1]), "tick");
    await theirs.close();
  });

  it("both refuse to bind a RADIO and to connect a DISH", async () => {
    const refused = (error: unknown) =>
      (error as DraftError).code === "ENOCOMPATPROTO";
    const [radio, dish] = [
      await peer.socket("RADIO"),
      await peer.socket("DISH"),
    ];
    await assert.rejects(radio.bind("udp://127.0.0.1:9"), refused);
    await assert.rejects(dish.connect("udp://127.0.0.1:9"), refused);
    await using bag = new Bag();
    await assert.rejects(
      bag.keep(new Radio()).bind("udp://127.0.0.1:9"),
      refused,
    );
    assert.throws(
      () => bag.keep(new Dish()).connect("udp://127.0.0.1:9"),
      refused,
    );
    await radio.close();
    await dish.close();
  });
});
