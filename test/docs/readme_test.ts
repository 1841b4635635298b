// Every TypeScript block of the README runs to its end, and prints what the
// comment at the end of its last line with output says.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { read, ROOT } from "../structure/project.ts";
import { blocksOf, runProgram, withDoors } from "./programs.ts";

const FOLDER = join(ROOT, ".out", "readme", `${process.pid}`);

// Those with tipc run where there is TIPC: test/interop/tipc_test.ts.
const blocks = blocksOf(read("README.md"))
  .filter(({ code }) => !code.includes("tipc://"));

describe("the blocks of README.md", () => {
  before(() => {
    mkdirSync(FOLDER, { recursive: true });
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it("are there", () => {
    assert.ok(blocks.length >= 8, `Expected 8 blocks, got ${blocks.length}`);
  });

  for (const [index, { title, code, prints }] of blocks.entries()) {
    it(`${index + 1}, "${title}", runs and prints what it says`, async () => {
      const path = join(FOLDER, `block_${index + 1}.mjs`);
      assert.match(code, / from "isomq[/"]/);
      writeFileSync(path, withDoors(code));
      const { code: exit, output, errors } = await runProgram(path);
      assert.equal(errors, "");
      assert.deepEqual(output.split("\n").slice(0, -1), prints);
      assert.equal(exit, 0);
    });
  }
});
