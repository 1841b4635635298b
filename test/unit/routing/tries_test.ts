// The radix tree and the subscriptions that are kept in it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey } from "../../../src/base/bytes.ts";
import type { Pipe } from "../../../src/routing/pipe.ts";
import { RadixTree } from "../../../src/routing/radix_tree.ts";
import { Subscriptions } from "../../../src/routing/subscriptions.ts";
import { PullPattern } from "../../../src/socket/patterns/pull.ts";
import { Bench } from "../../kit/fake_pipe.ts";

function found(tree: RadixTree<string>, text: string): string[] {
  const values: string[] = [];
  tree.match(fromKey(text), (value) => values.push(value));
  return values;
}

/** Numbers that look random and are the same in each run. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

describe("RadixTree", () => {
  it("finds every stored prefix, shortest first", () => {
    const tree = new RadixTree<string>();
    for (const key of ["abc", "", "ab", "abd", "b", "abcdef"]) {
      tree.set(key, key);
    }
    assert.deepEqual(found(tree, "abcde"), ["", "ab", "abc"]);
    assert.deepEqual(found(tree, "ab"), ["", "ab"]);
    assert.deepEqual(found(tree, "c"), [""]);
    assert.deepEqual(found(tree, ""), [""]);
    assert.equal(tree.size, 6);
  });

  it("replaces the value of a key that is stored", () => {
    const tree = new RadixTree<number>();
    tree.set("k", 1);
    tree.set("k", 2);
    assert.equal(tree.get("k"), 2);
    assert.equal(tree.size, 1);
  });

  it("knows nothing of inner nodes", () => {
    const tree = new RadixTree<number>();
    tree.set("abc", 1);
    tree.set("abd", 2);
    assert.equal(tree.get("ab"), undefined);
    assert.equal(tree.delete("ab"), false);
    assert.equal(tree.delete("a"), false);
    assert.equal(tree.delete("abcd"), false);
    assert.equal(tree.matches(fromKey("ab")), false);
    assert.equal(tree.size, 2);
  });

  it("does what a map does, over 20 000 random changes", () => {
    const next = sequence(7);
    const tree = new RadixTree<string>();
    const map = new Map<string, string>();
    const key = () => {
      let text = "";
      for (let i = next(6); i > 0; i--) text += "ab\xff"[next(3)];
      return text;
    };
    for (let i = 0; i < 20000; i++) {
      const k = key();
      if (next(2) === 0) {
        tree.set(k, k);
        map.set(k, k);
      } else assert.equal(tree.delete(k), map.delete(k));
      assert.equal(tree.size, map.size);
      const text = key() + key();
      const expected = [...map.keys()].filter((each) => text.startsWith(each))
        .sort((a, b) => a.length - b.length);
      assert.deepEqual(found(tree, text), expected);
      assert.equal(tree.matches(fromKey(text)), expected.length > 0);
      assert.equal(tree.get(text), map.get(text));
      if (i % 500 === 0) {
        assert.deepEqual([...tree.keys()].sort(), [...map.keys()].sort());
      }
    }
    tree.clear();
    assert.equal(tree.size, 0);
    assert.deepEqual([...tree.keys()], []);
  });

  it("survives a chain of 5000 nested keys", () => {
    const tree = new RadixTree<number>();
    for (let i = 0; i <= 5000; i++) tree.set("x".repeat(i), i);
    let matches = 0;
    tree.match(fromKey("x".repeat(5000)), () => matches++);
    assert.equal(matches, 5001);
    for (let i = 0; i <= 5000; i++) assert.ok(tree.delete("x".repeat(i)));
    assert.equal(tree.size, 0);
  });
});

describe("Subscriptions", () => {
  const pipes = (): [Pipe, Pipe] => {
    const bench = new Bench(PullPattern);
    return [bench.pipe(), bench.pipe()];
  };

  it("tells the first of a topic, and the last", () => {
    const subscriptions = new Subscriptions();
    const [a, b] = pipes();
    assert.equal(subscriptions.add("t", a), true);
    assert.equal(subscriptions.add("t", a), false);
    assert.equal(subscriptions.add("t", b), false);
    assert.equal(subscriptions.size, 1);
    assert.ok(subscriptions.has("t", b));
    assert.equal(subscriptions.remove("t", a), false);
    assert.equal(subscriptions.remove("t", a), false);
    assert.equal(subscriptions.remove("u", b), false);
    assert.equal(subscriptions.remove("t", b), true);
    assert.equal(subscriptions.size, 0);
    assert.equal(subscriptions.add("t", b), true);
  });

  it("counts the topics and octets of each pipe", () => {
    const subscriptions = new Subscriptions();
    const [a, b] = pipes();
    for (const topic of ["one", "three", "one"]) subscriptions.add(topic, a);
    assert.equal(subscriptions.count(a), 2);
    assert.equal(subscriptions.octets(a), 8);
    assert.equal(subscriptions.count(b), 0);
    assert.deepEqual(subscriptions.topics(a), ["one", "three"]);
    subscriptions.remove("three", a);
    assert.equal(subscriptions.octets(a), 3);
    subscriptions.remove("one", a);
    assert.equal(subscriptions.octets(a), 0);
    assert.deepEqual(subscriptions.topics(a), []);
  });

  it("finds subscribers by prefix, and by the exact topic", () => {
    const subscriptions = new Subscriptions();
    const [a, b] = pipes();
    subscriptions.add("t", a);
    subscriptions.add("to", a);
    subscriptions.add("to", b);
    const matched: Pipe[] = [];
    subscriptions.match(fromKey("top"), (pipe) => matched.push(pipe));
    assert.deepEqual(new Set(matched), new Set([a, b]));
    const exact: Pipe[] = [];
    for (const topic of ["t", "top"]) {
      subscriptions.matchExactly(topic, (pipe) => exact.push(pipe));
    }
    assert.deepEqual(exact, [a]);
  });
});
