// Who subscribed to what, on the publisher's side.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey, toKey } from "../../../src/base/bytes.ts";
import type { Pipe } from "../../../src/routing/pipe.ts";
import { Subscriptions } from "../../../src/routing/subscriptions.ts";
import { PullPattern } from "../../../src/socket/patterns/pull.ts";
import { Bench } from "../../kit/fake_pipe.ts";
import { sequence } from "../../kit/numbers.ts";

function pipes(count: number): Pipe[] {
  const bench = new Bench(PullPattern);
  return Array.from({ length: count }, () => bench.pipe());
}

function found(subscriptions: Subscriptions, frame: string): Pipe[] {
  const matched: Pipe[] = [];
  subscriptions.match(fromKey(frame), (pipe) => matched.push(pipe));
  return matched;
}

/** Takes all topics of a pipe away, and gives them. */
function left(subscriptions: Subscriptions, pipe: Pipe): Uint8Array[] {
  const topics: Uint8Array[] = [];
  const leaving = subscriptions.leave(pipe, (topic) => topics.push(topic));
  for (let step = leaving.next(); !step.done; step = leaving.next()) {
    assert.equal(step.value, topics.at(-1)!.length);
  }
  return topics;
}

const t = fromKey("t");
const u = fromKey("u");

describe("Subscriptions", () => {
  it("tells the first of a topic, and the last", () => {
    const subscriptions = new Subscriptions();
    const [a, b] = pipes(2) as [Pipe, Pipe];
    assert.equal(subscriptions.add(t, a), true);
    assert.equal(subscriptions.add(t, a), false);
    assert.equal(subscriptions.add(t, b), false);
    assert.equal(subscriptions.size, 1);
    assert.ok(subscriptions.has(t, b));
    assert.equal(subscriptions.has(u, b), false);
    assert.equal(subscriptions.remove(t, a), false);
    assert.equal(subscriptions.remove(t, a), false);
    assert.equal(subscriptions.remove(u, b), false);
    assert.equal(subscriptions.remove(t, b), true);
    assert.equal(subscriptions.size, 0);
    assert.equal(subscriptions.add(t, b), true);
  });

  it("says when its memory is used up, and has room again when emptied", () => {
    const subscriptions = new Subscriptions(4096);
    const [a, b] = pipes(2) as [Pipe, Pipe];
    let count = 0;
    for (; count < 4096; count++) {
      const topic = fromKey(`topic ${count} of many`);
      if (!subscriptions.hasRoom(topic.length)) break;
      subscriptions.add(topic, count % 2 === 0 ? a : b);
    }
    assert.ok(count > 100 && count < 4096, `${count} topics`);
    assert.equal(subscriptions.size, count);
    for (const pipe of [a, b]) left(subscriptions, pipe);
    assert.ok(subscriptions.hasRoom(100));
    assert.equal(subscriptions.hasRoom(10_000), false);
  });

  it("counts the topics and octets of each pipe", () => {
    const subscriptions = new Subscriptions();
    const [a, b] = pipes(2) as [Pipe, Pipe];
    for (const topic of ["one", "three", "one"]) {
      subscriptions.add(fromKey(topic), a);
    }
    assert.equal(subscriptions.count(a), 2);
    assert.equal(subscriptions.octets(a), 8);
    assert.equal(subscriptions.count(b), 0);
    assert.equal(subscriptions.octets(b), 0);
    subscriptions.remove(fromKey("three"), a);
    assert.equal(subscriptions.octets(a), 3);
    assert.deepEqual(left(subscriptions, a).map(toKey), ["one"]);
    assert.equal(subscriptions.octets(a), 0);
    assert.deepEqual(left(subscriptions, a), []);
  });

  it("finds subscribers by prefix, and by the exact topic", () => {
    const subscriptions = new Subscriptions();
    const [a, b] = pipes(2) as [Pipe, Pipe];
    subscriptions.add(t, a);
    subscriptions.add(fromKey("to"), a);
    subscriptions.add(fromKey("to"), b);
    assert.deepEqual(found(subscriptions, "top"), [a, a, b]);
    const exact: Pipe[] = [];
    for (const topic of ["t", "top"]) {
      subscriptions.matchExactly(fromKey(topic), (pipe) => exact.push(pipe));
    }
    assert.deepEqual(exact, [a]);
  });

  it("takes one of many out of a topic", () => {
    const subscriptions = new Subscriptions();
    const all = pipes(100);
    for (const pipe of all) {
      assert.equal(subscriptions.add(t, pipe), pipe === all[0]);
    }
    for (let left = all; left.length > 0; left = left.slice(1)) {
      assert.deepEqual(new Set(found(subscriptions, "tea")), new Set(left));
      assert.equal(subscriptions.remove(t, left[0]!), left.length === 1);
    }
    assert.deepEqual(found(subscriptions, "tea"), []);
  });

  it("does what sets do, over 20 000 random changes", () => {
    const next = sequence(3);
    const subscriptions = new Subscriptions();
    const all = pipes(5);
    const expected = new Map(all.map((pipe) => [pipe, new Set<string>()]));
    for (let i = 0; i < 20000; i++) {
      const pipe = all[next(5)]!;
      const topic = "xyz".slice(0, next(4)) + "abc"[next(3)]!.repeat(next(3));
      const topics = expected.get(pipe)!;
      const others = all.filter((each) => expected.get(each)!.has(topic));
      if (next(2) === 0) {
        const isFirst = subscriptions.add(fromKey(topic), pipe);
        assert.equal(isFirst, others.length === 0);
        topics.add(topic);
      } else {
        const wasLast = subscriptions.remove(fromKey(topic), pipe);
        assert.equal(wasLast, others.length === 1 && others[0] === pipe);
        topics.delete(topic);
      }
      assert.equal(subscriptions.count(pipe), topics.size);
      const frame = `xyz${topic}`;
      const matching = all.filter((each) =>
        [...expected.get(each)!].some((text) => frame.startsWith(text))
      );
      assert.deepEqual(
        new Set(found(subscriptions, frame)),
        new Set(matching),
      );
    }
    for (const pipe of all) {
      for (const topic of left(subscriptions, pipe)) {
        assert.ok(expected.get(pipe)!.delete(toKey(topic)));
      }
      assert.equal(expected.get(pipe)!.size, 0);
    }
    assert.equal(subscriptions.size, 0);
  });

  it("keeps a topic of any length", () => {
    const subscriptions = new Subscriptions();
    const [a] = pipes(1) as [Pipe];
    const topic = new Uint8Array(70_000).fill(9);
    assert.ok(subscriptions.add(topic, a));
    assert.ok(subscriptions.has(topic, a));
    assert.deepEqual(left(subscriptions, a), [topic]);
  });

  it("has what a pipe subscribes to anew beside what it left behind", () => {
    const subscriptions = new Subscriptions();
    const [a, b] = pipes(2) as [Pipe, Pipe];
    for (const topic of ["one", "two", "tree"]) {
      subscriptions.add(fromKey(topic), a);
    }
    subscriptions.add(fromKey("two"), b);
    const gone: [string, boolean][] = [];
    const leaving = subscriptions.leave(
      a,
      (topic, wasLast) => gone.push([toKey(topic), wasLast]),
    );
    assert.equal(subscriptions.size, 3);
    assert.deepEqual(found(subscriptions, "one"), []);
    assert.deepEqual(found(subscriptions, "two"), [b]);
    assert.equal(subscriptions.count(a), 0);
    assert.equal(subscriptions.add(fromKey("one"), a), false);
    while (!leaving.next().done);
    assert.deepEqual(gone.sort(), [
      ["one", false],
      ["tree", true],
      ["two", false],
    ]);
    assert.deepEqual(found(subscriptions, "one"), [a]);
    assert.equal(subscriptions.remove(fromKey("one"), a), true);
    assert.equal(subscriptions.size, 1);
  });
});
