// COVERAGE.md: every file of libzmq's tests is in it, and every test that it
// names exists where it says.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filesIn, read } from "./project.ts";

const PATH = "test/spec/COVERAGE.md";

/** How many files libzmq has in `tests/` and in `unittests/`. */
const FILES = { test: 142, unittest: 7 } as const;

/** What a row without a test may say. */
const REASON =
  /^(Not in JavaScript: .{10,}\.|Later: (networks|native extensions)\.)$/;

interface Row {
  readonly file: string;
  readonly asserts: string;
  readonly here: string;
  readonly tests: readonly { readonly path: string; readonly name: string }[];
}

/** The rows of all tables; a row without a file belongs to the one above. */
function readRows(): Row[] {
  const rows: Row[] = [];
  for (const line of read(PATH).split("\n")) {
    // No name of a test has the sign that divides the cells.
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
    const [file, asserts, here] = cells;
    if (cells.length !== 3 || file === "File" || /^-+$/.test(file!)) continue;
    const found = here!.matchAll(/`([^`]+\.ts)` "([^"]+)"/g);
    rows.push({
      file: file === "" ? rows.at(-1)!.file : file!.replaceAll("`", ""),
      asserts: asserts!,
      here: here!,
      tests: [...found].map(([, path, name]) => ({ path: path!, name: name! })),
    });
  }
  return rows;
}

/** The names of the tests of a file, as its source has them. */
function namesIn(path: string): Set<string> {
  const call = /\b(?:it|test)\(\s*(["'`])((?:\\.|(?!\1).)*)\1/gs;
  return new Set(
    [...read(path).matchAll(call)].map(([, , name]) => name!),
  );
}

describe(PATH, () => {
  const rows = readRows();
  const names = [...new Set(rows.map(({ file }) => file))];

  it("has each of libzmq's files once, and no other", () => {
    for (const kind of ["test", "unittest"] as const) {
      const those = names.filter((name) => name.startsWith(`${kind}_`));
      assert.equal(those.length, FILES[kind], `${kind}s`);
    }
    assert.equal(names.length, FILES.test + FILES.unittest);
    // A file whose rows are apart is there twice.
    const runs = rows.filter(({ file }, i) => file !== rows[i - 1]?.file);
    assert.equal(runs.length, names.length);
  });

  it("names a test for each row, or says why there is none", () => {
    const bare = rows.filter(({ tests, here, asserts }) =>
      asserts === "" ||
      (tests.length === 0 && !REASON.test(here)) ||
      (tests.length > 0 &&
        here.replaceAll(/`[^`]+\.ts` "[^"]+"(; )?/g, "") !== "")
    );
    assert.deepEqual(bare, []);
  });

  it("names only tests that exist", () => {
    const all = new Map<string, Set<string>>();
    const missing: string[] = [];
    for (const { path, name } of rows.flatMap(({ tests }) => tests)) {
      const file = `test/${path}`;
      if (!all.has(file)) {
        const there = filesIn([file]).length > 0;
        all.set(file, there ? namesIn(file) : new Set());
      }
      if (!all.get(file)!.has(name)) missing.push(`${file}: ${name}`);
    }
    assert.deepEqual(missing, []);
    assert.ok(all.size >= 40, `${all.size} files`);
  });

  it("names every test that is there for libzmq's sake", () => {
    const named = new Set(
      rows.flatMap(({ tests }) => tests).map(({ path, name }) =>
        `test/${path}: ${name}`
      ),
    );
    const unnamed = filesIn(["test/spec"], "_test.ts")
      .filter((path) => path.startsWith("test/spec/libzmq_"))
      .flatMap((path) => [...namesIn(path)].map((name) => `${path}: ${name}`))
      .filter((test) => !named.has(test));
    assert.deepEqual(unnamed, []);
  });
});
