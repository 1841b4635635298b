// What libzmq asserts of publishing: proxies by XPUB and XSUB, manual mode,
// topics of every length, inverted matching, waiting publishers.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "../../mod.ts";
import { nothing } from "../kit/bounce.ts";
import { text } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until, within } from "../kit/wait.ts";

/** The frame of a subscription, or of its end. */
const on = (topic: string): string => `\x01${topic}`;
const off = (topic: string): string => `\x00${topic}`;

for (const scheme of ["tcp", "ipc", "inproc"] as const) {
  describe(`publishing over ${scheme}`, () => {
    it("XPUB and XSUB pass a subscription up and an empty message down", async () => {
      await using stage = new Stage(scheme);
      const xpub = stage.make(XPublisher);
      const xsub = stage.make(XSubscriber);
      const pub = stage.make(Publisher);
      const sub = stage.make(Subscriber);
      await stage.join(xpub, sub);
      await stage.join(xsub, pub);
      sub.subscribe("");
      await xsub.send(await xpub.receive(TIMEOUT), TIMEOUT);
      await until(() => pub.topicsCount === 1, "the subscription is there");
      await pub.send("");
      await xpub.send(await xsub.receive(TIMEOUT), TIMEOUT);
      assert.deepEqual(await nextTexts(sub), [""]);
    });

    for (const mode of ["manual", "manualLastValue"] as const) {
      it(`${mode}: what a peer gets is what the application subscribes it to`, async () => {
        await using stage = new Stage(scheme);
        const pub = stage.make(XPublisher, { [mode]: true });
        const sub = stage.make(XSubscriber);
        await stage.join(pub, sub);
        await sub.send(on("A"), TIMEOUT);
        assert.deepEqual(await nextTexts(pub), [on("A")]);
        pub.subscribe("B");
        await pub.send("A");
        await pub.send("B");
        assert.deepEqual(await nextTexts(sub), ["B"]);
      });

      it(`${mode}: unsubscribe() takes back, and the end of a peer is told by its own topics`, async () => {
        await using stage = new Stage(scheme);
        const pub = stage.make(XPublisher, { [mode]: true });
        const sub = stage.make(XSubscriber);
        const endpoint = await stage.join(pub, sub);
        for (const topic of ["A", "B"]) {
          await sub.send(on(topic), TIMEOUT);
          assert.deepEqual(await nextTexts(pub), [on(topic)]);
          pub.subscribe(`X${topic}`);
        }
        await sub.send(off("A"), TIMEOUT);
        assert.deepEqual(await nextTexts(pub), [off("A")]);
        pub.unsubscribe("XA");
        await pub.send("XA");
        await pub.send("XB");
        assert.deepEqual(await nextTexts(sub), ["XB"]);
        await nothing(sub);
        await sub.close();
        assert.deepEqual(await nextTexts(pub), [off("B")]);
        // The peer is gone, and so are its subscriptions.
        pub.unsubscribe("XB");
        const next = stage.make(XSubscriber);
        next.connect(endpoint);
        await next.send(on("C"), TIMEOUT);
        assert.deepEqual(await nextTexts(pub), [on("C")]);
        pub.subscribe("XC");
        await pub.send("XB");
        await pub.send("XC");
        assert.deepEqual(await nextTexts(next), ["XC"]);
      });
    }

    it("manual: a proxy passes on each subscription, and each end when the subscribers leave", async () => {
      await using stage = new Stage(scheme);
      const xsub = stage.make(XSubscriber);
      const xpub = stage.make(XPublisher, { manual: true });
      const front = await xsub.bind(stage.place());
      const back = await xpub.bind(stage.place());
      const pub = stage.make(Publisher);
      pub.connect(front);
      const subs: Subscriber[] = [];
      for (let i = 0; i < 2; i++) {
        const sub = stage.make(Subscriber);
        sub.connect(back);
        sub.subscribe("1");
        subs.push(sub);
        assert.deepEqual(await nextTexts(xpub), [on("1")]);
        xpub.subscribe("1");
        await xsub.send(on("1"), TIMEOUT);
      }
      await until(() => pub.topicsCount === 1, "the topic is there");
      await pub.send(["1", "X"]);
      await xpub.send(await xsub.receive(TIMEOUT), TIMEOUT);
      for (const sub of subs) {
        assert.deepEqual(await nextTexts(sub), ["1", "X"]);
      }
      await Promise.all(subs.map((sub) => sub.close()));
      for (let i = 0; i < 2; i++) {
        assert.deepEqual(await nextTexts(xpub), [off("1")]);
        xpub.unsubscribe("1");
        await xsub.send(off("1"), TIMEOUT);
      }
      await until(() => pub.topicsCount === 0, "the topic is gone");
      await pub.send(["1", "X"]);
      await nothing(xsub);
    });

    it("manual: a proxy loses no subscription of two subscribers to two topics", async () => {
      await using stage = new Stage(scheme);
      const xsub = stage.make(XSubscriber);
      const xpub = stage.make(XPublisher, { manual: true });
      const front = await xsub.bind(stage.place());
      const back = await xpub.bind(stage.place());
      const pub = stage.make(Publisher);
      pub.connect(front);
      const subs: Subscriber[] = [];
      for (const topic of ["1", "2"]) {
        const sub = stage.make(Subscriber);
        sub.connect(back);
        sub.subscribe(topic);
        subs.push(sub);
        assert.deepEqual(await nextTexts(xpub), [on(topic)]);
        xpub.subscribe(topic);
        await xsub.send(on(topic), TIMEOUT);
      }
      await until(() => pub.topicsCount === 2, "both topics are there");
      for (const topic of ["1", "2"]) {
        await pub.send([topic, "X"]);
        await xpub.send(await xsub.receive(TIMEOUT), TIMEOUT);
      }
      for (const [i, sub] of subs.entries()) {
        assert.deepEqual(await nextTexts(sub), [`${i + 1}`, "X"]);
        await nothing(sub, 10);
      }
    });

    it("manualLastValue: a message goes to the last subscriber only, once", async () => {
      await using stage = new Stage(scheme);
      const pub = stage.make(XPublisher, { manualLastValue: true });
      const subs = [stage.make(Subscriber), stage.make(Subscriber)];
      await stage.join(pub, ...subs);
      for (const [i, sub] of subs.entries()) {
        sub.subscribe("A");
        assert.deepEqual(await nextTexts(pub), [on("A")]);
        pub.subscribe("A");
        await pub.send(["A", `${i}`]);
        assert.deepEqual(await nextTexts(sub), ["A", `${i}`]);
      }
      await nothing(subs[0]!);
      await pub.send(["A", "all"]);
      for (const sub of subs) {
        assert.deepEqual(await nextTexts(sub), ["A", "all"]);
      }
    });

    it("a message that looks like no subscription is told upstream as it is", async () => {
      await using stage = new Stage(scheme);
      const options = { onlyFirstSubscribe: true };
      const pub = stage.make(XPublisher, options);
      const sub = stage.make(XSubscriber, options);
      await stage.join(pub, sub);
      await sub.send("\x02A", TIMEOUT);
      assert.deepEqual(await nextTexts(pub), ["\x02A"]);
      await sub.send(["ABC", "\x00BC"], TIMEOUT);
      assert.deepEqual(await nextTexts(pub), ["ABC", "\x00BC"]);
      await sub.send(["ABC", "\x01BC"], TIMEOUT);
      assert.deepEqual(await nextTexts(pub), ["ABC", "\x01BC"]);
      assert.equal(pub.topicsCount, 0);
      await sub.send([on("BC"), on("CD")], TIMEOUT);
      assert.deepEqual(await nextTexts(pub), [on("BC")]);
      assert.deepEqual(await nextTexts(pub), [on("CD")]);
      await sub.send([off("BC"), off("CD")], TIMEOUT);
      assert.deepEqual(await nextTexts(pub), [off("BC")]);
      assert.deepEqual(await nextTexts(pub), [off("CD")]);
    });

    it("topics of 245, 246 and 255 octets and more are subscribed to and cancelled", async () => {
      await using stage = new Stage(scheme);
      const pub = stage.make(XPublisher);
      const sub = stage.make(Subscriber);
      await stage.join(pub, sub);
      for (const length of [245, 246, 247, 254, 255, 256, 1000]) {
        const topic = "ABCDEFGHIJKLMNOP".repeat(63).slice(0, length);
        sub.subscribe(topic);
        assert.deepEqual(await nextTexts(pub), [on(topic)]);
        sub.unsubscribe(topic);
        assert.deepEqual(await nextTexts(pub), [off(topic)]);
      }
    });

    it("welcomeMessage reaches a subscriber that subscribed to it before", async () => {
      await using stage = new Stage(scheme);
      const pub = stage.make(XPublisher, { welcomeMessage: "W" });
      const sub = stage.make(Subscriber);
      sub.subscribe("W");
      await stage.join(pub, sub);
      assert.deepEqual(await nextTexts(pub), [on("W")]);
      assert.deepEqual(await nextTexts(sub), ["W"]);
    });

    it("topicsCount counts independent and nested topics on both sides", async () => {
      await using stage = new Stage(scheme);
      const pub = stage.make(Publisher);
      const sub = stage.make(Subscriber);
      await stage.join(pub, sub);
      const counts = async (expected: number): Promise<void> => {
        assert.equal(sub.topicsCount, expected);
        await until(() => pub.topicsCount === expected, `${expected} topics`);
      };
      const topics = ["topicprefix1", "topicprefix2", "topicprefix3"];
      sub.subscribe(...topics);
      await counts(3);
      sub.unsubscribe("topicprefix3");
      await counts(2);
      sub.unsubscribe("topicprefix1", "topicprefix2");
      await counts(0);
      sub.subscribe("a", "ab", "abc");
      await counts(3);
      sub.subscribe("xyz", "xy", "x");
      await counts(6);
    });

    it("noDrop makes a publisher wait at its mark, and loses nothing", async () => {
      await using stage = new Stage(scheme);
      const pub = stage.make(XPublisher, {
        sendHighWaterMark: 2000,
        noDrop: true,
      });
      const sub = stage.make(Subscriber);
      sub.subscribe("");
      await stage.join(pub, sub);
      assert.deepEqual(await nextTexts(pub), [on("")]);
      // More than the system holds between the two.
      const padding = new Uint8Array(3000);
      let [sent, received, waited] = [0, 0, 0];
      while (sent < 6000) {
        if (pub.trySend([`${sent}`, padding])) {
          sent++;
          continue;
        }
        waited++;
        const [number] = await nextTexts(sub);
        assert.equal(number, `${received++}`);
        while (true) {
          const message = sub.tryReceive();
          if (message === undefined) break;
          assert.equal(text(message[0]), `${received++}`);
        }
      }
      while (received < sent) {
        assert.equal((await nextTexts(sub))[0], `${received++}`);
      }
      assert.ok(waited > 0, "it waited");
      assert.equal(pub.stats.dropped, 0);
      await nothing(sub, 10);
    });

    it("a publisher holds as many messages as its mark says, for one subscriber", async () => {
      for (const mark of [1000, 100]) {
        await using stage = new Stage(scheme);
        const pub = stage.make(XPublisher, { noDrop: true });
        const sub = stage.make(Subscriber);
        await stage.join(pub, sub);
        pub.sendHighWaterMark = mark;
        sub.subscribe("");
        assert.deepEqual(await nextTexts(pub), [on("")]);
        let sent = 0;
        while (sent < mark && pub.trySend("test message")) sent++;
        assert.equal(sent, mark);
        for (let i = 0; i < mark; i++) await sub.receive(TIMEOUT);
        await nothing(sub, 10);
      }
    });
  });
}

