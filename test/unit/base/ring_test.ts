/**
 * The growing first-in first-out queue, against an array as its model.
 *
 * @module
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Ring } from "../../../src/base/ring.ts";

describe("Ring", () => {
  it("behaves as an array does under push, shift and remove", () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant("push" as const) },
      { weight: 3, arbitrary: fc.constant("shift" as const) },
      { weight: 1, arbitrary: fc.nat(60) },
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const ring = new Ring<number>();
      const model: number[] = [];
      let next = 0;
      for (const each of steps) {
        if (each === "push") {
          ring.push(next);
          model.push(next++);
        } else if (each === "shift") {
          assert.equal(ring.shift(), model.shift());
        } else {
          const at = model.indexOf(each);
          if (at >= 0) model.splice(at, 1);
          assert.equal(ring.remove(each), at >= 0);
        }
        assert.equal(ring.length, model.length);
        assert.equal(ring.peek(), model[0]);
        assert.deepEqual([...ring], model);
      }
    }));
  });

  it("is empty after clear, and can be used again", () => {
    const ring = new Ring<string>();
    for (let i = 0; i < 40; i++) ring.push(`${i}`);
    ring.clear();
    assert.equal(ring.shift(), undefined);
    ring.push("again");
    assert.equal(ring.shift(), "again");
  });
});
