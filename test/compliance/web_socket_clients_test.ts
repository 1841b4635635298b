// The WebSocket that the runtime has of its own as an honest client of our
// sockets: another implementation of RFC 6455 at the other end. Node 20 has it
// with a flag only: web_socket_clients_node_test.ts.
//
// runtimes: deno, bun
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { toBytes } from "../../src/base/bytes.ts";
import { Publisher, Router, type SocketEvent } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { until } from "../kit/wait.ts";
import { PlatformClient } from "../kit/web_socket_client.ts";

describe("the runtime's WebSocket", () => {
  let bag = new Bag();
  const clients: PlatformClient[] = [];
  afterEach(async () => {
    for (const client of clients) client.close();
    await Promise.all(clients.splice(0).map((client) => client.closed));
    await bag[Symbol.asyncDispose]();
    bag = new Bag();
  });

  function client(url: string, subprotocols?: string[]): PlatformClient {
    const made = new PlatformClient(url, subprotocols);
    clients.push(made);
    return made;
  }

  async function bound(): Promise<{ router: Router; endpoint: string }> {
    const router = bag.keep(new Router({ linger: 0 }));
    return { router, endpoint: await router.bind("ws://127.0.0.1:*/chat") };
  }

  it("exchanges 1 000 messages each way with a Router", async () => {
    const { router, endpoint } = await bound();
    const ada = client(endpoint);
    assert.equal(await ada.open(toBytes("Ada")), "ZWS2.0");
    for (let i = 0; i < 1000; i++) ada.send(toBytes(`${i}`));
    for (let i = 0; i < 1000; i++) {
      const message = await router.receive();
      assert.deepEqual(texts(message), ["Ada", `${i}`]);
      await router.send(["Ada", `re: ${i}`, ""]);
    }
    for (let i = 0; i < 1000; i++) {
      assert.deepEqual(texts(await ada.receive()), [`re: ${i}`, ""]);
    }
  });

  it("carries messages of every size", async () => {
    const { router, endpoint } = await bound();
    const ada = client(endpoint);
    await ada.open(toBytes("Ada"));
    for (const size of [0, 1, 124, 125, 126, 65534, 65535, 65536, 1_000_000]) {
      const body = new Uint8Array(size).map((_, i) => i % 251);
      ada.send(body, body);
      const [id, first, second] = await router.receive();
      assert.deepEqual(first, body);
      assert.deepEqual(second, body);
      await router.send([id!, first!, second!]);
      assert.deepEqual(await ada.receive(), [body, body]);
    }
  });

  it("subscribes to a Publisher", async () => {
    const publisher = bag.keep(new Publisher({ linger: 0 }));
    const subscriber = client(await publisher.bind("ws://127.0.0.1:*/ticker"));
    await subscriber.open();
    subscriber.send(toBytes("\x01tea"));
    await until(() => publisher.peers.length === 1, "it came");
    let count = 0;
    const received = subscriber.receive();
    const publishing = setInterval(() => {
      publisher.trySend(["coffee", "3.20"]);
      publisher.trySend(["tea", `${count++}`]);
    }, 5);
    assert.equal(texts(await received)[0], "tea");
    clearInterval(publishing);
  });

  it("gets the first of its subprotocols that is spoken", async () => {
    const { endpoint } = await bound();
    const ada = client(endpoint, ["chat", "ZWS2.0", "ZWS1.0"]);
    assert.equal(await ada.open(), "ZWS2.0");
  });

  it("is refused with another subprotocol or path, and told by events", async () => {
    const { router, endpoint } = await bound();
    const events: SocketEvent[] = [];
    void (async () => {
      for await (const event of router.events) events.push(event);
    })();
    for (
      const wrong of [
        client(endpoint, ["chat"]),
        client(`${endpoint}/more`),
      ]
    ) await assert.rejects(wrong.open());
    await until(() => {
      const failed = events.filter(({ type }) => type === "accept:error");
      return failed.length >= 2;
    }, "both were refused");
  });

  it("sees a closed socket close in good order, and its own close is seen", async () => {
    const { router, endpoint } = await bound();
    const [ada, bob] = [client(endpoint), client(endpoint)];
    await Promise.all([ada.open(), bob.open()]);
    await until(() => router.peers.length === 2, "both came");
    ada.close();
    await until(() => router.peers.length === 1, "one went");
    await router.close({ linger: 1000 });
    assert.ok([1000, 1005].includes(await bob.closed), "closed in good order");
  });

  it("comes a hundred times at once", async () => {
    const { router, endpoint } = await bound();
    const crowd = Array.from({ length: 100 }, () => client(endpoint));
    await Promise.all(crowd.map((one, i) => one.open(toBytes(`client ${i}`))));
    for (const [i, one] of crowd.entries()) one.send(toBytes(`${i}`));
    for (let i = 0; i < 100; i++) {
      const [id, body] = await router.receive();
      assert.equal(texts([id!])[0], `client ${texts([body!])[0]}`);
      await router.send([id!, body!]);
    }
    for (const [i, one] of crowd.entries()) {
      assert.deepEqual(texts(await one.receive()), [`${i}`]);
    }
  });
});
