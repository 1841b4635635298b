// What documents link to is there, and they are short enough, and shipped.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { dirname, normalize } from "node:path/posix";
import { describe, it } from "node:test";
import {
  DOCUMENTS,
  filesIn,
  read,
  readJson,
  ROOT,
} from "../structure/project.ts";

const LINKING = [
  ...DOCUMENTS,
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...filesIn(["test/spec"], ".md"),
];

/** Octets of a README that npm's registry shows. */
const SHOWN = 64_000;

/** A document without its programs, in which a # is no heading. */
function proseOf(document: string): string {
  return document.replaceAll(/^```[\s\S]*?^```$/gm, "");
}

/** The anchors of a document's headings, by GitHub's rule. */
function anchorsOf(document: string): string[] {
  const taken = new Map<string, number>();
  return [...proseOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const slug = heading!.replaceAll(/\[(.*?)\]\(.*?\)/g, "$1").trim()
      .toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
      .replaceAll(" ", "-");
    const count = taken.get(slug) ?? 0;
    taken.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** The targets of a document's links, but for other sites. */
function linksOf(document: string): string[] {
  const text = proseOf(document).replaceAll(/`[^`\n]*`/g, "code");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What is wrong with a link of a document, if anything is. */
function wrongWith(name: string, target: string): string | undefined {
  const [path, anchor] = target.split("#") as [string, string | undefined];
  const file = path === "" ? name : normalize(join(dirname(name), path));
  if (!existsSync(join(ROOT, file))) return `${target}: no such file`;
  if (anchor === undefined) return undefined;
  return anchorsOf(read(file)).includes(anchor)
    ? undefined
    : `${target}: no such heading`;
}

describe("anchors", () => {
  it("are made of headings by GitHub's rule", () => {
    const document = "# CommonJS, `a_b` & Co.\n\n```sh\n# none\n```\n\n" +
      "## zeromq.js: [ü](x)\n\n## Twice\n\n## Twice\n";
    const expected = ["commonjs-a_b--co", "zeromqjs-ü", "twice", "twice-1"];
    assert.deepEqual(anchorsOf(document), expected);
  });
});

describe("the links", () => {
  for (const name of LINKING) {
    it(`of ${name} lead to files and headings that exist`, () => {
      const wrong = linksOf(read(name)).map((link) => wrongWith(name, link));
      assert.deepEqual(wrong.filter((each) => each !== undefined), []);
    });
  }

  it("of README.md lead to every document", () => {
    const links = linksOf(read("README.md"));
    const missed = DOCUMENTS.slice(1).filter((name) => !links.includes(name));
    assert.deepEqual(missed, []);
  });
});

describe("README.md", () => {
  it("is shown whole", () => {
    const octets = new TextEncoder().encode(read("README.md")).length;
    assert.ok(octets < SHOWN, `Expected less than ${SHOWN}, got ${octets}`);
  });

  it("has figures that docs/performance.md has", () => {
    const rowsOf = (text: string) =>
      text.split("\n").filter((line) => /^\| .*\d.* \|$/.test(line))
        .map((line) => line.replaceAll(/ +/g, " "));
    const readme = read("README.md");
    const from = readme.indexOf("\n## Performance");
    const rows = rowsOf(readme.slice(from, readme.indexOf("\n## ", from + 1)));
    assert.ok(rows.length >= 10, `Expected 10 rows, got ${rows.length}`);
    const all = rowsOf(read("docs/performance.md"));
    assert.deepEqual(rows.filter((row) => !all.includes(row)), []);
  });
});

describe("the packages", () => {
  it("hold the documents", () => {
    const { include } = readJson("deno.json").publish as { include: string[] };
    const { files } = readJson("package.json") as { files: string[] };
    for (const name of ["README.md", "CHANGELOG.md", "SECURITY.md"]) {
      assert.ok(files.includes(name) && include.includes(name), name);
    }
    assert.ok(files.includes("docs") && include.includes("docs/"));
  });
});
