// What libzmq asserts of its draft sockets: CLIENT and SERVER, PEER, CHANNEL,
// RADIO and DISH, and the messages that tell of peers.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Channel,
  Client,
  Dealer,
  Dish,
  Peer,
  poll,
  Radio,
  Router,
  Server,
} from "../../mod.ts";
import { nothing } from "../kit/bounce.ts";
import { text, texts } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

for (const scheme of ["tcp", "ipc", "inproc"] as const) {
  describe(`draft sockets over ${scheme}`, () => {
    it("SERVER answers a CLIENT by its number, which is not 0", async () => {
      await using stage = new Stage(scheme);
      const server = stage.make(Server);
      const client = stage.make(Client);
      await stage.join(server, client);
      await client.send("X", TIMEOUT);
      const [data, { routingId }] = await server.receive(TIMEOUT);
      assert.equal(text(data), "X");
      assert.notEqual(routingId, 0);
      await server.send("Y", { routingId });
      assert.deepEqual(await nextTexts(client), ["Y"]);
    });

    it("CLIENT, SERVER, PEER and CHANNEL send single frames only", async () => {
      await using stage = new Stage(scheme);
      const two = ["X", "Y"] as unknown as string;
      for (const socketClass of [Client, Channel]) {
        const socket = stage.make<Client | Channel, object>(socketClass);
        await assert.rejects(socket.send(two), { code: "EINVAL" });
      }
      for (const socketClass of [Server, Peer]) {
        const socket = stage.make<Server | Peer, object>(socketClass);
        await assert.rejects(socket.send(two, { routingId: 1 }), {
          code: "EINVAL",
        });
      }
    });

    it("CHANNEL and CHANNEL exchange a greeting", async () => {
      await using stage = new Stage(scheme);
      const one = stage.make(Channel);
      const other = stage.make(Channel);
      await stage.join(one, other);
      await one.send("HELLO", TIMEOUT);
      assert.deepEqual(await nextTexts(other), ["HELLO"]);
      await other.send("WORLD", TIMEOUT);
      assert.deepEqual(await nextTexts(one), ["WORLD"]);
    });

    it("connectPeer() gives the number to send to, and answers come from it", async () => {
      await using stage = new Stage(scheme);
      const one = stage.make(Peer);
      const other = stage.make(Peer);
      const endpoint = await one.bind(stage.place());
      const routingId = other.connectPeer(endpoint);
      assert.notEqual(routingId, 0);
      await other.send("1", { routingId, ...TIMEOUT });
      const [data, from] = await one.receive(TIMEOUT);
      assert.equal(text(data), "1");
      assert.notEqual(from.routingId, 0);
      await one.send("2", from);
      const [answer, back] = await other.receive(TIMEOUT);
      assert.equal(text(answer), "2");
      assert.equal(back.routingId, routingId);
    });

    it("disconnectPeer() ends one connection; its number is unknown then", async () => {
      await using stage = new Stage(scheme);
      for (const socketClass of [Server, Peer]) {
        const server = stage.make<Server | Peer, object>(socketClass);
        const options = { reconnectInterval: -1 };
        const clients = [1, 2].map(() =>
          socketClass === Server
            ? stage.make(Client, options)
            : stage.make(Peer, options)
        );
        const endpoint = await server.bind(stage.place());
        const numbers: number[] = [];
        for (const client of clients) {
          if (client instanceof Client) {
            client.connect(endpoint);
            await client.send("X", TIMEOUT);
          } else {
            const routingId = client.connectPeer(endpoint);
            await client.send("X", { routingId, ...TIMEOUT });
          }
          numbers.push((await server.receive(TIMEOUT))[1].routingId);
        }
        server.disconnectPeer(numbers[0]!);
        await assert.rejects(server.send("HELLO", { routingId: numbers[0]! }), {
          code: "EHOSTUNREACH",
        });
        assert.throws(() => server.disconnectPeer(numbers[0]!), {
          code: "EHOSTUNREACH",
        });
        await until(() => clients[0]!.peers.length === 0, "the peer knows");
        await server.send("HELLO", { routingId: numbers[1]! });
        const got = await clients[1]!.receive(TIMEOUT);
        assert.equal(text(got[0]), "HELLO");
      }
    });

    it("DISH hears the groups it has joined, until it leaves them", async () => {
      await using stage = new Stage(scheme);
      const radio = stage.make(Radio);
      const dish = stage.make(Dish);
      await stage.join(radio, dish);
      await until(() => radio.peers.length === 1, "the dish is there");
      dish.join("Movies");
      await hears(radio, dish, "Movies");
      await radio.send("Friends", { group: "TV" });
      await radio.send("Godfather", { group: "Movies" });
      assert.deepEqual(await nextOf(dish), ["Movies", "Godfather"]);
      dish.join("TV");
      await hears(radio, dish, "TV");
      dish.leave("TV");
      await radio.send("Friends", { group: "TV" });
      await radio.send("Godfather", { group: "Movies" });
      const { socket, message } = await poll([dish], TIMEOUT);
      assert.equal(socket, dish);
      assert.deepEqual(texts([message[1].group, message[0]]), [
        "Movies",
        "Godfather",
      ]);
    });

    it("a group may have 18 octets, and one that was joined before connect() is heard", async () => {
      await using stage = new Stage(scheme);
      const radio = stage.make(Radio);
      const dish = stage.make(Dish);
      const group = "0123456789ABCDEFGH";
      dish.join(group);
      await stage.join(radio, dish);
      await hears(radio, dish, group);
    });

    it("ROUTER greets a DEALER with its helloMessage", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router, { helloMessage: "H" });
      const dealer = stage.make(Dealer);
      await stage.join(router, dealer);
      assert.deepEqual(await nextTexts(dealer), ["H"]);
    });

    it("helloMessage greets both sides when connect() comes before bind()", async () => {
      await using stage = new Stage(scheme);
      const endpoint = await stage.nowhere(Server);
      const client = stage.make(Client, { helloMessage: "H" });
      client.connect(endpoint);
      const server = stage.make(Server, { helloMessage: "W" });
      await server.bind(endpoint);
      assert.deepEqual(await nextTexts(client), ["W"]);
      assert.equal(text((await server.receive(TIMEOUT))[0]), "H");
    });

    it("disconnectMessage tells SERVER of a CLIENT that closes or disconnects", async () => {
      for (const closes of [true, false]) {
        await using stage = new Stage(scheme);
        const server = stage.make(Server, { disconnectMessage: "D" });
        const client = stage.make(Client, { helloMessage: "H" });
        const endpoint = await stage.join(server, client);
        assert.equal(text((await server.receive(TIMEOUT))[0]), "H");
        if (closes) await client.close();
        else await client.disconnect(endpoint);
        assert.equal(text((await server.receive(TIMEOUT))[0]), "D");
      }
    });
  });
}

