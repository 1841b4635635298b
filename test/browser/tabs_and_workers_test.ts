// thorough
// Sockets of tabs and workers with each other, in Chromium.
// runtimes: node
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { BrowserScene, skipUnlessChromium } from "../kit/chromium.ts";

/** The package, as the page has it. */
declare const isomq: typeof import("../../adapters/web/mod.ts");

/** What a page keeps from one call to the next. */
declare global {
  var pull: import("../../mod.ts").Pull;
  var gone: Promise<unknown>;
}

const MESSAGES = 1000;

const WORKER = `
  import { messagePort, Pull, Push } from "/isomq.js";
  const transport = messagePort(self);
  const pull = new Pull();
  await pull.bind("port://questions", { transport });
  const push = new Push();
  push.connect("port://answers", { transport });
  for await (const message of pull) await push.send(message);
`;

describe("in Chromium", { skip: skipUnlessChromium }, () => {
  let scene: BrowserScene;
  before(async () => {
    scene = await BrowserScene.start((path) =>
      path === "/worker.js" ? WORKER : undefined
    );
  });
  afterEach(() => scene.clear());
  after(() => scene.end());

  it("a tab and its worker exchange 1 000 messages over port://", async () => {
    const page = await scene.open();
    const answers = await page.evaluate(async (count) => {
      const { messagePort, Pull, Push } = isomq;
      const worker = new Worker("/worker.js", { type: "module" });
      const transport = messagePort(worker);
      const pull = new Pull();
      await pull.bind("port://answers", { transport });
      const push = new Push();
      push.connect("port://questions", { transport });
      const received: string[] = [];
      const receiving = (async () => {
        for await (const [text] of pull) {
          received.push(new TextDecoder().decode(text));
          if (received.length === count) break;
        }
      })();
      for (let i = 0; i < count; i++) await push.send(`message ${i}`);
      await receiving;
      await Promise.all([push.close(), pull.close()]);
      worker.terminate();
      return received;
    }, MESSAGES);
    assert.deepEqual(
      answers,
      Array.from({ length: MESSAGES }, (_, i) => `message ${i}`),
    );
  });

  it("two tabs exchange 1 000 messages over broadcast://", async () => {
    const one = await scene.open();
    const other = await scene.open("/", one);
    const answering = one.evaluate(async (count) => {
      const { Reply } = isomq;
      const reply = new Reply();
      await reply.bind("broadcast://echo");
      for (let i = 0; i < count; i++) await reply.send(await reply.receive());
      await reply.close();
    }, MESSAGES);
    const total = await other.evaluate(async (count) => {
      const { Request } = isomq;
      const request = new Request();
      request.connect("broadcast://echo");
      let total = 0;
      for (let i = 0; i < count; i++) {
        const [answer] = await request.request(new Uint8Array(i));
        total += answer!.length;
      }
      await request.close();
      return total;
    }, MESSAGES);
    await answering;
    assert.equal(total, MESSAGES * (MESSAGES - 1) / 2);
  });

  it("a name of broadcast:// is one tab's", async () => {
    const one = await scene.open();
    const other = await scene.open("/", one);
    const bind = async (): Promise<string> => {
      const { Pull, ZmqError } = isomq;
      try {
        return await new Pull().bind("broadcast://mine");
      } catch (error) {
        return error instanceof ZmqError ? error.code : String(error);
      }
    };
    const mine = "broadcast://mine";
    assert.equal(await one.evaluate(bind), mine);
    assert.equal(await other.evaluate(bind), "EADDRINUSE");
    await one.close();
    // The browser may take a moment.
    for (let i = 0; i < 50 && await other.evaluate(bind) !== mine; i++);
    assert.equal(await other.evaluate(bind), "EADDRINUSE", "now it is ours");
  });

  it("a tab that is closed is found out, and another takes over", async () => {
    const listener = await scene.open();
    await listener.evaluate(async () => {
      globalThis.pull = new isomq.Pull();
      globalThis.gone = pull.events.once("disconnect");
      await pull.bind("broadcast://names");
    });
    const send = async (name: string): Promise<void> => {
      const push = new isomq.Push();
      push.connect("broadcast://names");
      await push.send(name);
    };
    const receive = async (): Promise<string> =>
      new TextDecoder().decode((await pull.receive())[0]);
    const first = await scene.open("/", listener);
    await first.evaluate(send, "first");
    assert.equal(await listener.evaluate(receive), "first");
    await first.close();
    await listener.evaluate(async () => void await gone);
    const second = await scene.open("/", listener);
    await second.evaluate(send, "second");
    assert.equal(await listener.evaluate(receive), "second");
  });
});
