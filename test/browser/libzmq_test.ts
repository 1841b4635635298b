// thorough
// Pages against libzmq's ws server, in Chromium.
// runtimes: node
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { BrowserScene, skipUnlessChromium } from "../kit/chromium.ts";
import type { ForeignSocket } from "../kit/foreign.ts";
import { ZeromqJsPeer } from "../kit/zeromq_js_peer.ts";

/** The package, as the page has it. */
declare const isomq: typeof import("../../adapters/web/mod.ts");

const MESSAGES = 1000;
const text = new TextDecoder();

/** The next message. */
async function one(socket: ForeignSocket): Promise<Uint8Array[]> {
  return (await socket.receive(1))[0]!;
}

describe("in Chromium", { skip: skipUnlessChromium }, () => {
  let scene: BrowserScene;
  let libzmq: ZeromqJsPeer;
  const sockets: ForeignSocket[] = [];
  before(async () => {
    scene = await BrowserScene.start();
    libzmq = await ZeromqJsPeer.start({ name: "", password: "" });
  });
  afterEach(async () => {
    await scene.clear();
    for (const socket of sockets.splice(0)) await socket.close();
  });
  after(async () => {
    await scene.end();
    libzmq.end();
  });

  async function bound(type: string): Promise<[ForeignSocket, string]> {
    const socket = await libzmq.socket(type);
    sockets.push(socket);
    return [socket, await socket.bind("ws://127.0.0.1:*/place")];
  }

  it("a page exchanges 1 000 messages each way with libzmq", async () => {
    const [pull, to] = await bound("PULL");
    const [push, from] = await bound("PUSH");
    const page = await scene.open();
    const lengths = page.evaluate(async ({ from, to, count }) => {
      const push = new isomq.Push();
      const pull = new isomq.Pull();
      push.connect(to);
      pull.connect(from);
      const lengths: number[] = [];
      const receiving = (async () => {
        while (lengths.length < count) {
          lengths.push((await pull.receive())[1]!.length);
        }
      })();
      for (let i = 0; i < count; i++) {
        await push.send([`${i}`, new Uint8Array(i)]);
      }
      await receiving;
      await Promise.all([push.close(), pull.close()]);
      return lengths;
    }, { from, to, count: MESSAGES });
    const expected = Array.from({ length: MESSAGES }, (_, i) => i);
    const sending = (async () => {
      for (const i of expected) {
        await push.send([new Uint8Array(1), new Uint8Array(i)]);
      }
    })();
    for (const i of expected) {
      const [head, body] = await one(pull);
      assert.equal(text.decode(head), `${i}`);
      assert.equal(body!.length, i);
    }
    await sending;
    assert.deepEqual(await lengths, expected);
  });

  it("a page subscribes to libzmq's publisher", async () => {
    const [publisher, endpoint] = await bound("XPUB");
    const page = await scene.open();
    const received = page.evaluate(async (endpoint) => {
      const subscriber = new isomq.Subscriber();
      subscriber.subscribe("tea");
      subscriber.connect(endpoint);
      const [topic, price] = await subscriber.receive();
      await subscriber.close();
      const text = new TextDecoder();
      return [text.decode(topic), text.decode(price)];
    }, endpoint);
    const [subscription] = await one(publisher);
    assert.equal(text.decode(subscription), "\x01tea");
    const octets = new TextEncoder();
    await publisher.send([octets.encode("coffee"), octets.encode("1")]);
    await publisher.send([octets.encode("tea"), octets.encode("2.50")]);
    assert.deepEqual(await received, ["tea", "2.50"]);
  });

  it("a page asks libzmq, and answers it", async () => {
    const [reply, endpoint] = await bound("REP");
    const [request, asking] = await bound("REQ");
    const page = await scene.open();
    const answered = page.evaluate(async ({ endpoint, asking }) => {
      const request = new isomq.Request();
      request.connect(endpoint);
      const reply = new isomq.Reply();
      reply.connect(asking);
      const [question] = await reply.receive();
      const [answer] = await request.request(question!);
      await reply.send(answer!);
      await request.close();
      return new TextDecoder().decode(answer);
    }, { endpoint, asking });
    await request.send([new TextEncoder().encode("round")]);
    const [question] = await one(reply);
    await reply.send([question!]);
    assert.equal(await answered, "round");
    assert.equal(text.decode((await one(request))[0]), "round");
  });
});