describe("publishing over inproc", () => {
  it("invertMatching set on live sockets turns the delivery round", async () => {
    await using stage = new Stage("inproc");
    const pub = stage.make(Publisher);
    const [one, two] = [stage.make(Subscriber), stage.make(Subscriber)];
    await stage.join(pub, one, two);
    one.subscribe("prefix1");
    two.subscribe("p2");
    const goes = async (topic: string, to: Subscriber): Promise<void> => {
      await pub.send(topic);
      assert.deepEqual(await nextTexts(to), [topic]);
      assert.equal((to === one ? two : one).tryReceive(), undefined);
    };
    await goes("prefix1", one);
    await goes("p2", two);
    for (const socket of [pub, one, two]) socket.invertMatching = true;
    await goes("prefix1", two);
    await goes("p2", one);
  });

  it("a subscriber hears what is published between connect() and disconnect()", async () => {
    await using stage = new Stage("inproc");
    const pub = stage.make(XPublisher);
    const sub = stage.make(Subscriber);
    sub.subscribe("foo");
    const endpoint = await pub.bind(stage.place());
    const publish = (): Promise<void> => pub.send(["foo", "this is foo!"]);
    await publish();
    await nothing(sub, 10);
    sub.connect(endpoint);
    assert.deepEqual(await nextTexts(pub), [on("foo")]);
    for (let i = 0; i < 3; i++) {
      await publish();
      assert.deepEqual(await nextTexts(sub), ["foo", "this is foo!"]);
    }
    await sub.disconnect(endpoint);
    assert.deepEqual(await nextTexts(pub), [off("foo")]);
    await publish();
    await nothing(sub, 10);
  });

  it("what is published before the subscriber has bound is lost", async () => {
    await using stage = new Stage("inproc");
    const endpoint = stage.place();
    const pub = stage.make(Publisher);
    pub.connect(endpoint);
    await pub.send("before");
    const sub = stage.make(Subscriber);
    sub.subscribe("");
    await sub.bind(endpoint);
    await pub.send("after");
    assert.deepEqual(await nextTexts(sub), ["after"]);
    await within(pub.close(), "the close");
  });
});

describe("high water marks of publishers", () => {
  it("of 11024 lose nothing of two bursts of 9999 and 1100", async () => {
    await using stage = new Stage("tcp");
    const pub = stage.make(XPublisher, { sendHighWaterMark: 11024 });
    const sub = stage.make(Subscriber, { receiveHighWaterMark: 11024 });
    sub.subscribe("");
    await stage.join(pub, sub);
    await pub.receive(TIMEOUT);
    for (const burst of [9999, 1100]) {
      for (let i = 0; i < burst; i++) assert.equal(pub.trySend(""), true);
      for (let i = 0; i < burst; i++) await sub.receive(TIMEOUT);
      await nothing(sub, 10);
    }
    assert.equal(pub.stats.dropped, 0);
  });
});
