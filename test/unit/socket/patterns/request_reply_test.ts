// REQ, REP and DEALER.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey } from "../../../../src/base/bytes.ts";
import { DealerPattern } from "../../../../src/socket/patterns/dealer.ts";
import { RepPattern } from "../../../../src/socket/patterns/rep.ts";
import { ReqPattern } from "../../../../src/socket/patterns/req.ts";
import { Bench, joined } from "../../../kit/fake_pipe.ts";

describe("REQ", () => {
  it("puts an empty delimiter before each request, in turn", () => {
    const req = new Bench(ReqPattern);
    const pipes = [req.pipe(), req.pipe()];
    for (let i = 0; i < 4; i++) {
      const pipe = pipes[i % 2]!;
      assert.ok(req.send("ask", `${i}`));
      assert.deepEqual(pipe.drain(), [["", "ask", `${i}`]]);
      pipe.arrive("", "answer", `${i}`);
      assert.deepEqual(req.receive(), ["answer", `${i}`]);
      assert.equal(req.pattern.source, pipe);
    }
  });

  it("keeps strict lock-step", () => {
    const req = new Bench(ReqPattern);
    const pipe = req.pipe();
    assert.throws(() => req.receive(), { code: "EFSM" });
    assert.ok(req.send("a"));
    assert.equal(req.pattern.canSend, false);
    assert.throws(() => req.send("b"), { code: "EFSM" });
    assert.equal(req.receive(), undefined);
    pipe.arrive("", "reply");
    assert.throws(() => req.send("b"), { code: "EFSM" });
    assert.deepEqual(req.receive(), ["reply"]);
    assert.throws(() => req.receive(), { code: "EFSM" });
    assert.ok(req.send("b"));
  });

  it("stays ready to send when nobody could take the request", () => {
    const req = new Bench(ReqPattern);
    assert.equal(req.send("a"), false);
    assert.throws(() => req.receive(), { code: "EFSM" });
    req.pipe();
    assert.ok(req.send("a"));
  });

  it("takes the reply only of whom it asked", () => {
    const req = new Bench(ReqPattern);
    const [asked, other] = [req.pipe(), req.pipe()];
    req.send("a");
    other.arrive("", "wrong");
    assert.equal(req.receive(), undefined);
    asked.arrive("", "right");
    asked.arrive("", "again");
    assert.deepEqual(req.receive(), ["right"]);
    asked.arrive("", "unasked");
    assert.throws(() => req.receive(), { code: "EFSM" });
  });

  it("takes the reply of anyone when whom it asked is gone", () => {
    const req = new Bench(ReqPattern);
    const [asked, other] = [req.pipe(), req.pipe()];
    req.send("a");
    asked.close();
    other.arrive("", "reply");
    assert.deepEqual(req.receive(), ["reply"]);
  });

  it("skips malformed replies", () => {
    const req = new Bench(ReqPattern);
    const pipe = req.pipe();
    req.send("a");
    pipe.arrive("no delimiter");
    pipe.arrive("no", "delimiter");
    pipe.arrive("");
    assert.equal(req.receive(), undefined);
    pipe.arrive("", "good");
    assert.deepEqual(req.receive(), ["good"]);
  });

  it("correlates by a number that grows by one", () => {
    const req = new Bench(ReqPattern, { correlate: true });
    const pipe = req.pipe();
    req.send("a");
    const [first] = pipe.drain();
    assert.deepEqual(first!.slice(1), ["", "a"]);
    assert.equal(first![0]!.length, 4);
    pipe.arrive("", "no number");
    pipe.arrive("xxxx", "", "wrong number");
    pipe.arrive(first![0]!, "");
    assert.equal(req.receive(), undefined);
    pipe.arrive(first![0]!, "", "right");
    assert.deepEqual(req.receive(), ["right"]);
    req.send("b");
    const [second] = pipe.drain();
    const number = (text: string) =>
      new DataView(fromKey(text).buffer).getUint32(0);
    assert.equal(number(second![0]!), (number(first![0]!) + 1) >>> 0);
  });

  it("abandons a request when relaxed", () => {
    const req = new Bench(ReqPattern, { relaxed: true, correlate: true });
    const pipe = req.pipe();
    req.send("a");
    assert.ok(req.pattern.canSend);
    req.send("b");
    const [[old], [current]] = pipe.drain() as [[string], [string]];
    pipe.arrive(old, "", "stale");
    assert.equal(req.receive(), undefined);
    pipe.arrive(current, "", "reply");
    assert.deepEqual(req.receive(), ["reply"]);
  });

  it("keeps the old request when a relaxed one has to wait", () => {
    const req = new Bench(ReqPattern, { relaxed: true });
    const pipe = req.pipe({ room: 1 });
    req.send("a");
    assert.equal(req.send("b"), false);
    pipe.arrive("", "reply");
    assert.deepEqual(req.receive(), ["reply"]);
  });

  it("gets a reply that comes while it sends, over inproc", () => {
    const [req, rep] = [new Bench(ReqPattern), new Bench(RepPattern)];
    joined(req, rep);
    rep.onReadable = () => {
      const request = rep.receive();
      if (request !== undefined) rep.send("re", ...request);
    };
    for (const text of ["a", "b"]) {
      assert.ok(req.send(text));
      assert.deepEqual(req.receive(), ["re", text]);
    }
  });
});

