// Who had sent a message was read from the connection when the message was
// received: after a server had gone and another had come in its place, what
// the first one had said was said to be the second one's.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dealer, Subscriber } from "../../mod.ts";
import { toBytes } from "../../src/base/bytes.ts";
import { encodeFrame } from "../../src/wire/framing.ts";
import { login } from "../hostile/login.ts";
import { RawListener, type RawPeer } from "../hostile/raw_peer.ts";
import { text } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { TIMEOUT } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

const PLACE = { role: "server", mechanism: "NULL", scheme: "tcp" } as const;

/** A socket with a connection, whose other side is one peer after the other. */
async function scene<T extends Dealer | Subscriber>(
  bag: Bag,
  socket: T,
  type: string,
) {
  bag.keep(socket);
  const listener = await RawListener.listen("tcp://127.0.0.1:*");
  socket.connect(listener.endpoint);
  let peer: RawPeer | undefined;
  let waiting = 0;
  return {
    /** Another peer comes, and says so much. */
    visit: async (name: string, ...words: string[]): Promise<void> => {
      peer?.close();
      peer = await listener.next();
      const properties = [["X-who", toBytes(name)]] as const;
      await login(peer, PLACE, { type, properties });
      for (const word of words) peer.say(encodeFrame(0, toBytes(word)));
      waiting += words.length;
      await until(
        () =>
          socket.peers.length === 1 &&
          who(socket.peers[0]!.properties) === name,
        `${name} is there`,
      );
      await until(
        () => socket.stats.received.messages === waiting,
        `what ${name} said is there`,
      );
    },
    next: async (): Promise<[string, string]> => {
      const { message, peer } = await socket.receiveFrom(TIMEOUT);
      return [who(peer.properties), text(message[0]!)];
    },
    close: () => listener.close(),
  };
}

function who(properties: ReadonlyMap<string, string>): string {
  return properties.get("X-who") ?? "nobody";
}

describe("receiveFrom() of a connection with one peer after the other", () => {
  it("says who sent it", async () => {
    await using bag = new Bag();
    const dealer = new Dealer({ reconnectInterval: 1 });
    const { visit, next, close } = await scene(bag, dealer, "ROUTER");
    try {
      await visit("evil", "1", "2");
      await visit("good", "3");
      assert.deepEqual(await next(), ["evil", "1"]);
      await visit("silent");
      await visit("last", "4", "5");
      assert.equal((await dealer.receive(TIMEOUT)).length, 1);
      assert.deepEqual(await next(), ["good", "3"]);
      assert.deepEqual(await next(), ["last", "4"]);
      await visit("once more", "6");
      assert.deepEqual(await next(), ["last", "5"]);
      assert.deepEqual(await next(), ["once more", "6"]);
      await visit("the end", "7");
      assert.deepEqual(await next(), ["the end", "7"]);
    } finally {
      await close();
    }
  });

  it("says so too when some are not wanted any more", async () => {
    await using bag = new Bag();
    const subscriber = new Subscriber({ reconnectInterval: 1 });
    subscriber.subscribe("a", "b");
    const { visit, next, close } = await scene(bag, subscriber, "PUB");
    try {
      await visit("first", "a1", "b1", "a2", "b2");
      await visit("second", "b3", "b4");
      await visit("third", "a3", "b5", "a4");
      assert.deepEqual(await next(), ["first", "a1"]);
      subscriber.unsubscribe("b");
      assert.deepEqual(await next(), ["first", "a2"]);
      assert.deepEqual(await next(), ["third", "a3"]);
      assert.deepEqual(await next(), ["third", "a4"]);
    } finally {
      await close();
    }
  });

  it("says so of the only one that is kept", async () => {
    await using bag = new Bag();
    const options = { reconnectInterval: 1, conflate: true };
    const { visit, next, close } = await scene(
      bag,
      new Dealer(options),
      "ROUTER",
    );
    try {
      await visit("first", "1");
      await visit("second", "2");
      assert.deepEqual(await next(), ["second", "2"]);
    } finally {
      await close();
    }
  });
});
