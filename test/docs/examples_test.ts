// Every example runs to its end and prints what its last comment says.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filesIn, read } from "../structure/project.ts";
import { runnable, runProgram } from "./programs.ts";

const examples = filesIn(["ext/examples"], ".ts")
  .filter((path) => !/^ext\/examples\/(tour|web\/)/.test(path));

/** The lines below "// Prints:" at the end of an example. */
function promised(source: string): string | undefined {
  const lines = /\n\/\/ Prints:\n((?:\/\/ .*\n)+)$/.exec(source)?.[1];
  return lines?.replaceAll(/^\/\/ /gm, "");
}

describe("ext/examples", () => {
  it("has an example for each pattern", () => {
    const names = examples.map((path) => path.replace(/^.*\/|\.ts$/g, ""));
    for (const name of ["curve", "pipeline", "proxy", "pubsub", "reqrep"]) {
      assert.ok(names.includes(name), `Expected ${name}.ts`);
    }
  });

  for (const path of examples) {
    it(`${path} prints what it says and exits`, async () => {
      const expected = promised(read(path));
      assert.ok(expected, "Expected a comment that says what is printed");
      const { code, output, errors } = await runProgram(runnable(path));
      assert.equal(errors, "");
      assert.equal(output, expected);
      assert.equal(code, 0);
    });
  }
});
