// The radix tree of topics.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey, toKey } from "../../../src/base/bytes.ts";
import { TopicTree } from "../../../src/routing/topic_tree.ts";
import { counted, sequence } from "../../kit/numbers.ts";

/** A tree of texts, each with its place in the list as its value. */
function treeOf(...keys: string[]): TopicTree {
  const tree = new TopicTree();
  keys.forEach((key, i) => tree.set(fromKey(key), i));
  return tree;
}

function found(tree: TopicTree, text: string): number[] {
  const values: number[] = [];
  tree.match(fromKey(text), (value) => {
    values.push(value);
  });
  return values;
}

function keysOf(tree: TopicTree, prefix = ""): string[] {
  return [...tree.keys(fromKey(prefix))].map(toKey).sort();
}

describe("TopicTree", () => {
  it("finds every stored prefix, shortest first", () => {
    const tree = treeOf("abc", "", "ab", "abd", "b", "abcdef");
    assert.deepEqual(found(tree, "abcde"), [1, 2, 0]);
    assert.deepEqual(found(tree, "ab"), [1, 2]);
    assert.deepEqual(found(tree, "c"), [1]);
    assert.deepEqual(found(tree, ""), [1]);
    assert.equal(tree.size, 6);
  });

  it("stops at the first prefix when told to", () => {
    const tree = treeOf("a", "ab", "abc");
    const values: number[] = [];
    assert.ok(tree.match(fromKey("abcd"), (value) => {
      values.push(value);
      return value === 1;
    }));
    assert.deepEqual(values, [0, 1]);
    assert.equal(tree.match(fromKey("abcd"), () => {}), false);
  });

  it("replaces the value of a key that is stored", () => {
    const tree = new TopicTree();
    assert.equal(tree.set(fromKey("k"), 1), true);
    assert.equal(tree.set(fromKey("k"), 2), false);
    assert.equal(tree.get(fromKey("k")), 2);
    assert.equal(tree.size, 1);
  });

  it("knows nothing of inner nodes", () => {
    const tree = treeOf("abc", "abd");
    assert.equal(tree.get(fromKey("ab")), -1);
    for (const text of ["ab", "a", "abcd", "", "abx"]) {
      assert.equal(tree.delete(fromKey(text)), false, text);
    }
    assert.equal(tree.matches(fromKey("ab")), false);
    assert.equal(tree.size, 2);
  });

  it("lists the keys that begin with a prefix", () => {
    const tree = treeOf("", "a", "abc", "abd", "abdef", "b");
    assert.deepEqual(keysOf(tree), ["", "a", "abc", "abd", "abdef", "b"]);
    assert.deepEqual(keysOf(tree, "ab"), ["abc", "abd", "abdef"]);
    assert.deepEqual(keysOf(tree, "abde"), ["abdef"]);
    assert.deepEqual(keysOf(tree, "abdef"), ["abdef"]);
    for (const prefix of ["abx", "abdeg", "abdefg", "c"]) {
      assert.deepEqual(keysOf(tree, prefix), [], prefix);
    }
  });

  it("holds all 256 octets below one key, and lets go of them", () => {
    const tree = new TopicTree();
    const key = (octet: number) => Uint8Array.of(120, octet, 121);
    const octets = Array.from({ length: 256 }, (_, i) => (i * 97) & 255);
    for (const [i, octet] of octets.entries()) {
      assert.ok(tree.set(key(octet), octet));
      for (const each of octets.slice(0, i + 1)) {
        assert.equal(tree.get(key(each)), each);
      }
    }
    assert.equal([...tree.keys()].length, 256);
    for (const [i, octet] of octets.entries()) {
      assert.ok(tree.delete(key(octet)));
      assert.equal(tree.matches(key(octet)), false);
      for (const each of octets.slice(i + 1)) {
        assert.ok(tree.matches(key(each)));
      }
    }
    assert.equal(tree.size, 0);
  });

  it("does what a map does, over 20 000 random changes", () => {
    const next = sequence(7);
    const tree = new TopicTree();
    const map = new Map<string, number>();
    const key = () => {
      let text = "";
      for (let i = next(6); i > 0; i--) text += "ab\xff"[next(3)];
      return text;
    };
    for (let i = 0; i < 20000; i++) {
      const k = key();
      if (next(2) === 0) {
        assert.equal(tree.set(fromKey(k), i), !map.has(k));
        map.set(k, i);
      } else assert.equal(tree.delete(fromKey(k)), map.delete(k));
      assert.equal(tree.size, map.size);
      const text = key() + key();
      const expected = [...map].filter(([each]) => text.startsWith(each))
        .sort(([a], [b]) => a.length - b.length).map(([, value]) => value);
      assert.deepEqual(found(tree, text), expected);
      assert.equal(tree.matches(fromKey(text)), expected.length > 0);
      assert.equal(tree.get(fromKey(text)), map.get(text) ?? -1);
      if (i % 500 === 0) assert.deepEqual(keysOf(tree), [...map.keys()].sort());
    }
    tree.clear();
    assert.equal(tree.size, 0);
    assert.deepEqual(keysOf(tree), []);
  });

  it("survives a chain of 5000 nested keys", () => {
    const tree = new TopicTree();
    const key = new Uint8Array(5000).fill(120);
    for (let i = 0; i <= 5000; i++) tree.set(key.subarray(0, i), i);
    let matches = 0;
    tree.match(key, () => {
      matches++;
    });
    assert.equal(matches, 5001);
    assert.equal([...tree.keys(key)].length, 1);
    for (let i = 0; i <= 5000; i++) assert.ok(tree.delete(key.subarray(0, i)));
    assert.equal(tree.size, 0);
  });

  it("stores keys of 64 KiB that differ in the last octet", () => {
    const tree = new TopicTree();
    const key = new Uint8Array(65536);
    for (let i = 0; i < 100; i++) {
      key[65535] = i;
      assert.ok(tree.set(key, i));
    }
    for (let i = 0; i < 100; i += 2) {
      key[65535] = i;
      assert.ok(tree.delete(key));
      assert.equal(tree.matches(key), false);
      key[65535] = i + 1;
      assert.equal(tree.get(key), i + 1);
    }
  });

  it("looks at no octet of a frame twice, among 10 keys or 100 000", () => {
    const tree = new TopicTree();
    const frame = fromKey("sensors/7/device-77777/temperature");
    const looks = () => {
      const { octets, count } = counted(frame);
      assert.ok(tree.matches(octets));
      return count();
    };
    for (let i = 0; i < 100_000; i++) {
      tree.set(fromKey(`sensors/${i % 10}/device-${i}/`), i);
      if (i === 9) tree.set(fromKey("sensors/7/device-77777/"), i);
      if (i === 9) assert.ok(looks() <= frame.length);
    }
    assert.ok(looks() <= frame.length, `${looks()} looks at ${frame.length}`);
  });
});
