// thorough
// The same seed gives the same history, another seed another one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runSeed, SCENARIOS } from "./run.ts";

const FIRST = 1001;
const COUNT = 10;

const names = Object.keys(SCENARIOS).filter((name) => name !== "thousand");

describe("runSeed()", () => {
  for (const name of names) {
    it(`gives the same history for the same seed of ${name}`, async () => {
      const hashes = new Set<string>();
      for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
        const once = await runSeed(seed, name);
        const again = await runSeed(seed, name);
        assert.deepEqual(again, once, `seed ${seed}`);
        assert.ok(once.events > 100, "something happened");
        hashes.add(once.hash);
      }
      assert.equal(hashes.size, COUNT, "seeds differ");
    });
  }

  it("tells the same events again, line by line", async () => {
    const logs: string[][] = [[], []];
    for (const log of logs) {
      await runSeed(FIRST, "mesh", (line) => log.push(line));
    }
    assert.ok(logs[0]!.length > 100);
    assert.deepEqual(logs[1], logs[0]);
  });
});
