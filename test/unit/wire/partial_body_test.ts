// Bodies that come in pieces: what memory they get, and what is in it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PartialBody } from "../../../src/wire/partial_body.ts";

/** Memory as a system gives it: with what somebody else has left there. */
function memory() {
  const lengths: number[] = [];
  return {
    lengths,
    allocate: (length: number) => {
      lengths.push(length);
      return new Uint8Array(length).fill(0xee);
    },
  };
}

function whole(body: PartialBody, pieces: readonly number[]): Uint8Array {
  pieces.forEach((length, i) => {
    body.expect(length, i < pieces.length - 1);
    body.add(new Uint8Array(length).fill(i + 1));
  });
  return body.take();
}

describe("PartialBody", () => {
  it("gives memory in which there is nothing else", () => {
    const body = new PartialBody(memory());
    const taken = whole(body, [6000, 4000]);
    assert.equal(taken.length, 10_000);
    assert.equal(taken.buffer.byteLength, 10_000);
    assert.deepEqual([taken[0], taken[5999], taken[6000]], [1, 1, 2]);
  });

  it("takes memory for what came of an open body, however long others were", () => {
    const source = memory();
    const body = new PartialBody(source);
    whole(body, [500_000, 500_000]);
    source.lengths.length = 0;
    for (let i = 0; i < 10; i++) whole(body, [1, 1]);
    assert.equal(source.lengths.length, 10);
    assert.ok(Math.max(...source.lengths) <= 16 * 1024, `${source.lengths}`);
  });
});
