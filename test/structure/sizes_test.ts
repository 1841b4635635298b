// Files stay small: one concept each.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filesIn, read } from "./project.ts";

/** Lines that a source file may have at most. */
const SOURCE_LIMIT = 600;

/** Lines that a test file may have at most. */
const TEST_LIMIT = 400;

/** Files that are tables, and may be longer. */
const TABLES: readonly string[] = [];

function linesOf(path: string): number {
  return read(path).trimEnd().split("\n").length;
}

function longerThan(limit: number, paths: readonly string[]): string[] {
  return paths
    .filter((path) => !TABLES.includes(path) && linesOf(path) > limit)
    .map((path) => `${path}: ${linesOf(path)} lines`);
}

/** The value below which a share of the sorted numbers lies. */
function quantile(sorted: readonly number[], share: number): number {
  const index = Math.ceil(sorted.length * share) - 1;
  return sorted[Math.max(0, index)] ?? 0;
}

describe("source files", () => {
  const paths = filesIn(["mod.ts", "src", "adapters", "ext"], ".ts");
  const sizes = paths.map(linesOf).sort((a, b) => a - b);

  it(`have at most ${SOURCE_LIMIT} lines`, () => {
    assert.deepEqual(longerThan(SOURCE_LIMIT, paths), []);
  });

  it("have a median of at most 200 lines", () => {
    assert.ok(quantile(sizes, 0.5) <= 200, `got ${quantile(sizes, 0.5)}`);
  });

  it("have at most 400 lines nine times in ten", () => {
    assert.ok(quantile(sizes, 0.9) <= 400, `got ${quantile(sizes, 0.9)}`);
  });
});

describe("test files", () => {
  it(`have at most ${TEST_LIMIT} lines`, () => {
    assert.deepEqual(longerThan(TEST_LIMIT, filesIn(["test"], ".ts")), []);
  });
});

describe("TABLES", () => {
  it("names only files that need the exception", () => {
    const needless = TABLES.filter((path) => linesOf(path) <= SOURCE_LIMIT);
    assert.deepEqual(needless, []);
  });
});
