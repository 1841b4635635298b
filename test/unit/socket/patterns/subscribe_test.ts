// SUB, XSUB and DISH.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey } from "../../../../src/base/bytes.ts";
import { DishPattern } from "../../../../src/socket/patterns/dish.ts";
import { PubPattern } from "../../../../src/socket/patterns/pub.ts";
import { SubPattern } from "../../../../src/socket/patterns/sub.ts";
import { XPubPattern } from "../../../../src/socket/patterns/xpub.ts";
import { XSubPattern } from "../../../../src/socket/patterns/xsub.ts";
import { Bench, joined } from "../../../kit/fake_pipe.ts";

describe("SUB", () => {
  it("counts subscriptions: every one is told, only the last cancel", () => {
    const sub = new Bench(SubPattern);
    const pipe = sub.pipe();
    const topic = fromKey("t");
    sub.pattern.unsubscribe(topic);
    sub.pattern.subscribe(topic);
    sub.pattern.subscribe(topic);
    assert.equal(sub.pattern.topicsCount, 1);
    sub.pattern.unsubscribe(topic);
    sub.pattern.unsubscribe(topic);
    sub.pattern.unsubscribe(topic);
    assert.deepEqual(pipe.commands, [
      "SUBSCRIBE t",
      "SUBSCRIBE t",
      "CANCEL t",
    ]);
    assert.equal(sub.pattern.topicsCount, 0);
  });

  it("tells each distinct topic again on each connection", () => {
    const sub = new Bench(SubPattern);
    const pipe = sub.pipe({ connecting: true, online: false });
    for (const topic of ["a", "b", "a"]) sub.pattern.subscribe(fromKey(topic));
    assert.deepEqual(pipe.commands, []);
    for (let i = 0; i < 2; i++) {
      pipe.goOnline();
      assert.deepEqual(pipe.commands.splice(0).sort(), [
        "SUBSCRIBE a",
        "SUBSCRIBE b",
      ]);
      pipe.goOffline();
    }
  });

  it("filters what publishers did not", () => {
    const sub = new Bench(SubPattern);
    const pipe = sub.pipe();
    pipe.arrive("a");
    sub.pattern.subscribe(fromKey("a"));
    for (const text of ["a", "ab", "b"]) pipe.arrive(text);
    assert.equal(sub.readables, 2);
    assert.deepEqual(sub.receiveAll(), [["a"], ["ab"]]);
  });

  it("forgets what is queued of a topic that ended", () => {
    const sub = new Bench(SubPattern);
    const [a, b] = [sub.pipe(), sub.pipe()];
    for (const topic of ["x", "y"]) sub.pattern.subscribe(fromKey(topic));
    a.arrive("x1");
    b.arrive("x2");
    b.arrive("y1");
    sub.pattern.unsubscribe(fromKey("x"));
    assert.deepEqual(sub.receiveAll(), [["y1"]]);
    assert.equal(sub.pattern.canReceive, false);
    a.arrive("y2");
    assert.deepEqual(sub.receiveAll(), [["y2"]]);
  });

  it("inverts the match", () => {
    const sub = new Bench(SubPattern, { invertMatching: true });
    const pipe = sub.pipe();
    sub.pattern.subscribe(fromKey("x"));
    for (const text of ["xyz", "abc"]) pipe.arrive(text);
    assert.deepEqual(sub.receiveAll(), [["abc"]]);
  });

  it("cannot send", () => {
    const sub = new Bench(SubPattern);
    assert.throws(() => sub.send("x"), { code: "ENOTSUP" });
    assert.equal(sub.pattern.canSend, false);
  });

  it("gets what PUB sends over inproc, whoever connects", () => {
    for (const first of [true, false]) {
      const sub = new Bench(SubPattern);
      const pub = new Bench(PubPattern, { welcomeMessage: fromKey("aW") });
      sub.pattern.subscribe(fromKey("a"));
      if (first) joined(sub, pub);
      else joined(pub, sub);
      for (const text of ["a1", "b1"]) pub.send(text);
      assert.deepEqual(sub.receiveAll(), [["aW"], ["a1"]]);
    }
  });
});

