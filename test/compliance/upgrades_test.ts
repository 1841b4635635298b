// Sockets on an HTTP server of the program: `node:http` on every runtime, and
// `Deno.serve` and `Bun.serve` where they are. The server goes on with plain
// HTTP on the same port.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, afterEach, before, describe, it } from "node:test";
import { Dealer, Router, type Socket, WebSocketUpgrades } from "../../mod.ts";
import { concat, fromHex, fromKey } from "../../src/base/bytes.ts";
import { RawPeer } from "../hostile/raw_peer.ts";
import { request as openingRequest } from "../hostile/web_socket_words.ts";
import { texts } from "../kit/messages.ts";
import { openSockets, runtimeName } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { until, within } from "../kit/wait.ts";
import { httpServers, type ServerWithSockets } from "../kit/http_servers.ts";

const SERVICE_TIME = 5000;

/** Asks by HTTP; resolves with the status and the body. */
function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: "127.0.0.1", port, path, headers, agent: false },
      (response) => {
        let text = "";
        response.on("data", (chunk) => text += chunk);
        response.on(
          "end",
          () => resolve({ status: response.statusCode!, text }),
        );
      },
    );
    asking.on("upgrade", (_, socket) => {
      socket.destroy();
      resolve({ status: 101, text: "" });
    });
    asking.on("error", reject);
    asking.end();
  });
}

const UPGRADE = {
  "Connection": "Upgrade",
  "Upgrade": "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
  "Sec-WebSocket-Protocol": "ZWS2.0",
} as const;

