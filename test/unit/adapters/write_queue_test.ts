// The queue of what waits to be written.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WriteQueue } from "../../../adapters/connection.ts";
import { assertSameOctets, cut, pattern } from "../../kit/byte_end.ts";

describe("WriteQueue", () => {
  it("gives every octet in order, whatever is taken at a time", () => {
    const sent = pattern(400_000);
    for (const lengths of [[1, 200, 0, 5000], [20_000, 10], [16_383, 70_000]]) {
      for (const step of [1000, 65_536, 1_000_000]) {
        const queue = new WriteQueue();
        const taken: Uint8Array[] = [];
        for (const part of cut(sent, lengths)) {
          queue.push([part]);
          if (queue.length < 150_000) continue;
          const chunk = queue.peek().slice(0, step);
          taken.push(chunk);
          queue.consume(chunk.length);
        }
        while (queue.length > 0) {
          const chunk = queue.peek().slice(0, step);
          taken.push(chunk);
          queue.consume(chunk.length);
        }
        const whole = new Uint8Array(
          taken.reduce((sum, { length }) => sum + length, 0),
        );
        let at = 0;
        for (const chunk of taken) {
          whole.set(chunk, at);
          at += chunk.length;
        }
        assertSameOctets(whole, sent);
      }
    }
  });

  it("gathers small parts with the head of a large one, and copies no more", () => {
    const queue = new WriteQueue();
    const large = pattern(40_000);
    queue.push([pattern(10), pattern(20), large, pattern(5)]);
    assert.equal(queue.length, 40_035);
    assert.equal(queue.peek().length, 30 + 16_384);
    queue.consume(30 + 16_384);
    assert.equal(queue.peek().buffer, large.buffer);
    assert.equal(queue.peek().length, 40_000 - 16_384);
    queue.consume(40_000 - 16_384);
    assert.equal(queue.peek().length, 5);
    queue.clear();
    assert.equal(queue.length, 0);
  });
});
