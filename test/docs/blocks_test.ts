// Every TypeScript block of the documents runs to its end, and prints what the
// comments at the end of its lines with output say.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { DOCUMENTS, read, ROOT } from "../structure/project.ts";
import { blocksOf, runProgram, withDoors } from "./programs.ts";

const FOLDER = join(ROOT, ".out", "blocks", `${process.pid}`);

// Those with tipc run where there is TIPC: test/interop/tipc_test.ts.
const blocks = DOCUMENTS.flatMap((name) =>
  blocksOf(read(name)).map((block) => ({ name, ...block }))
).filter(({ code }) => !code.includes("tipc://"));

describe("the blocks of the documents", () => {
  before(() => {
    mkdirSync(FOLDER, { recursive: true });
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it("are there", () => {
    assert.ok(blocks.length >= 19, `Expected 19 blocks, got ${blocks.length}`);
  });

  for (const [index, { name, title, code, prints }] of blocks.entries()) {
    it(`${name}, "${title}", runs and prints what it says`, async () => {
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