describe("XSUB", () => {
  it("subscribes by messages", () => {
    const xsub = new Bench(XSubPattern);
    const pipe = xsub.pipe();
    for (const text of ["\x01t", "\x01t", "\x00t", "\x00t", "\x00u"]) {
      assert.ok(xsub.send(text));
    }
    assert.deepEqual(pipe.commands, [
      "SUBSCRIBE t",
      "SUBSCRIBE t",
      "CANCEL t",
    ]);
    assert.deepEqual(pipe.out, []);
  });

  it("passes every cancel on when verbose", () => {
    const xsub = new Bench(XSubPattern, { verboseUnsubscribe: true });
    const pipe = xsub.pipe();
    for (const text of ["\x01t", "\x01t", "\x00t", "\x00t"]) xsub.send(text);
    assert.deepEqual(pipe.commands.slice(2), ["CANCEL t", "CANCEL t"]);
  });

  it("sends other messages to every publisher, dropping for full ones", () => {
    const xsub = new Bench(XSubPattern);
    const [full, free] = [xsub.pipe({ room: 1 }), xsub.pipe()];
    assert.ok(xsub.send("user", "parts"));
    assert.ok(xsub.send(""));
    assert.ok(xsub.pattern.canSend);
    assert.deepEqual(full.drain(), [["user", "parts"]]);
    assert.deepEqual(free.drain(), [["user", "parts"], [""]]);
  });

  it("takes later frames for subscriptions too, unless told not to", () => {
    for (const onlyFirstSubscribe of [false, true]) {
      const xsub = new Bench(XSubPattern, { onlyFirstSubscribe });
      const pipe = xsub.pipe();
      xsub.send("user", "\x01t");
      assert.deepEqual(pipe.drain(), [["user", "\x01t"]]);
      assert.equal(xsub.pattern.topicsCount, onlyFirstSubscribe ? 0 : 1);
    }
  });

  it("filters nothing", () => {
    const xsub = new Bench(XSubPattern);
    xsub.pipe().arrive("anything");
    assert.deepEqual(xsub.receiveAll(), [["anything"]]);
  });

  it("talks with XPUB over inproc, both ways", () => {
    const [xsub, xpub] = [new Bench(XSubPattern), new Bench(XPubPattern)];
    const [end] = joined(xsub, xpub);
    xsub.send("\x01t");
    xsub.send("up");
    assert.deepEqual(xpub.receiveAll(), [["\x01t"], ["up"]]);
    for (const text of ["t1", "t2", "t3"]) xpub.send(text);
    end.close();
    xpub.send("t4");
    assert.deepEqual(xpub.receiveAll(), [["\x00t"]]);
    assert.deepEqual(xsub.receiveAll(), [["t1"], ["t2"], ["t3"]]);
  });
});

describe("DISH", () => {
  it("joins and leaves, and tells each publisher", () => {
    const dish = new Bench(DishPattern);
    const pipe = dish.pipe();
    dish.pattern.join(fromKey("TV"));
    dish.pattern.join(fromKey(""));
    dish.pattern.leave(fromKey("TV"));
    assert.deepEqual(pipe.commands, ["JOIN TV", "JOIN ", "LEAVE TV"]);
    assert.deepEqual(dish.pipe().commands, ["JOIN "]);
  });

  it("refuses to join twice, a wrong group, or to leave another", () => {
    const { pattern } = new Bench(DishPattern);
    pattern.join(fromKey("TV"));
    pattern.join(fromKey("g".repeat(255)));
    for (const group of ["TV", "g".repeat(256), "a\0"]) {
      assert.throws(() => pattern.join(fromKey(group)), { code: "EINVAL" });
    }
    assert.throws(() => pattern.leave(fromKey("Movies")), { code: "EINVAL" });
  });

  it("receives messages of its groups only", () => {
    const dish = new Bench(DishPattern);
    const pipe = dish.pipe();
    dish.pattern.join(fromKey("TV"));
    dish.pattern.join(fromKey("Movies"));
    pipe.arrive("TV", "1");
    pipe.arrive("TVs", "2");
    pipe.arrive("Movies", "3");
    dish.pattern.leave(fromKey("TV"));
    assert.deepEqual(dish.receiveAll(), [["Movies", "3"]]);
    assert.throws(() => dish.send("x"), { code: "ENOTSUP" });
  });

  it("drops a peer that breaks the form of a message", () => {
    for (const parts of [["g"], ["g", "a", "b"], ["\0", "a"]]) {
      const dish = new Bench(DishPattern);
      const pipe = dish.pipe();
      pipe.arrive(...parts);
      assert.ok(pipe.closed);
      assert.equal(dish.rejected.length, 1);
    }
  });
});
