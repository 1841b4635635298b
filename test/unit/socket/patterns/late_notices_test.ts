// XPUB whose application does not read: what waits for it has a limit, and it
// learns in the end who is subscribed.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { XPubPattern } from "../../../../src/socket/patterns/xpub.ts";
import { Bench, type FakePipe, joined } from "../../../kit/fake_pipe.ts";
import { sequence } from "../../../kit/numbers.ts";
import { fromKey } from "../../../../src/base/bytes.ts";
import { XSubPattern } from "../../../../src/socket/patterns/xsub.ts";

/** Notices that are kept for sure, whoever they are of. */
const MOST = 5000;

type Xpub = Bench<XPubPattern>;

/** Lets the sweeping end. */
function settle(xpub: Xpub): void {
  for (let i = 0; xpub.deferred.length > 0; i++) {
    assert.ok(i < 1000, "an end");
    xpub.turn();
  }
}

/** How often each topic was told to begin, minus how often to end. */
function sums(texts: Iterable<string>, sum: Map<string, number>): void {
  for (const text of texts) {
    const topic = text.slice(1);
    const by = text[0] === "\x01" ? 1 : -1;
    sum.set(topic, (sum.get(topic) ?? 0) + by);
  }
}

function churn(pipe: FakePipe, topic: string, times: number): void {
  for (let i = 0; i < times; i++) {
    pipe.tell("SUBSCRIBE", topic);
    pipe.tell("CANCEL", topic);
  }
}

