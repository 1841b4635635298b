// Pages against our own sockets over WebSockets, in Chromium.
// runtimes: node
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { Context, curveKeyPair, Pull, Push, Reply } from "../../mod.ts";
import { BrowserScene, skipUnlessChromium } from "../kit/chromium.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE } from "../kit/wait.ts";

/** The package, as the page has it. */
declare const isomq: typeof import("../../adapters/web/mod.ts");

const MESSAGES = 1000;
const TIMEOUT = { timeout: PATIENCE };

/** What a page needs to know to encrypt. */
interface Keys {
  readonly curveServerKey: string;
  readonly curvePublicKey: string;
  readonly curveSecretKey: string;
}

/** Sends messages of any size from a page, and gives the lengths of others. */
async function exchange(
  { from, to, count, keys }: {
    readonly from: string;
    readonly to: string;
    readonly count: number;
    readonly keys: Keys | undefined;
  },
): Promise<number[]> {
  const push = new isomq.Push(keys);
  const pull = new isomq.Pull(keys);
  push.connect(to);
  pull.connect(from);
  const lengths: number[] = [];
  const receiving = (async () => {
    while (lengths.length < count) {
      const [head, body] = await pull.receive();
      lengths.push(head![0] === body!.length % 251 ? body!.length : -1);
    }
  })();
  for (let i = 0; i < count; i++) {
    const length = i % 100 === 99 ? 70_000 + i : i;
    await push.send([Uint8Array.of(length % 251), new Uint8Array(length)]);
  }
  await receiving;
  await Promise.all([push.close(), pull.close()]);
  return lengths;
}

describe("in Chromium", { skip: skipUnlessChromium }, () => {
  const bag = new Bag();
  let scene: BrowserScene;
  before(async () => {
    scene = await BrowserScene.start();
  });
  afterEach(async () => {
    await scene.clear();
    await bag[Symbol.asyncDispose]();
  });
  after(() => scene.end());

  for (const mechanism of ["NULL", "CURVE"]) {
    it(`a page exchanges 1 000 messages each way under ${mechanism}`, async () => {
      const server = curveKeyPair();
      const client = curveKeyPair();
      const options = {
        webSocketOrigins: [scene.origin],
        ...mechanism === "CURVE" && {
          curveServer: true,
          curveSecretKey: server.secretKey,
        },
      };
      const keys = mechanism === "CURVE"
        ? {
          curveServerKey: server.publicKey,
          curvePublicKey: client.publicKey,
          curveSecretKey: client.secretKey,
        }
        : undefined;
      const push = bag.keep(new Push(options));
      const pull = bag.keep(new Pull(options));
      const from = await push.bind("ws://127.0.0.1:*/out");
      const to = await pull.bind("ws://127.0.0.1:*/in");
      const page = await scene.open();
      const lengths = page.evaluate(exchange, {
        from,
        to,
        count: MESSAGES,
        keys,
      });
      const expected = Array.from(
        { length: MESSAGES },
        (_, i) => i % 100 === 99 ? 70_000 + i : i,
      );
      const sending = (async () => {
        for (const length of expected) {
          await push.send([
            Uint8Array.of(length % 251),
            new Uint8Array(length),
          ]);
        }
      })();
      for (const length of expected) {
        const { message, peer } = await pull.receiveFrom(TIMEOUT);
        assert.equal(message[0]![0], length % 251);
        assert.equal(message[1]!.length, length);
        assert.equal(peer.mechanism, mechanism);
        assert.equal(peer.socketType, "PUSH");
      }
      await sending;
      assert.deepEqual(await lengths, expected);
      const asked = scene.asked.splice(0).includes("/isomq_curve.js");
      assert.equal(asked, mechanism === "CURVE", "loaded when it is needed");
    });
  }

  it("a page connects again when the server has started again", async () => {
    const context = new Context();
    const answer = async (endpoint: string): Promise<[Reply, string]> => {
      const reply = bag.keep(
        new Reply({ context, webSocketOrigins: [scene.origin] }),
      );
      const bound = await reply.bind(endpoint);
      void (async () => {
        for await (const message of reply) await reply.send(message);
      })();
      return [reply, bound];
    };
    const [first, endpoint] = await answer("ws://127.0.0.1:*/echo");
    const page = await scene.open();
    await page.evaluate(async (endpoint) => {
      globalThis.request = new isomq.Request({ relaxed: true, linger: 0 });
      globalThis.names = [];
      for (
        const name of ["handshake", "disconnect", "connect:retry"] as const
      ) {
        request.events.on(name, () => names.push(name));
      }
      request.connect(endpoint);
    }, endpoint);
    const ask = async (text: string): Promise<string> => {
      const [answer] = await request.request(text, {
        timeout: 500,
        retries: 10,
      });
      return new TextDecoder().decode(answer);
    };
    assert.equal(await page.evaluate(ask, "before"), "before");
    await first.close();
    await page.waitForFunction(() => names.includes("connect:retry"));
    await answer(endpoint);
    assert.equal(await page.evaluate(ask, "after"), "after");
    const names_ = await page.evaluate(() => names);
    assert.deepEqual(names_.slice(0, 3), [
      "handshake",
      "disconnect",
      "connect:retry",
    ]);
    assert.equal(names_.at(-1), "handshake");
    // What the browser itself says of each attempt in vain.
    const said = scene.complaints.splice(0);
    assert.deepEqual(
      said.filter((text) =>
        !/^WebSocket connection to 'ws:.* failed/.test(text)
      ),
      [],
    );
  });
});

/** What a page keeps from one call to the next. */
declare global {
  var request: import("../../mod.ts").Request;
  var names: string[];
}