describe("groups of a DISH", () => {
  it("cannot be left before they are joined, joined twice, or be too long", async () => {
    await using stage = new Stage("inproc");
    const dish = stage.make(Dish);
    assert.throws(() => dish.leave("Movies"), { code: "EINVAL" });
    assert.throws(() => dish.join("A".repeat(256)), { code: "EINVAL" });
    dish.join("A".repeat(255), "Movies");
    assert.throws(() => dish.join("Movies"), { code: "EINVAL" });
  });
});

describe("hiccupMessage", () => {
  it("tells CLIENT that the connection to its SERVER is lost", async () => {
    await using stage = new Stage("tcp");
    const server = stage.make(Server);
    const client = stage.make(Client, {
      helloMessage: "HELLO",
      hiccupMessage: "HICCUP",
    });
    await stage.join(server, client);
    assert.equal(text((await server.receive(TIMEOUT))[0]), "HELLO");
    await server.close();
    assert.deepEqual(await nextTexts(client), ["HICCUP"]);
    await nothing(client);
  });
});

/** The group and the text of the next message. */
async function nextOf(dish: Dish): Promise<string[]> {
  const [data, { group }] = await dish.receive(TIMEOUT);
  return texts([group, data]);
}

/** Waits until the dish hears a group, and takes what was sent for that. */
async function hears(radio: Radio, dish: Dish, group: string): Promise<void> {
  while (dish.tryReceive() === undefined) {
    await radio.send("sync", { group });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await radio.send("end", { group });
  while ((await nextOf(dish))[1] !== "end");
}
