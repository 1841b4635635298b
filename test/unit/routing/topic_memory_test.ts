// The memory of the radix tree: what is dead goes, and what is moved for it
// stays the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey, toKey } from "../../../src/base/bytes.ts";
import {
  BlockArena,
  IN_PAGE,
  PAGE_SHIFT,
} from "../../../src/routing/block_arena.ts";
import { TopicTree } from "../../../src/routing/topic_tree.ts";
import { sequence } from "../../kit/numbers.ts";

const PAGE = 1 << PAGE_SHIFT;

describe("TopicTree", () => {
  it("does what a map does while its nodes move", () => {
    const next = sequence(11);
    // Room for half of what is made in all: it is used again.
    const tree = new TopicTree(4 * PAGE);
    const map = new Map<string, number>();
    const long = Array.from(
      { length: 4 },
      (_, i) => String.fromCharCode(97 + i).repeat(700),
    );
    const key = () => {
      let text = "";
      for (let i = next(5); i > 0; i--) {
        text += long[next(4)]!.slice(0, next(3) === 0 ? next(700) : next(4));
        text += String.fromCharCode(next(256));
      }
      return text;
    };
    let taken = 0;
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 1500; i++) {
        const text = key();
        taken += text.length;
        assert.ok(tree.hasRoom(text.length), `${taken} octets`);
        assert.equal(tree.set(fromKey(text), i), !map.has(text));
        map.set(text, i);
        if (i % 50 !== 0) continue;
        const frame = text + key();
        const found: number[] = [];
        tree.match(fromKey(frame), (value) => void found.push(value));
        assert.deepEqual(
          found,
          [...map].filter(([each]) => frame.startsWith(each))
            .sort(([a], [b]) => a.length - b.length)
            .map(([, value]) => value),
        );
      }
      const keys = [...map.keys()];
      for (const text of keys) {
        if (next(20) === 0) continue;
        assert.ok(tree.delete(fromKey(text)));
        map.delete(text);
        assert.equal(tree.get(fromKey(text)), -1);
      }
      assert.equal(tree.size, map.size);
      for (const [text, value] of map) {
        assert.equal(tree.get(fromKey(text)), value);
      }
      assert.deepEqual(
        [...tree.keys()].map(toKey).sort(),
        [
          ...map.keys(),
        ].sort(),
      );
    }
    assert.ok(taken > 4 * 4 * PAGE, `${taken} octets`);
  });

  it("copies nothing of a long key for a short one that comes and goes", () => {
    const tree = new TopicTree(8 * PAGE);
    const key = new Uint8Array(65000).fill(65);
    tree.set(key, 1);
    const start = performance.now();
    for (let i = 0; i < 20_000; i++) {
      const prefix = key.subarray(0, 1 + i % 8);
      assert.ok(tree.set(prefix, 2));
      assert.ok(tree.delete(prefix));
    }
    const each = (performance.now() - start) / 20_000;
    assert.equal(tree.get(key), 1);
    // To copy it took 20 µs each way, on a good day.
    assert.ok(each < 0.02, `${each} ms`);
  });

  it("keeps no node for each key within a long one that has come and gone", () => {
    const tree = new TopicTree(3 * PAGE);
    for (let i = 0; i < 50; i++) {
      const key = new Uint8Array(3000).fill(i);
      tree.set(key, i);
      for (let end = 1; end <= 2997; end++) {
        assert.ok(tree.set(key, 2, end));
        // Now the one below goes first, and now the one above.
        const first = end % 3 === 0 ? end - 1 : end;
        if (end % 3 !== 2) assert.ok(tree.delete(key, first));
        if (end % 3 === 0) assert.ok(tree.delete(key, end));
      }
      assert.ok(tree.hasRoom(1000), `after ${i}`);
    }
    assert.equal(tree.size, 50);
  });
});

describe("BlockArena", () => {
  it("has blocks of any length, none over another", () => {
    const arena = new BlockArena(2);
    const sizes = [1, 50, 5000, PAGE / 2, PAGE / 2 + 1, 3 * PAGE, 60_000];
    const blocks = sizes.map((size, i) => {
      const block = arena.take(size);
      const at = block & IN_PAGE;
      arena.words[block >>> PAGE_SHIFT]!.fill(i, at, at + size);
      return block;
    });
    blocks.forEach((block, i) => {
      const at = block & IN_PAGE;
      const words = arena.words[block >>> PAGE_SHIFT]!;
      const own = words.subarray(at, at + sizes[i]!);
      assert.equal(own.length, sizes[i]);
      assert.ok(own.every((word) => word === i), `of ${sizes[i]}`);
    });
  });

  it("asks for the living blocks of a page that is mostly dead", () => {
    const arena = new BlockArena(2);
    const size = PAGE / 8;
    const blocks = Array.from({ length: 16 }, () => arena.take(size));
    for (const block of blocks.slice(1, 5)) arena.give(block, size);
    arena.owed = PAGE;
    assert.equal(arena.next(), -1, "half of it lives");
    arena.give(blocks[5]!, size);
    arena.owed = PAGE;
    assert.equal(arena.next(), blocks[0]);
    arena.give(blocks[0]!, size);
    assert.equal(arena.next(), blocks[6]);
    arena.give(blocks[6]!, size);
    assert.equal(arena.next(), blocks[7]);
    arena.give(blocks[7]!, size);
    assert.equal(arena.next(), -1);
    assert.equal(arena.words[blocks[0]! >>> PAGE_SHIFT]!.length, 0);
  });
});