describe("an XPUB that does not read", () => {
  it("keeps a number of notices, of peers that leave too", () => {
    const xpub = new Bench(XPubPattern);
    for (let i = 0; i < 50; i++) {
      const pipe = xpub.pipe();
      churn(pipe, `of ${i}`, 2000);
      pipe.tell("SUBSCRIBE", `kept by ${i}`);
      pipe.close();
      settle(xpub);
      assert.ok(xpub.pattern.waiting < MOST, `${xpub.pattern.waiting}`);
    }
    const sum = new Map<string, number>();
    sums(xpub.receiveAll().map(([text]) => text!), sum);
    assert.ok([...sum.values()].every((each) => each === 0));
    assert.equal(xpub.pattern.waiting, 0);
    assert.equal(xpub.pattern.canReceive, false);
  });

  it("keeps fewer long ones", () => {
    const xpub = new Bench(XPubPattern);
    const pipe = xpub.pipe();
    churn(pipe, "x".repeat(60_000), 500);
    assert.ok(xpub.pattern.waiting < 20, `${xpub.pattern.waiting}`);
  });

  for (const verbosity of [null, "allSubs", "allSubsUnsubs"] as const) {
    it(`learns in the end who is subscribed, verbosity ${verbosity}`, () => {
      const next = sequence(5);
      const xpub = new Bench(XPubPattern, { verbosity });
      let pipes = Array.from({ length: 8 }, () => xpub.pipe());
      const has = new Map(pipes.map((pipe) => [pipe, new Set<string>()]));
      const told = new Map<string, number>();
      const hear = (most: number) => {
        for (let i = 0; i < most; i++) {
          const text = xpub.receive()?.[0];
          if (text === undefined) break;
          assert.ok(xpub.pattern.source !== undefined);
          sums([text], told);
        }
      };
      for (let round = 0; round < 6; round++) {
        for (let i = 0; i < 20_000; i++) {
          const pipe = pipes[next(8)]!;
          const topic = `${next(3000)}`;
          const topics = has.get(pipe)!;
          if (next(2) === 0 && !topics.has(topic)) {
            topics.add(topic);
            pipe.tell("SUBSCRIBE", topic);
          } else if (topics.delete(topic)) pipe.tell("CANCEL", topic);
          if (i % 3000 !== 0) continue;
          pipe.close();
          has.delete(pipe);
          const other = xpub.pipe();
          has.set(other, new Set());
          pipes = pipes.map((each) => each === pipe ? other : each);
        }
        // Now it reads some, and now all.
        if (round % 2 === 0) {
          hear(7000);
          continue;
        }
        settle(xpub);
        hear(Infinity);
        for (let topic = 0; topic < 3000; topic++) {
          const sum = told.get(`${topic}`) ?? 0;
          const holders = [...has.values()]
            .filter((topics) => topics.has(`${topic}`)).length;
          const text = `topic ${topic} after round ${round}`;
          if (verbosity === "allSubsUnsubs") assert.equal(sum, holders, text);
          else if (verbosity === null) assert.equal(sum, holders && 1, text);
          // Of several that subscribe, one end is told.
          else assert.ok(holders > 0 ? sum > 0 : sum >= 0, text);
        }
      }
    });
  }

  it("hears of each end, of a peer with all topics told to begin twice", () => {
    const xpub = new Bench(XPubPattern, { verbosity: "allSubs" });
    const pipe = xpub.pipe();
    const last = new Map<string, string>();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 8000; i++) {
        pipe.tell("SUBSCRIBE", `${i}`);
        if (i % 2 === 0) pipe.tell("SUBSCRIBE", `${i}`);
        if ((i + round) % 3 === 0) pipe.tell("CANCEL", `${i}`);
      }
      for (const [text] of xpub.receiveAll()) {
        last.set(text!.slice(1), text![0]!);
      }
      for (let i = 0; i < 8000; i++) {
        const isOver = (i + round) % 3 === 0;
        assert.equal(last.get(`${i}`) === "\x01", !isOver, `${i}`);
      }
    }
  });

  it("gets messages meanwhile, and late notices between them", () => {
    const xpub = new Bench(XPubPattern);
    const [pipe, other] = [xpub.pipe(), xpub.pipe()];
    churn(pipe, "t", 400);
    for (let i = 0; i < 6000; i++) pipe.tell("SUBSCRIBE", `${i}`);
    for (let i = 0; i < 10; i++) other.arrive("up", `${i}`);
    const all = xpub.receiveAll();
    const ups = all.filter(([text]) => text === "up").map(([, i]) => i);
    assert.deepEqual(ups, [..."0123456789"]);
    assert.equal(all.length, 800 + 6000 + 10);
  });

  it("has a peer of manual mode wait, and forgets those it never heard of", () => {
    const xpub = new Bench(XPubPattern, { manual: true });
    const first = xpub.pipe();
    first.tell("SUBSCRIBE", "first");
    assert.deepEqual(xpub.receive(), ["\x01first"]);
    for (let i = 0; i < 50; i++) {
      const pipe = xpub.pipe();
      churn(pipe, `of ${i}`, 450);
      pipe.arrive("up");
      pipe.close();
      assert.ok(xpub.pattern.waiting < MOST, `${xpub.pattern.waiting}`);
    }
    first.close();
    const all = xpub.receiveAll();
    const firsts = all.filter(([text]) => text!.endsWith("first"));
    assert.deepEqual(firsts, [["\x00first"]]);
    assert.equal(all.filter(([text]) => text === "up").length, 50);
    assert.equal(xpub.pattern.canReceive, false);
    const next = xpub.pipe();
    next.tell("SUBSCRIBE", "next");
    assert.deepEqual(xpub.receive(), ["\x01next"]);
    xpub.pattern.subscribe(fromKey("next"));
    xpub.send("next one");
    assert.deepEqual(next.drain(), [["next one"]]);
  });

  it("hears of a topic's changes in order, whichever peers made them", () => {
    const xpub = new Bench(XPubPattern);
    const [a, b] = [xpub.pipe(), xpub.pipe()];
    for (const topic of ["u", "v", "t"]) a.tell("SUBSCRIBE", topic);
    b.arrive("1");
    b.arrive("2");
    a.tell("CANCEL", "t");
    b.tell("SUBSCRIBE", "t");
    a.arrive("3");
    assert.deepEqual(
      xpub.receiveAll().map(([text]) => text),
      ["\x01u", "1", "\x01v", "2", "\x01t", "\x00t", "\x01t", "3"],
    );
  });

  it("hears only the last notice over a connection that conflates", () => {
    const xpub = new Bench(XPubPattern);
    const xsub = new Bench(XSubPattern);
    joined(xsub, xpub, { conflate: true });
    for (let i = 0; i < 9000; i++) xsub.send(`\x01${i}`);
    assert.equal(xpub.pattern.waiting, 1);
    assert.deepEqual(xpub.receiveAll(), [["\x018999"]]);
    assert.equal(xpub.pattern.canReceive, false);
  });
});
