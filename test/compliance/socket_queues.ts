// Queues: high water marks, linger, conflate, immediate.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Dealer,
  Publisher,
  Pull,
  Push,
  type Socket,
  Subscriber,
} from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import type { Scheme } from "../kit/places.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { PATIENCE, pause, until, within } from "../kit/wait.ts";

/** Sends numbers until the socket would have to wait; says how many. */
function fill(push: Push, limit: number): number {
  let count = 0;
  while (count < limit && push.trySend(`${count}`)) count++;
  return count;
}

/** Whether the promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  await pause(20);
  return settled;
}

/** Registers the tests. */
export function testQueues(scheme: Scheme): void {
  describe("queues", () => {
    it("sendHighWaterMark is how many messages wait for a peer that is not there", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendHighWaterMark: 5 });
      push.connect(await stage.nowhere(Pull));
      assert.equal(fill(push, 100), 5);
      assert.equal(push.stats.queued.outgoing, 5);
      push.connect(await stage.nowhere(Pull));
      assert.equal(fill(push, 100), 5);
    });

    it("send() waits at the high water mark until there is room", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendHighWaterMark: 5 });
      const endpoint = await stage.nowhere(Pull);
      push.connect(endpoint);
      assert.equal(fill(push, 100), 5);
      const waiting = push.send("5");
      assert.equal(await isSettled(waiting), false);
      const pull = stage.make(Pull);
      await pull.bind(endpoint);
      await within(waiting, "room");
      for (let i = 0; i < 6; i++) {
        assert.deepEqual(await nextTexts(pull), [`${i}`]);
      }
    });

    it("a receiver that does not receive stops the sender in the end", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendHighWaterMark: 10 });
      const pull = stage.make(Pull, { receiveHighWaterMark: 10 });
      await stage.join(pull, push);
      const frame = new Uint8Array(100_000);
      let sent = 0;
      while (sent < 10_000) {
        try {
          await push.send(frame, { timeout: 200 });
          sent++;
        } catch (error) {
          assert.equal((error as { code?: string }).code, "EAGAIN");
          break;
        }
      }
      assert.ok(sent >= 10 && sent < 1000, `${sent} messages`);
      assert.ok(pull.stats.queued.incoming <= 20);
      for (let i = 0; i < sent; i++) await pull.receive(TIMEOUT);
      await push.send("again", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["again"]);
    });

    if (Stage.holdsBack) {
      it("maxQueuedBytes bounds what waits to be received", async () => {
        await using stage = new Stage(scheme);
        const maxQueuedBytes = 1_000_000;
        const push = stage.make(Push, { maxQueuedBytes, sendHighWaterMark: 0 });
        const pull = stage.make(Pull, {
          maxQueuedBytes,
          receiveHighWaterMark: 0,
        });
        await stage.join(pull, push);
        const frame = new Uint8Array(100_000);
        const total = 400;
        const sending = (async () => {
          for (let i = 0; i < total; i++) await push.send([`${i}`, frame]);
        })();
        sending.catch(() => {});
        await until(() => pull.stats.queued.incoming >= 10, "it is full");
        assert.equal(await isSettled(sending), false);
        // Inproc has the one queue for both.
        const most = scheme === "inproc" ? 20 : 10;
        assert.equal(pull.stats.queued.incoming, most);
        for (let i = 0; i < total; i++) {
          assert.equal((await nextTexts(pull))[0], `${i}`);
        }
        await within(sending, "the rest");
      });
    }

    it("a high water mark of 0 is no limit", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendHighWaterMark: 0 });
      push.connect(await stage.nowhere(Pull));
      assert.equal(fill(push, 5000), 5000);
    });

    it("sendHighWaterMark can be changed on a live socket", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendHighWaterMark: 2 });
      push.connect(await stage.nowhere(Pull));
      assert.equal(fill(push, 100), 2);
      push.sendHighWaterMark = 4;
      assert.equal(fill(push, 100), 2);
      push.sendHighWaterMark = 3;
      assert.equal(fill(push, 100), 0);
      assert.equal(push.stats.queued.outgoing, 4);
    });

    it("a slow subscriber loses messages, a publisher never waits", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(Publisher, { sendHighWaterMark: 10 });
      const subscriber = stage.make(Subscriber, { receiveHighWaterMark: 10 });
      subscriber.subscribe();
      await stage.join(publisher, subscriber);
      while (subscriber.tryReceive() === undefined) {
        await publisher.send("sync");
        await pause(1);
      }
      const frame = new Uint8Array(100_000);
      for (let i = 0; i < 500; i++) {
        await within(publisher.send(frame), "a publisher that never waits");
      }
      await until(() => publisher.stats.dropped > 0, "messages are dropped");
    });

    it("noDrop makes the publisher wait instead", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(Publisher, {
        sendHighWaterMark: 5,
        noDrop: true,
      });
      const subscriber = stage.make(Subscriber, { receiveHighWaterMark: 5 });
      subscriber.subscribe("n", "sync");
      await stage.join(publisher, subscriber);
      while (subscriber.tryReceive() === undefined) {
        await publisher.send("sync");
        await pause(1);
      }
      const total = 300;
      const sending = (async () => {
        const frame = new Uint8Array(20_000);
        for (let i = 0; i < total; i++) {
          await publisher.send(["n", `${i}`, frame], TIMEOUT);
        }
      })();
      for (let i = 0; i < total;) {
        const message = texts(await subscriber.receive(TIMEOUT));
        if (message[0] === "sync") continue;
        assert.equal(message[1], `${i++}`);
      }
      await sending;
      assert.equal(publisher.stats.dropped, 0);
    });

    it("conflate keeps only the newest message", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push);
      const pull = stage.make(Pull, { conflate: true });
      await stage.join(pull, push);
      for (let i = 0; i < 20; i++) await push.send(`${i}`);
      const end = Date.now() + PATIENCE;
      let last: string[] = [];
      while (last[0] !== "19" && Date.now() < end) {
        // Whatever came before the newest one is gone.
        await pause(20);
        last = await nextTexts(pull);
      }
      assert.deepEqual(last, ["19"]);
      assert.equal(pull.tryReceive(), undefined);
    });

    it("conflate on a sender keeps only the newest message", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { conflate: true });
      const endpoint = await stage.nowhere(Pull);
      push.connect(endpoint);
      for (let i = 0; i < 20; i++) assert.equal(push.trySend(`${i}`), true);
      const pull = stage.make(Pull);
      await pull.bind(endpoint);
      assert.deepEqual(await nextTexts(pull), ["19"]);
    });

    it("linger 0 drops what is unsent at once", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { linger: 0 });
      const endpoint = await stage.nowhere(Pull);
      push.connect(endpoint);
      await push.send("never");
      await within(push.close(), "the close", 1000);
      const pull = stage.make(Pull);
      await pull.bind(endpoint);
      await assert.rejects(pull.receive({ timeout: 60 }), { code: "EAGAIN" });
    });

    it("close() delivers everything that was sent", async () => {
      for (const binder of ["sender", "receiver"]) {
        await using stage = new Stage(scheme);
        const push = stage.make(Push);
        const pull = stage.make(Pull);
        const pair: [Socket, Socket] = binder === "sender"
          ? [push, pull]
          : [pull, push];
        await stage.join(...pair);
        const frame = new Uint8Array(10_000);
        for (let i = 0; i < 500; i++) {
          await push.send([`${i}`, frame], TIMEOUT);
        }
        const closed = push.close();
        for (let i = 0; i < 500; i++) {
          assert.equal((await nextTexts(pull))[0], `${i}`);
        }
        await within(closed, "the close");
      }
    });

    it("linger -1 waits for a peer as long as it takes", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push);
      const endpoint = await stage.nowhere(Pull);
      push.connect(endpoint);
      await push.send("patience");
      const closed = push.close();
      assert.equal(await isSettled(closed), false);
      const pull = stage.make(Pull);
      await pull.bind(endpoint);
      assert.deepEqual(await nextTexts(pull), ["patience"]);
      await within(closed, "the close");
    });

    it("linger of milliseconds gives up after them", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { linger: 60 });
      push.connect(await stage.nowhere(Pull));
      await push.send("never");
      const started = performance.now();
      await within(push.close(), "the close", 3000);
      const took = performance.now() - started;
      assert.ok(took >= 55, `${took} ms`);
    });

    it("disconnect() takes the linger of the socket", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { linger: 0 });
      const endpoint = await stage.nowhere(Pull);
      push.connect(endpoint);
      await push.send("never");
      await within(push.disconnect(endpoint), "the end", 1000);
      assert.equal(push.trySend("nobody"), false);
    });

    it("disconnect() takes no more messages, and sends what is queued", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push);
      const endpoint = await stage.nowhere(Pull);
      push.connect(endpoint);
      await push.send("before");
      const disconnected = push.disconnect(endpoint);
      assert.equal(push.trySend("after"), false);
      const pull = stage.make(Pull);
      await pull.bind(endpoint);
      assert.deepEqual(await nextTexts(pull), ["before"]);
      await within(disconnected, "the end");
      assert.equal(push.trySend("nobody"), false);
    });

    if (scheme !== "inproc") {
      if (Stage.holdsBack) {
        it("unbind() takes no more messages, and sends what is queued", async () => {
          await using stage = new Stage(scheme);
          const push = stage.make(Push, { sendHighWaterMark: 10 });
          const pull = stage.make(Pull, {
            receiveHighWaterMark: 1,
            reconnectInterval: -1,
          });
          const endpoint = await stage.join(push, pull);
          const frame = new Uint8Array(1_000_000);
          let sent = 0;
          try {
            for (; sent < 1000; sent++) {
              await push.send(frame, { timeout: 200 });
            }
          } catch (error) {
            assert.equal((error as { code?: string }).code, "EAGAIN");
          }
          const unbound = push.unbind(endpoint);
          for (let i = 0; i < sent; i++) {
            await pull.receive(TIMEOUT);
            assert.equal(push.trySend("after"), false);
          }
          await within(unbound, "the end");
          assert.equal(pull.tryReceive(), undefined);
        });
      }

      it("immediate sends only to peers that are there", async () => {
        await using stage = new Stage(scheme);
        const push = stage.make(Push, { immediate: true });
        const nowhere = await stage.nowhere(Pull);
        push.connect(nowhere);
        assert.equal(push.trySend("nobody"), false);
        const pull = stage.make(Pull);
        await stage.join(pull, push);
        for (let i = 0; i < 10; i++) await push.send(`${i}`, TIMEOUT);
        for (let i = 0; i < 10; i++) {
          assert.deepEqual(await nextTexts(pull), [`${i}`]);
        }
        assert.equal(push.peers.length, 1);
      });

      it("without immediate, a peer that is not there gets its share", async () => {
        await using stage = new Stage(scheme);
        const dealer = stage.make(Dealer);
        const other = stage.make(Dealer);
        await stage.join(other, dealer);
        await until(() => dealer.peers.length === 1, "the peer is there");
        dealer.connect(await stage.nowhere(Dealer));
        for (let i = 0; i < 10; i++) await dealer.send(`${i}`);
        const heard: string[] = [];
        for (let i = 0; i < 5; i++) heard.push(...await nextTexts(other));
        assert.equal(dealer.stats.queued.outgoing, 5);
        assert.equal(other.tryReceive(), undefined);
      });
    }
  });
}
