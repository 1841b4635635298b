// Publishing and subscribing: what XPUB sees, its options, topics, groups.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Dish,
  Publisher,
  Radio,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { octets, texts } from "../kit/messages.ts";
import type { Scheme } from "../kit/places.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { pause, until } from "../kit/wait.ts";

/** What an XPUB receives of a subscription. */
const on = (topic: string) => [`\x01${topic}`];
/** What an XPUB receives of a cancellation. */
const off = (topic: string) => [`\x00${topic}`];

/** Fails when there is a message; gives one the time to come. */
async function assertSilence(
  socket: { receive(options: { timeout: number }): Promise<unknown> },
): Promise<void> {
  await assert.rejects(socket.receive({ timeout: 30 }), { code: "EAGAIN" });
}

/** Registers the tests. */
export function testPubSub(scheme: Scheme): void {
  describe("publishing and subscribing", () => {
    it("a subscription is a prefix of the first frame", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher);
      const subscriber = stage.make(Subscriber);
      await stage.join(publisher, subscriber);
      subscriber.subscribe("ab", "x");
      const seen = [await nextTexts(publisher), await nextTexts(publisher)];
      assert.deepEqual(seen.sort(), [on("ab"), on("x")]);
      for (const first of ["a", "ab", "abc", "ba", "", "x"]) {
        await publisher.send([first, "ab"]);
      }
      for (const first of ["ab", "abc", "x"]) {
        assert.deepEqual(await nextTexts(subscriber), [first, "ab"]);
      }
      await assertSilence(subscriber);
    });

    it("subscribe() without topics is everything, unsubscribe() takes it back", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher);
      const subscriber = stage.make(Subscriber);
      await stage.join(publisher, subscriber);
      subscriber.subscribe();
      assert.deepEqual(await nextTexts(publisher), on(""));
      await publisher.send("");
      await publisher.send("anything");
      assert.deepEqual(await nextTexts(subscriber), [""]);
      assert.deepEqual(await nextTexts(subscriber), ["anything"]);
      subscriber.unsubscribe();
      assert.deepEqual(await nextTexts(publisher), off(""));
      await publisher.send("nothing");
      await assertSilence(subscriber);
    });

    it("a topic subscribed to twice must be unsubscribed from twice", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher);
      const subscriber = stage.make(Subscriber);
      await stage.join(publisher, subscriber);
      subscriber.subscribe("a", "a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      subscriber.unsubscribe("a");
      await assertSilence(publisher);
      await publisher.send("a");
      assert.deepEqual(await nextTexts(subscriber), ["a"]);
      subscriber.unsubscribe("a");
      assert.deepEqual(await nextTexts(publisher), off("a"));
    });

    it("a subscription outlives the publisher", async () => {
      if (scheme === "inproc") return;
      await using stage = new Stage(scheme);
      const endpoint = await stage.nowhere(XPublisher);
      const subscriber = stage.make(Subscriber);
      subscriber.subscribe("a");
      subscriber.connect(endpoint);
      for (let round = 0; round < 2; round++) {
        const publisher = stage.make(XPublisher);
        await publisher.bind(endpoint);
        assert.deepEqual(await nextTexts(publisher), on("a"));
        await publisher.send(["a", `${round}`]);
        assert.deepEqual(await nextTexts(subscriber), ["a", `${round}`]);
        await publisher.close();
      }
    });

    it("XPUB learns the first subscription and the last cancellation", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher);
      const one = stage.make(Subscriber);
      const two = stage.make(Subscriber);
      await stage.join(publisher, one, two);
      one.subscribe("a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      two.subscribe("a");
      two.subscribe("b");
      assert.deepEqual(await nextTexts(publisher), on("b"));
      assert.equal(publisher.topicsCount, 2);
      one.unsubscribe("a");
      two.unsubscribe("b");
      assert.deepEqual(await nextTexts(publisher), off("b"));
      assert.equal(publisher.topicsCount, 1);
      await two.close();
      assert.deepEqual(await nextTexts(publisher), off("a"));
      assert.equal(publisher.topicsCount, 0);
    });

    it("verbosity allSubs lets every subscription through", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher, { verbosity: "allSubs" });
      const one = stage.make(Subscriber);
      const two = stage.make(Subscriber);
      await stage.join(publisher, one, two);
      one.subscribe("a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      two.subscribe("a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      one.unsubscribe("a");
      await assertSilence(publisher);
      two.unsubscribe("a");
      assert.deepEqual(await nextTexts(publisher), off("a"));
    });

    it("verbosity allSubsUnsubs lets every cancellation through, too", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher, { verbosity: "allSubsUnsubs" });
      const one = stage.make(Subscriber);
      const two = stage.make(Subscriber);
      await stage.join(publisher, one, two);
      one.subscribe("a");
      two.subscribe("a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      assert.deepEqual(await nextTexts(publisher), on("a"));
      one.unsubscribe("a");
      assert.deepEqual(await nextTexts(publisher), off("a"));
      two.unsubscribe("a");
      assert.deepEqual(await nextTexts(publisher), off("a"));
    });

    it("manual leaves it to the application what peers get", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher, { manual: true });
      const subscriber = stage.make(Subscriber);
      await stage.join(publisher, subscriber);
      subscriber.subscribe("A");
      assert.deepEqual(await nextTexts(publisher), on("A"));
      publisher.subscribe("XA");
      await publisher.send("A");
      await publisher.send("XA");
      // The subscriber itself filters by what it subscribed to.
      await assertSilence(subscriber);
      subscriber.subscribe("XA");
      assert.deepEqual(await nextTexts(publisher), on("XA"));
      await publisher.send("A");
      await publisher.send("XA");
      assert.deepEqual(await nextTexts(subscriber), ["XA"]);
      await assertSilence(subscriber);
    });

    it("manualLastValue sends only to the peer of the last subscription", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher, { manualLastValue: true });
      const one = stage.make(Subscriber);
      const two = stage.make(Subscriber);
      await stage.join(publisher, one, two);
      one.subscribe("a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      publisher.subscribe("a");
      await publisher.send(["a", "for one"]);
      assert.deepEqual(await nextTexts(one), ["a", "for one"]);
      two.subscribe("a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      publisher.subscribe("a");
      await publisher.send(["a", "for two"]);
      assert.deepEqual(await nextTexts(two), ["a", "for two"]);
      await publisher.send(["a", "for both"]);
      assert.deepEqual(await nextTexts(one), ["a", "for both"]);
      assert.deepEqual(await nextTexts(two), ["a", "for both"]);
    });

    it("welcomeMessage greets every subscriber", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher, { welcomeMessage: "W" });
      const subscriber = stage.make(Subscriber);
      subscriber.subscribe("W");
      await stage.join(publisher, subscriber);
      assert.deepEqual(await nextTexts(subscriber), ["W"]);
      assert.deepEqual(await nextTexts(publisher), on("W"));
    });

    it("invertMatching on both sides delivers what is not subscribed to", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher, { invertMatching: true });
      const subscriber = stage.make(Subscriber, { invertMatching: true });
      await stage.join(publisher, subscriber);
      subscriber.subscribe("a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      await publisher.send("abc");
      await publisher.send("b");
      assert.deepEqual(await nextTexts(subscriber), ["b"]);
      await assertSilence(subscriber);
    });

    it("XSUB sends messages upstream, and XPUB receives them", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher);
      const subscriber = stage.make(XSubscriber);
      await stage.join(publisher, subscriber);
      await subscriber.send(octets("\x01a"));
      assert.deepEqual(await nextTexts(publisher), on("a"));
      await subscriber.send(["up", "stream"], TIMEOUT);
      assert.deepEqual(await nextTexts(publisher), ["up", "stream"]);
      await subscriber.send(octets("\x00a"));
      assert.deepEqual(await nextTexts(publisher), off("a"));
    });

    it("onlyFirstSubscribe looks for subscriptions in the first frame only", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher, { onlyFirstSubscribe: true });
      const subscriber = stage.make(XSubscriber, { onlyFirstSubscribe: true });
      await stage.join(publisher, subscriber);
      await subscriber.send(["user", octets("\x01a")], TIMEOUT);
      assert.deepEqual(await nextTexts(publisher), ["user", "\x01a"]);
      assert.equal(publisher.topicsCount, 0);
    });

    it("verboseUnsubscribe sends every cancellation", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(XPublisher, { verbosity: "allSubsUnsubs" });
      const subscriber = stage.make(XSubscriber, { verboseUnsubscribe: true });
      await stage.join(publisher, subscriber);
      // What is subscribed to before is told once, whatever the count.
      await until(() => subscriber.peers.length === 1, "they are connected");
      subscriber.subscribe("a", "a");
      assert.deepEqual(await nextTexts(publisher), on("a"));
      assert.deepEqual(await nextTexts(publisher), on("a"));
      subscriber.unsubscribe("a", "a");
      assert.deepEqual(await nextTexts(publisher), off("a"));
      assert.deepEqual(await nextTexts(publisher), off("a"));
    });

    it("a subscriber hears several publishers", async () => {
      await using stage = new Stage(scheme);
      const subscriber = stage.make(Subscriber);
      subscriber.subscribe("");
      const publishers = [stage.make(XPublisher), stage.make(XPublisher)];
      for (const publisher of publishers) {
        await stage.join(publisher, subscriber);
        assert.deepEqual(await nextTexts(publisher), on(""));
        await publisher.send("hello");
        assert.deepEqual(await nextTexts(subscriber), ["hello"]);
      }
      assert.equal(subscriber.peers.length, 2);
    });

    it("topicsCount counts different topics on both sides", async () => {
      await using stage = new Stage(scheme);
      const publisher = stage.make(Publisher);
      const subscriber = stage.make(Subscriber);
      await stage.join(publisher, subscriber);
      subscriber.subscribe("a", "ab", "abc", "a");
      assert.equal(subscriber.topicsCount, 3);
      await until(() => publisher.topicsCount === 3, "all are told");
      subscriber.unsubscribe("a", "ab", "abc");
      assert.equal(subscriber.topicsCount, 1);
      subscriber.unsubscribe("a");
      await until(() => publisher.topicsCount === 0, "all are taken back");
    });

    it("DISH leaves groups, and refuses those it is not in", async () => {
      await using stage = new Stage(scheme);
      const radio = stage.make(Radio);
      const dish = stage.make(Dish);
      dish.join("a", "b");
      await stage.join(radio, dish);
      while (dish.tryReceive() === undefined) {
        await radio.send("sync", { group: "b" });
        await pause(1);
      }
      dish.leave("a");
      assert.throws(() => dish.leave("a"), { code: "EINVAL" });
      assert.throws(() => dish.join("b"), { code: "EINVAL" });
      await radio.send("left", { group: "a" });
      await radio.send("stayed", { group: "b" });
      let [data] = await dish.receive(TIMEOUT);
      while (texts([data])[0] === "sync") [data] = await dish.receive(TIMEOUT);
      assert.deepEqual(texts([data]), ["stayed"]);
    });
  });
}
