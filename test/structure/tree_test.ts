// The tree itself: names of files, the top level, unfinished work.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename } from "node:path/posix";
import { describe, it } from "node:test";
import { filesIn, read, ROOT } from "./project.ts";

const TOP_LEVEL: readonly string[] = [
  ".ci",
  ".git",
  ".gitignore",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "SECURITY.md",
  "adapters",
  "bench",
  "deno.json",
  "docs",
  "ext",
  "mod.ts",
  "package-lock.json",
  "package.json",
  "src",
  "test",
  "tsconfig.json",
];

const CODE = ["mod.ts", "src", "adapters", "ext", "test", "bench"];

/** Documents, which are named as documents are. */
const DOCUMENTS: ReadonlySet<string> = new Set([
  "README.md",
  "COVERAGE.md",
  "RFC_COVERAGE.md",
]);

const isData = (path: string) => path.startsWith("test/golden/");

describe("the top level", () => {
  it("holds only what is agreed", () => {
    const ignored = read(".gitignore").split("\n").map((line) => {
      const pattern = line.replace(/\/$/, "").replaceAll(".", "\\.")
        .replaceAll("*", ".*");
      return new RegExp(`^${pattern}$`);
    });
    const strange = readdirSync(ROOT)
      .filter((name) => !TOP_LEVEL.includes(name))
      .filter((name) => !ignored.some((pattern) => pattern.test(name)));
    assert.deepEqual(strange, []);
  });
});

describe("file and folder names", () => {
  it("are snake_case", () => {
    const part = /^[a-z0-9]+(_[a-z0-9]+)*$/;
    const strange = filesIn([...CODE, "docs"])
      .filter((path) => !isData(path) && !DOCUMENTS.has(basename(path)))
      .filter((path) => !path.split(/[/.]/).every((name) => part.test(name)));
    assert.deepEqual(strange, []);
  });

  it("end in _test.ts exactly where tests are", () => {
    // Suites that are called by several files hold tests and are none. Who
    // calls one holds its tests.
    const suites = /^test\/(kit|compliance|hostile|spec)\//;
    const stray = filesIn(CODE, ".ts").filter((path) => {
      const holdsTests =
        /from "(node:test|.*\/kit\/rfc\.ts|.*\/compliance\/\w+\.ts)"/
          .test(read(path));
      return !suites.test(path) && holdsTests !== path.endsWith("_test.ts");
    });
    assert.deepEqual(stray, []);
  });
});

describe("code", () => {
  it("has no mark of unfinished work", () => {
    // Spelled in two parts, or this file would fail its own test.
    const mark = new RegExp(`\\b(${"TO" + "DO"}|${"FIX" + "ME"}|XX${"X"})\\b`);
    const found = filesIn(CODE, ".ts").flatMap((path) =>
      read(path).split("\n").flatMap((line, index) =>
        mark.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []
      )
    );
    assert.deepEqual(found, []);
  });

  it("has a module comment at the head of every file", () => {
    const bare = filesIn(CODE, ".ts")
      .filter((path) => !/^(#!.*\n)?(\/\/|\/\*)/.test(read(path)));
    assert.deepEqual(bare, []);
  });
});
