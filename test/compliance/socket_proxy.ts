// The proxy: forwarding both ways, capture, pause, counts, the end.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Dealer,
  poll,
  proxy,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import type { Scheme } from "../kit/places.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { pause, until, within } from "../kit/wait.ts";

/** PUSH → proxy → PULL. */
async function streamer(stage: Stage, capture?: Push) {
  const front = stage.make(Pull);
  const back = stage.make(Push);
  const push = stage.make(Push);
  const pull = stage.make(Pull);
  await stage.join(front, push);
  await stage.join(back, pull);
  const handle = capture === undefined
    ? proxy(front, back)
    : proxy(front, back, { capture });
  return { front, back, push, pull, handle };
}

/** Registers the tests. */
export function testProxy(scheme: Scheme): void {
  describe("the proxy", () => {
    it("forwards requests and replies", async () => {
      await using stage = new Stage(scheme);
      const front = stage.make(Router);
      const back = stage.make(Dealer);
      const request = stage.make(Request);
      const reply = stage.make(Reply);
      await stage.join(front, request);
      await stage.join(back, reply);
      const handle = proxy(front, back);
      for (let i = 0; i < 10; i++) {
        await request.send(["question", `${i}`], TIMEOUT);
        assert.deepEqual(await nextTexts(reply), ["question", `${i}`]);
        await reply.send(["answer", `${i}`], TIMEOUT);
        assert.deepEqual(await nextTexts(request), ["answer", `${i}`]);
      }
      const { front: f, back: b } = handle.statistics();
      assert.equal(f.received.messages, 10);
      assert.equal(b.sent.messages, 10);
      assert.equal(b.received.messages, 10);
      assert.equal(f.sent.messages, 10);
      assert.equal(f.received.bytes, b.sent.bytes);
      handle.terminate();
      await within(handle.done, "the end");
      assert.equal(front.closed || back.closed, false);
    });

    it("forwards subscriptions up and publications down", async () => {
      await using stage = new Stage(scheme);
      const front = stage.make(XSubscriber);
      const back = stage.make(XPublisher);
      const publisher = stage.make(Publisher);
      const subscriber = stage.make(Subscriber);
      subscriber.subscribe("a");
      await stage.join(front, publisher);
      await stage.join(back, subscriber);
      const handle = proxy(front, back);
      await until(() => publisher.topicsCount === 1, "the subscription came");
      await publisher.send(["b", "no"]);
      await publisher.send(["a", "yes"]);
      assert.deepEqual(await nextTexts(subscriber), ["a", "yes"]);
      handle.terminate();
      await within(handle.done, "the end");
    });

    it("gives a copy of everything to capture", async () => {
      await using stage = new Stage(scheme);
      const capture = stage.make(Push);
      const tap = stage.make(Pull);
      await stage.join(tap, capture);
      await until(() => capture.peers.length === 1, "the tap is there");
      const { push, pull, handle } = await streamer(stage, capture);
      await push.send(["a", "b"], TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["a", "b"]);
      assert.deepEqual(await nextTexts(tap), ["a", "b"]);
      handle.terminate();
      await within(handle.done, "the end");
    });

    it("pause() stops forwarding, resume() goes on, nothing is lost", async () => {
      await using stage = new Stage(scheme);
      const { push, pull, handle } = await streamer(stage);
      await push.send("0", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["0"]);
      handle.pause();
      // One message may be on its way already.
      for (let i = 1; i <= 5; i++) await push.send(`${i}`, TIMEOUT);
      await pause(30);
      const { sent } = handle.statistics().back;
      assert.ok(sent.messages <= 2, `${sent.messages} were forwarded`);
      handle.resume();
      for (let i = 1; i <= 5; i++) {
        assert.deepEqual(await nextTexts(pull), [`${i}`]);
      }
      handle.terminate();
      await within(handle.done, "the end");
    });

    it("terminate() ends it, and a message that comes later stays", async () => {
      await using stage = new Stage(scheme);
      const { front, push, handle } = await streamer(stage);
      handle.terminate();
      await within(handle.done, "the end");
      await push.send("mine", TIMEOUT);
      assert.deepEqual(await nextTexts(front), ["mine"]);
    });

    it("a signal ends it, and so does a closed socket", async () => {
      await using stage = new Stage(scheme);
      const stop = new AbortController();
      const front = stage.make(Pull);
      const back = stage.make(Push);
      const handle = proxy(front, back, { signal: stop.signal });
      stop.abort();
      await within(handle.done, "the end");
      const again = proxy(front, back);
      await front.close();
      await assert.rejects(within(again.done, "the end"), { code: "EBADF" });
    });

    it("of one socket is an echo", async () => {
      await using stage = new Stage(scheme);
      const reply = stage.make(Reply);
      const request = stage.make(Request);
      await stage.join(reply, request);
      const handle = proxy(reply, reply);
      for (let i = 0; i < 3; i++) {
        const answer = await request.request(`${i}`, TIMEOUT);
        assert.deepEqual(texts(answer), [`${i}`]);
      }
      handle.terminate();
      await within(handle.done, "the end");
    });

    it("does not read what the other side has no room for", async () => {
      await using stage = new Stage(scheme);
      const front = stage.make(Pull, { receiveHighWaterMark: 5 });
      const back = stage.make(Push, { sendHighWaterMark: 5 });
      const push = stage.make(Push, { sendHighWaterMark: 5 });
      await stage.join(front, push);
      const handle = proxy(front, back);
      const frame = new Uint8Array(100_000);
      let sent = 0;
      while (sent < 5000) {
        try {
          await push.send(frame, { timeout: 100 });
          sent++;
        } catch {
          break;
        }
      }
      assert.ok(sent < 1000, `${sent} messages went nowhere`);
      const pull = stage.make(Pull);
      await stage.join(pull, back);
      for (let i = 0; i < sent; i++) await pull.receive(TIMEOUT);
      handle.terminate();
      await within(handle.done, "the end");
    });
  });

  describe("poll()", () => {
    it("takes from the socket that has a message, and from no other", async () => {
      await using stage = new Stage(scheme);
      const pulls = [stage.make(Pull), stage.make(Pull)];
      const pushes: Push[] = [];
      for (const pull of pulls) {
        const push = stage.make(Push);
        await stage.join(pull, push);
        pushes.push(push);
      }
      const waiting = poll(pulls, TIMEOUT);
      await pushes[1]!.send("1");
      const { socket, message } = await waiting;
      assert.equal(socket, pulls[1]);
      assert.deepEqual(texts(message), ["1"]);
      await pushes[0]!.send("2");
      assert.deepEqual(await nextTexts(pulls[0]!), ["2"]);
      await assert.rejects(poll(pulls, { timeout: 10 }), { code: "EAGAIN" });
      await assert.rejects(poll(pulls, { signal: AbortSignal.abort() }), {
        name: "AbortError",
      });
    });
  });
}