describe("REP", () => {
  it("answers whom it received from, in turn", () => {
    const rep = new Bench(RepPattern);
    const [a, b] = [rep.pipe(), rep.pipe()];
    a.arrive("", "a1");
    a.arrive("", "a2");
    b.arrive("", "b1");
    for (const [pipe, text] of [[a, "a1"], [b, "b1"], [a, "a2"]] as const) {
      assert.deepEqual(rep.receive(), [text]);
      assert.ok(rep.send("re", text));
      assert.deepEqual(pipe.drain(), [["", "re", text]]);
    }
  });

  it("restores an envelope of many hops", () => {
    const rep = new Bench(RepPattern);
    const pipe = rep.pipe();
    const hops = Array.from({ length: 20 }, (_, i) => `hop ${i}`);
    pipe.arrive(...hops, "", "ask", "", "more");
    assert.deepEqual(rep.receive(), ["ask", "", "more"]);
    rep.send("answer");
    assert.deepEqual(pipe.drain(), [[...hops, "", "answer"]]);
  });

  it("discards requests without a delimiter, a body or an end", () => {
    const rep = new Bench(RepPattern);
    const pipe = rep.pipe();
    pipe.arrive("x");
    pipe.arrive("x", "y");
    pipe.arrive("");
    pipe.arrive("x", "");
    assert.equal(rep.pattern.canReceive, false);
    pipe.arrive("", "good");
    assert.deepEqual(rep.receive(), ["good"]);
  });

  it("answers through as many hops as there were", () => {
    const rep = new Bench(RepPattern);
    const pipe = rep.pipe();
    const hops = Array.from({ length: 1000 }, () => "hop");
    pipe.arrive(...hops, "", "ask");
    assert.deepEqual(rep.receive(), ["ask"]);
    assert.ok(rep.send("reply"));
    assert.deepEqual(pipe.drain(), [[...hops, "", "reply"]]);
  });

  it("keeps lock-step, and wakes who waits for the next request", () => {
    const rep = new Bench(RepPattern);
    const pipe = rep.pipe();
    assert.throws(() => rep.send("x"), { code: "EFSM" });
    assert.equal(rep.pattern.canSend, false);
    pipe.arrive("", "1");
    pipe.arrive("", "2");
    rep.receive();
    assert.equal(rep.pattern.canReceive, false);
    assert.ok(rep.pattern.canSend);
    assert.throws(() => rep.receive(), { code: "EFSM" });
    const before = rep.readables;
    rep.send("x");
    assert.equal(rep.readables, before + 1);
    assert.deepEqual(rep.receive(), ["2"]);
  });

  it("drops replies to peers that are gone or full", () => {
    const rep = new Bench(RepPattern);
    const [gone, full] = [rep.pipe(), rep.pipe({ room: 1 })];
    gone.arrive("", "1");
    gone.arrive("", "2");
    assert.deepEqual(rep.receive(), ["1"]);
    gone.close();
    assert.ok(rep.send("x"));
    assert.deepEqual(rep.receive(), ["2"]);
    assert.ok(rep.send("x"));
    for (let i = 0; i < 2; i++) {
      full.arrive("", "ask");
      rep.receive();
      assert.ok(rep.send("x"));
    }
    assert.equal(full.out.length, 1);
    assert.equal(rep.pattern.dropped, 3);
  });
});

describe("DEALER", () => {
  it("deals out and fair-queues", () => {
    const dealer = new Bench(DealerPattern);
    const [a, b] = [dealer.pipe(), dealer.pipe()];
    dealer.send("1");
    dealer.send("2", "parts");
    assert.deepEqual(a.drain(), [["1"]]);
    assert.deepEqual(b.drain(), [["2", "parts"]]);
    a.arrive("a1");
    a.arrive("a2");
    b.arrive("b1");
    assert.deepEqual(dealer.receiveAll(), [["a1"], ["b1"], ["a2"]]);
  });

  it("sends hello, then a probe, before what waits on each connection", () => {
    const dealer = new Bench(DealerPattern, {
      helloMessage: fromKey("hello"),
      probeRouter: true,
    });
    const pipe = dealer.pipe({ connecting: true, online: false });
    dealer.send("queued");
    assert.equal(pipe.out.length, 1);
    pipe.goOnline();
    assert.deepEqual(pipe.drain(), [["hello"], [""], ["queued"]]);
    pipe.goOffline();
    dealer.send("meanwhile");
    pipe.goOnline();
    assert.deepEqual(pipe.drain(), [["hello"], [""], ["meanwhile"]]);
  });

  it("receives the hiccup message when a connection it made is lost", () => {
    const dealer = new Bench(DealerPattern, {
      hiccupMessage: fromKey("HICCUP"),
    });
    const made = dealer.pipe({ connecting: true });
    const accepted = dealer.pipe();
    made.goOffline();
    assert.deepEqual(dealer.receiveAll(), [["HICCUP"]]);
    made.goOnline();
    made.close();
    accepted.close();
    assert.deepEqual(dealer.receiveAll(), []);
  });
});
