// Every TypeScript block of the documents compiles as a strict program does.
// runtimes: node
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { DOCUMENTS, read, ROOT } from "../structure/project.ts";
import { blocksOf } from "./programs.ts";

const FOLDER = join(ROOT, ".out", "block_types", `${process.pid}`);
const TSC = join(ROOT, "node_modules", "typescript", "lib", "tsc.js");

const CONFIG = {
  extends: join(ROOT, "tsconfig.json"),
  compilerOptions: {
    noEmit: true,
    // Is no part of "strict".
    noUncheckedIndexedAccess: false,
    incremental: false,
    tsBuildInfoFile: null,
    rootDir: ROOT,
    paths: {
      isomq: [join(ROOT, "mod.ts")],
      "isomq/*": [join(ROOT, "*", "mod.ts")],
    },
  },
  include: ["*.ts"],
};

/** What the compiler complains about. */
function compile(): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [TSC, "-p", FOLDER], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => output += text);
    child.stderr.setEncoding("utf8").on("data", (text) => output += text);
    child.once("error", reject);
    child.once(
      "close",
      (code) =>
        resolve(code === 0 ? output : `${output}\ntsc ended with ${code}`),
    );
  });
}

describe("the blocks of the documents", () => {
  before(() => mkdirSync(FOLDER, { recursive: true }));
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it("compile", async () => {
    writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(CONFIG));
    const blocks = DOCUMENTS.flatMap((name) => blocksOf(read(name)));
    assert.ok(blocks.length >= 20, `Expected 20 blocks, got ${blocks.length}`);
    for (const [index, { code }] of blocks.entries()) {
      writeFileSync(join(FOLDER, `block_${index + 1}.ts`), `${code}\n`);
    }
    assert.equal(await compile(), "");
  });
});