for (const [name, serve, isNative] of httpServers) {
  // Deno gives what arrives, and cannot be told to wait.
  const canHoldBack = !isNative || runtimeName === "bun";

  describe(`WebSocketUpgrades on ${name}`, () => {
    let bag: Bag;
    let upgrades: WebSocketUpgrades;
    let server: ServerWithSockets;
    let socketsBefore = 0;
    before(() => {
      socketsBefore = openSockets();
    });
    afterEach(async () => {
      await bag[Symbol.asyncDispose]();
      await server.close();
    });
    after(() => until(() => openSockets() <= socketsBefore, "all is closed"));

    async function open(...sockets: [Socket, path: string][]): Promise<void> {
      bag = new Bag();
      upgrades = new WebSocketUpgrades();
      for (const [socket, path] of sockets) {
        const endpoint = `ws://upgrade${path}`;
        bag.keep(socket);
        const bound = await socket.bind(endpoint, { transport: upgrades });
        assert.equal(bound, endpoint);
      }
      server = await serve(upgrades);
    }

    const url = (path: string): string =>
      `ws://127.0.0.1:${server.port}${path}`;

    function dealer(path: string): Dealer {
      const made = bag.keep(new Dealer({ linger: 0, reconnectInterval: 20 }));
      made.connect(url(path));
      return made;
    }

    async function exchange(from: Dealer, to: Router): Promise<void> {
      const talk = async (): Promise<void> => {
        await from.send("question");
        const [id, ...parts] = await to.receive();
        assert.deepEqual(texts(parts), ["question"]);
        await to.send([id!, "answer"]);
        assert.deepEqual(texts(await from.receive()), ["answer"]);
      };
      await within(talk(), "an exchange", SERVICE_TIME);
    }

    it("serves sockets by their paths, and plain HTTP beside them", async () => {
      const [one, two] = [new Router(), new Router()];
      await open([one, "/one"], [two, "/two"]);
      assert.ok(upgrades.serves("/one"));
      assert.ok(upgrades.serves("http://127.0.0.1/two?a=b"));
      assert.ok(!upgrades.serves("/three"));
      await exchange(dealer("/one"), one);
      await exchange(dealer("/two?a=b"), two);
      assert.equal(one.peers.length, 1);
      for (const path of ["/", "/one", "/three"]) {
        const { status, text } = await ask(server.port, path);
        assert.deepEqual([status, text], [200, "hello"]);
      }
      const [peer] = one.peers;
      assert.match(peer!.address, /^ws:\/\/127\.0\.0\.1:\d+$/);
    });

    it("carries 10 000 messages, and long ones, in order", async () => {
      const router = new Router();
      await open([router, "/"]);
      const client = dealer("/");
      const sending = (async () => {
        for (let i = 0; i < 10_000; i++) await client.send(`${i}`);
        await client.send(new Uint8Array(3_000_000).fill(7));
      })();
      for (let i = 0; i < 10_000; i++) {
        const [id, body] = await router.receive();
        if (i % 100 === 0) await router.send([id!, body!]);
        assert.equal(texts([body!])[0], `${i}`);
      }
      await sending;
      const [id, long] = await router.receive();
      assert.equal(long!.length, 3_000_000);
      await router.send([id!, long!]);
      for (let i = 0; i < 100; i++) {
        assert.equal(texts(await client.receive())[0], `${i * 100}`);
      }
      assert.deepEqual((await client.receive())[0], long);
    });

    it("hears a client that sends its first frames at once", async () => {
      const router = new Router();
      await open([router, "/a"]);
      const peer = await RawPeer.connectTo(`tcp://127.0.0.1:${server.port}`);
      // ZWS2.0: an empty identity, then a message; masked with zeros.
      peer.say(concat([
        fromKey(openingRequest({ "Sec-WebSocket-Protocol": "ZWS2.0" })),
        fromHex("82810000000000" + "8286000000000068656c6c6f"),
      ]));
      const [, ...parts] = await within(
        router.receive(),
        "the message",
        SERVICE_TIME,
      );
      assert.deepEqual(texts(parts), ["hello"]);
      peer.close();
    });

    it("makes a sender wait for a slow reader", async () => {
      const router = new Router({
        sendHighWaterMark: 10,
        mandatory: true,
        sendTimeout: 200,
      });
      await open([router, "/slow"]);
      const slow = bag.keep(
        new Dealer({ linger: 0, routingId: "slow", receiveHighWaterMark: 10 }),
      );
      slow.connect(url("/slow"));
      await until(() => router.peers.length === 1, "it came");
      const body = new Uint8Array(500_000);
      let count = 0;
      const send = async (): Promise<void> => {
        for (; count < 1000; count++) await router.send(["slow", body]);
      };
      await assert.rejects(send(), { code: "EAGAIN" });
      assert.ok(count >= 10, `${count} messages were taken`);
      for (let i = 0; i < count; i++) {
        assert.equal((await slow.receive())[0]!.length, body.length);
      }
    });

    it(
      canHoldBack
        ? "makes a client wait for a slow reader of ours"
        : "drops a client that does not wait for a slow reader of ours",
      async () => {
        const router = new Router({
          receiveHighWaterMark: 10,
          maxQueuedBytes: 1_000_000,
        });
        await open([router, "/slow"]);
        const lost = router.events.once("disconnect");
        const client = bag.keep(
          new Dealer({
            linger: 0,
            reconnectInterval: 60_000,
            sendHighWaterMark: 10,
            sendTimeout: 500,
          }),
        );
        client.connect(url("/slow"));
        const body = new Uint8Array(500_000);
        let count = 0;
        const send = async (): Promise<void> => {
          for (; count < 1000; count++) await client.send(body);
        };
        if (!canHoldBack) {
          const sending = send().catch(() => {});
          const { error } = await within(lost, "the drop", SERVICE_TIME);
          assert.equal(error!.code, "EAGAIN", error!.message);
          await client.close({ linger: 0 });
          return await sending;
        }
        await assert.rejects(send(), { code: "EAGAIN" });
        assert.ok(count >= 20 && count < 200, `${count} messages were taken`);
        for (let i = 0; i < count; i++) {
          const receiving = router.receive();
          const [, got] = await within(receiving, "the next", SERVICE_TIME);
          assert.equal(got!.length, body.length);
        }
        await exchange(client, router);
      },
    );

    it("lets go of a client that has to wait", async () => {
      const router = new Router({ receiveHighWaterMark: 1 });
      await open([router, "/slow"]);
      const client = dealer("/slow");
      for (let i = 0; i < 5; i++) await client.send("a");
      await until(() => router.stats.received.messages > 0, "it came");
      const gone = client.events.once("disconnect");
      await router.close({ linger: 0 });
      await within(gone, "the end", SERVICE_TIME);
    });

    it("refuses what is no request for a socket", async () => {
      await open([new Router(), "/one"]);
      const statusOf = async (
        change: Record<string, string>,
        path = "/one",
      ): Promise<number> =>
        (await ask(server.port, path, { ...UPGRADE, ...change })).status;
      assert.equal(await statusOf({}), 101);
      assert.equal(await statusOf({ "Sec-WebSocket-Version": "8" }), 426);
      assert.equal(await statusOf({ "Sec-WebSocket-Key": "AAAA" }), 400);
      assert.equal(await statusOf({ "Sec-WebSocket-Protocol": "chat" }), 400);
      assert.equal(await statusOf({ Origin: "http://evil.example" }), 403);
      assert.equal(await statusOf({ Origin: "http://127.0.0.1" }), 101);
      // What is not for a socket is the program's own.
      assert.equal(await statusOf({}, "/two"), isNative ? 200 : 404);
    });

    it("refuses addresses that tcpAcceptFilter has not", async () => {
      await open([new Router({ tcpAcceptFilter: "203.0.113.0/24" }), "/"]);
      assert.equal((await ask(server.port, "/", UPGRADE)).status, 403);
    });

    it("frees the path when it is unbound, and keeps the connections", async () => {
      const router = new Router();
      await open([router, "/one"]);
      await assert.rejects(
        bag.keep(new Router()).bind("ws://other/one", { transport: upgrades }),
        { code: "EADDRINUSE" },
      );
      await exchange(dealer("/one"), router);
      const second = bag.keep(new Router());
      const [peer] = router.peers;
      assert.ok(peer !== undefined);
      await router.close();
      await second.bind("ws://upgrade/one", { transport: upgrades });
      await exchange(dealer("/one"), second);
    });

    it("lets a client come back after it was lost", async () => {
      const router = new Router();
      await open([router, "/"]);
      const client = dealer("/");
      await exchange(client, router);
      await router.close();
      const again = bag.keep(new Router());
      await again.bind("ws://upgrade/", { transport: upgrades });
      await exchange(client, again);
    });
  });
}

describe("WebSocketUpgrades", () => {
  it("does not connect: ENOTSUP", async () => {
    await using bag = new Bag();
    const transport = new WebSocketUpgrades();
    const client = bag.keep(new Dealer());
    assert.throws(() => client.connect("ws://upgrade/", { transport }), {
      code: "ENOTSUP",
    });
  });

  it("refuses malformed endpoints: EINVAL", async () => {
    await using bag = new Bag();
    const transport = new WebSocketUpgrades();
    const server = bag.keep(new Router());
    for (const address of ["/a", "up grade/a", "upgrade/a?b", "upgrade/ä"]) {
      await assert.rejects(server.bind(`ws://${address}`, { transport }), {
        code: "EINVAL",
      });
    }
  });

  it("is of the scheme wss where the server has TLS", async () => {
    await using bag = new Bag();
    const transport = new WebSocketUpgrades({ secure: true });
    const server = bag.keep(new Router());
    assert.equal(
      await server.bind("wss://upgrade/a", { transport }),
      "wss://upgrade/a",
    );
  });
});
