// The examples in the comments of the extensions' entries run to their end,
// and print what they say.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { skipWithoutKoffi } from "../kit/native.ts";
import { skipWithoutNorm } from "../kit/norm.ts";
import { skipWithoutPgm } from "../kit/pgm.ts";
import { filesIn, read, ROOT } from "../structure/project.ts";
import { blocksOf, runProgram, withDoors } from "./programs.ts";

const FOLDER = join(ROOT, ".out", "entries", `${process.pid}`);

// That of tipc runs where there is TIPC: test/interop/tipc_test.ts.
const entries = filesIn(["ext"], "mod.ts")
  .filter((path) => path.endsWith("/mod.ts") && path !== "ext/tipc/mod.ts");

/** The examples of a file, without the asterisks of the comments. */
function examplesOf(path: string) {
  return blocksOf(read(path).replaceAll(/^ \* ?/gm, ""));
}

describe("the examples of extensions", () => {
  before(() => {
    mkdirSync(FOLDER, { recursive: true });
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  for (const entry of entries) {
    it(`${entry} has examples that print what they say`, {
      skip: entry.startsWith("ext/ffi/")
        ? skipWithoutKoffi
        : entry.startsWith("ext/norm/")
        ? skipWithoutNorm
        : entry.startsWith("ext/pgm/") && skipWithoutPgm,
    }, async () => {
      const examples = examplesOf(entry);
      assert.ok(examples.length > 0, "Expected an example");
      for (const [index, { code, prints }] of examples.entries()) {
        const name = `${entry.replaceAll("/", "_")}_${index}.mjs`;
        const path = join(FOLDER, name);
        writeFileSync(path, withDoors(code));
        const { code: exit, output, errors } = await runProgram(path);
        assert.equal(errors, "");
        assert.deepEqual(output.split("\n").slice(0, -1), prints);
        assert.equal(exit, 0);
      }
    });
  }
});
