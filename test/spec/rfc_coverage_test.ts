/**
 * RFC_COVERAGE.md names each test of an RFC's sentence, and no other.
 *
 * @module
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { collect, nameOf } from "../kit/rfc.ts";
import { filesIn, read } from "../structure/project.ts";

const LIST = "test/spec/RFC_COVERAGE.md";
/** What a row without a test says. */
const REASON = /^not tested: \S/;

interface Row {
  readonly rfc: number;
  readonly section: string;
  readonly quote: string;
  readonly file: string;
  readonly note: string;
}

/** The rows of the list. */
function rows(): Row[] {
  const found: Row[] = [];
  let rfc = 0;
  let section = "";
  for (const line of read(LIST).split("\n")) {
    const number = /^## RFC (\d+)/.exec(line)?.[1];
    if (number !== undefined) rfc = Number(number);
    section = /^### (.*)/.exec(line)?.[1] ?? section;
    const cells = line.split("|").map((cell) => cell.trim());
    if (cells.length !== 5 || /^(Sentence|-+)$/.test(cells[1]!)) continue;
    const [, quote, file, note] = cells as [string, string, string, string];
    found.push({ rfc, section, quote, file, note });
  }
  return found;
}

function testOf({ rfc, section, quote, note }: Row): string {
  const differs = /^differs: (.*)/.exec(note)?.[1];
  return nameOf(rfc, section, quote, differs);
}

describe(LIST, () => {
  const files = filesIn(["test/spec"], "_test.ts")
    .map((path) => path.slice("test/spec/".length))
    .filter((name) => /^rfc\d/.test(name));
  const hasTest = (row: Row) => row.file !== "–";

  it("names the tests of each file, no more and no fewer", async () => {
    for (const file of files) {
      const names = await collect(() => import(`./${file}`));
      const listed = rows().filter((row) => row.file === file).map(testOf);
      assert.ok(names.length > 0, file);
      assert.deepEqual(listed.sort(), names.sort(), file);
    }
  });

  it("names no file that is not there", () => {
    const named = new Set(rows().filter(hasTest).map(({ file }) => file));
    assert.deepEqual([...named].sort(), files);
  });

  it("has no two rows, and so no two tests, of one name", () => {
    const names = rows().map(testOf);
    const twice = names.filter((name, at) => names.indexOf(name) !== at);
    assert.deepEqual(twice, []);
  });

  it("says why where there is no test", () => {
    const mute = rows().filter((row) => !hasTest(row))
      .filter(({ note }) => !REASON.test(note));
    assert.deepEqual(mute, []);
  });

  it("says of every test that differs what is different", () => {
    const odd = rows().filter(hasTest)
      .filter(({ note }) => note !== "" && !note.startsWith("differs: "));
    assert.deepEqual(odd, []);
  });
});
