// Every TypeScript block of the README runs to its end, and prints what the
// comment at the end of its last line with output says.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { read, ROOT } from "../structure/project.ts";
import { runnable, runProgram } from "./programs.ts";

const FOLDER = join(ROOT, ".out", "readme", `${process.pid}`);

/** A fenced block, the heading above it, and what it says that it prints. */
interface Block {
  readonly title: string;
  readonly code: string;
  readonly prints: string[];
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/\n```ts\n([\s\S]*?)\n```/g)) {
    const code = match[1]!;
    const above = markdown.slice(0, match.index);
    const heading = /^#+ (.*)$/gm;
    const title = [...above.matchAll(heading)].at(-1)?.[1] ?? "README";
    const prints = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)]
      .map(([, text]) => text!);
    blocks.push({ title, code, prints });
  }
  return blocks;
}

const blocks = blocksOf(read("README.md"));

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
      const door = pathToFileURL(runnable("mod.ts")).href;
      const path = join(FOLDER, `block_${index + 1}.mjs`);
      assert.match(code, / from "isomq";/);
      writeFileSync(path, code.replaceAll(' from "isomq"', ` from "${door}"`));
      const { code: exit, output, errors } = await runProgram(path);
      assert.equal(errors, "");
      assert.deepEqual(output.split("\n").slice(0, -1), prints);
      assert.equal(exit, 0);
    });
  }
});
