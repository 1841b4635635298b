// The runtime for browsers, with the WebSocket that other runtimes have too.
// Node 20 has it with a flag only: socket_web_node_test.ts.
//
// runtimes: deno, bun
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { webRuntime } from "../../adapters/web/runtime.ts";
import { Context, curveKeyPair, Pull, Push, Router } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE, within } from "../kit/wait.ts";

const TIMEOUT = { timeout: PATIENCE };

describe("webRuntime()", () => {
  const context = new Context({ runtime: webRuntime() });
  let bag = new Bag();
  afterEach(async () => {
    await bag[Symbol.asyncDispose]();
    bag = new Bag();
  });

  const server = curveKeyPair();
  const client = curveKeyPair();
  const sides = {
    NULL: [{}, {}],
    PLAIN: [{ plainServer: true }, {
      plainUsername: "ada",
      plainPassword: "1",
    }],
    CURVE: [
      { curveServer: true, curveSecretKey: server.secretKey },
      {
        curveServerKey: server.publicKey,
        curvePublicKey: client.publicKey,
        curveSecretKey: client.secretKey,
      },
    ],
  } as const;

  for (const [mechanism, [serving, asking]] of Object.entries(sides)) {
    it(`connects under ${mechanism}, with the types of the sockets checked`, async () => {
      const letting = new Context({
        authenticate: () => ({ statusCode: "200" }),
      });
      const pull = bag.keep(new Pull({ ...serving, context: letting }));
      const endpoint = await pull.bind("ws://127.0.0.1:*/in");
      const push = bag.keep(new Push({ ...asking, context }));
      push.connect(endpoint);
      await push.send(["hello", new Uint8Array(100_000)]);
      const { message, peer } = await pull.receiveFrom(TIMEOUT);
      assert.deepEqual(message.map(({ length }) => length), [5, 100_000]);
      assert.equal(peer.mechanism, mechanism);
      assert.equal(peer.socketType, "PUSH");

      const router = bag.keep(new Router({ ...asking, context }));
      const refused = pull.events.once("handshake:error:protocol");
      router.connect(endpoint);
      await within(refused, "a refusal");
    });
  }

  const waits = async (): Promise<void> => {
    const push = bag.keep(new Push({ sendHighWaterMark: 10 }));
    const endpoint = await push.bind("ws://127.0.0.1:*/out");
    const pull = bag.keep(
      new Pull({ context, receiveHighWaterMark: 1, maxQueuedBytes: 100_000 }),
    );
    pull.connect(endpoint);
    const body = new Uint8Array(500_000);
    let count = 0;
    const send = async (): Promise<void> => {
      for (; count < 1000; count++) await push.send(body, { timeout: 500 });
    };
    await assert.rejects(send(), { code: "EAGAIN" });
    assert.ok(count >= 10 && count < 200, `${count} messages were taken`);
    for (let i = 0; i < count; i++) {
      assert.equal((await pull.receive(TIMEOUT))[0]!.length, body.length);
    }
    await push.send("all is well");
    assert.equal(text((await pull.receive(TIMEOUT))[0]), "all is well");
  };

  const drops = async (): Promise<void> => {
    const push = bag.keep(new Push({ sendHighWaterMark: 100_000 }));
    const endpoint = await push.bind("ws://127.0.0.1:*/out");
    const pull = bag.keep(
      new Pull({
        context,
        receiveHighWaterMark: 1,
        maxQueuedBytes: 100_000,
        reconnectInterval: 10,
      }),
    );
    const lost = pull.events.once("disconnect");
    pull.connect(endpoint);
    for (let i = 0; i < 100; i++) await push.send(new Uint8Array(10_000));
    const { error } = await within(lost, "a lost connection");
    assert.equal(error?.code, "EAGAIN");
    assert.match(error!.message, /wait to be received.*limit is 100000/);
    const again = pull.events.once("handshake");
    const reading = (async () => {
      for await (const [part] of pull) if (part!.length === 1) break;
    })();
    await within(again, "another connection");
    await push.send(new Uint8Array(1));
    await within(reading, "the last message");
  };

  // Bun's WebSocket can be paused, as that of no other platform.
  if ("pause" in WebSocket.prototype) {
    it("makes a peer wait for a slow reader", waits);
  } else {
    it(
      "drops a connection that holds more than maxQueuedBytes, and connects again",
      drops,
    );
  }

  it("is refused as ECONNREFUSED, whatever the reason", async () => {
    const pull = bag.keep(new Pull());
    const endpoint = await pull.bind("ws://127.0.0.1:*/in");
    const push = bag.keep(new Push({ context }));
    const closed = push.events.once("close");
    push.connect(`${endpoint}/elsewhere`);
    const { error } = await within(closed, "a refusal");
    assert.equal(error?.code, "ECONNREFUSED");
    assert.ok(error!.cause instanceof Error);
  });
});
