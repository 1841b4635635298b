// What libzmq asserts of the subscriptions that an XPUB shows its application,
// and of those that an XSUB sends.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Subscriber, XPublisher, XSubscriber } from "../../mod.ts";
import { nothing } from "../kit/bounce.ts";
import { nextTexts, Stage } from "../kit/stage.ts";

/** The frame of a subscription, or of its end. */
const on = (topic: string): string => `\x01${topic}`;
const off = (topic: string): string => `\x00${topic}`;

describe("verbosity of XPUB over inproc", () => {
  it("null hides a topic that is known, allSubs shows it, of one subscriber", async () => {
    await using stage = new Stage("inproc");
    const pub = stage.make(XPublisher);
    const sub = stage.make(Subscriber);
    await stage.join(pub, sub);
    for (const topic of ["A", "B"]) {
      sub.subscribe(topic);
      assert.deepEqual(await nextTexts(pub), [on(topic)]);
    }
    sub.subscribe("A");
    assert.equal(pub.tryReceive(), undefined);
    pub.verbosity = "allSubs";
    sub.subscribe("A");
    assert.deepEqual(await nextTexts(pub), [on("A")]);
    await pub.send("A");
    await pub.send("B");
    assert.deepEqual(await nextTexts(sub), ["A"]);
    assert.deepEqual(await nextTexts(sub), ["B"]);
  });

  it("null hides a topic that is known, allSubs shows it, of two subscribers", async () => {
    await using stage = new Stage("inproc");
    const pub = stage.make(XPublisher);
    const [one, two] = [stage.make(Subscriber), stage.make(Subscriber)];
    await stage.join(pub, one, two);
    one.subscribe("A");
    assert.deepEqual(await nextTexts(pub), [on("A")]);
    two.subscribe("A");
    assert.equal(pub.tryReceive(), undefined);
    one.subscribe("B");
    assert.deepEqual(await nextTexts(pub), [on("B")]);
    pub.verbosity = "allSubs";
    two.subscribe("A");
    assert.deepEqual(await nextTexts(pub), [on("A")]);
    await pub.send("A");
    await pub.send("B");
    assert.deepEqual(await nextTexts(one), ["A"]);
    assert.deepEqual(await nextTexts(two), ["A"]);
    assert.deepEqual(await nextTexts(one), ["B"]);
    await nothing(two, 10);
  });

  it("allSubsUnsubs shows every end, of one subscriber", async () => {
    await using stage = new Stage("inproc");
    const pub = stage.make(XPublisher);
    const sub = stage.make(Subscriber);
    await stage.join(pub, sub);
    // The end of what did not begin is no end.
    sub.unsubscribe("A");
    assert.equal(pub.tryReceive(), undefined);
    sub.subscribe("A");
    assert.deepEqual(await nextTexts(pub), [on("A")]);
    sub.subscribe("A");
    assert.equal(pub.tryReceive(), undefined);
    sub.unsubscribe("A");
    sub.unsubscribe("A");
    assert.deepEqual(await nextTexts(pub), [off("A")]);
    sub.unsubscribe("A");
    assert.equal(pub.tryReceive(), undefined);
    pub.verbosity = "allSubsUnsubs";
    sub.subscribe("A");
    assert.deepEqual(await nextTexts(pub), [on("A")]);
    await pub.send("A");
    assert.deepEqual(await nextTexts(sub), ["A"]);
    sub.unsubscribe("A");
    assert.deepEqual(await nextTexts(pub), [off("A")]);
    sub.unsubscribe("A");
    assert.equal(pub.tryReceive(), undefined);
  });

  it("allSubsUnsubs shows every end, of two subscribers", async () => {
    await using stage = new Stage("inproc");
    const pub = stage.make(XPublisher);
    const [one, two] = [stage.make(Subscriber), stage.make(Subscriber)];
    await stage.join(pub, one, two);
    one.subscribe("A");
    two.subscribe("A");
    assert.deepEqual(await nextTexts(pub), [on("A")]);
    one.unsubscribe("A");
    assert.equal(pub.tryReceive(), undefined);
    two.unsubscribe("A");
    assert.deepEqual(await nextTexts(pub), [off("A")]);
    pub.verbosity = "allSubsUnsubs";
    for (const sub of [one, two]) {
      sub.subscribe("A");
      assert.deepEqual(await nextTexts(pub), [on("A")]);
    }
    await pub.send("A");
    assert.deepEqual(await nextTexts(one), ["A"]);
    assert.deepEqual(await nextTexts(two), ["A"]);
    for (const sub of [two, one]) {
      sub.unsubscribe("A");
      assert.deepEqual(await nextTexts(pub), [off("A")]);
    }
    two.unsubscribe("A");
    assert.equal(pub.tryReceive(), undefined);
  });

  it("verboseUnsubscribe of XSUB sends ends that are none, too", async () => {
    await using stage = new Stage("inproc");
    const pub = stage.make(XPublisher, { verbosity: "allSubsUnsubs" });
    const sub = stage.make(XSubscriber);
    await stage.join(pub, sub);
    await sub.send(off("A"));
    assert.equal(pub.tryReceive(), undefined);
    for (let i = 0; i < 2; i++) {
      await sub.send(on("A"));
      assert.deepEqual(await nextTexts(pub), [on("A")]);
    }
    await sub.send(off("A"));
    assert.equal(pub.tryReceive(), undefined);
    await sub.send(off("A"));
    assert.deepEqual(await nextTexts(pub), [off("A")]);
    sub.verboseUnsubscribe = true;
    await sub.send(off("A"));
    assert.deepEqual(await nextTexts(pub), [off("A")]);
    for (const notice of [on("A"), on("A"), off("A"), off("A")]) {
      await sub.send(notice);
      assert.deepEqual(await nextTexts(pub), [notice]);
    }
  });
});
