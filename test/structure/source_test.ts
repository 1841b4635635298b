// The reader of source text that the other structure tests stand on.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blank, importsOf } from "./source.ts";

describe("blank()", () => {
  it("erases comments and keeps every offset", () => {
    const source = "a; // b\n/* c\n d */ e;";
    const code = blank(source);
    assert.equal(code, "a;     \n    \n      e;");
    assert.equal(code.length, source.length);
  });

  it("erases what strings hold and keeps their quotes", () => {
    assert.equal(blank(`f("a//b", 'it\\'s')`), `f("    ", '     ')`);
  });

  it("keeps the expressions of nested templates", () => {
    assert.equal(
      blank("`a${{ b: `c${d}e` }}f` + g"),
      "` ${{ b: ` ${d} ` }} ` + g",
    );
  });

  it("does not take the quote inside a regular expression for a string", () => {
    assert.equal(blank(`x = /["/]/g; y`), `x = /    /g; y`);
    assert.equal(blank(`a / b; c = "/"`), `a / b; c = " "`);
  });
});

describe("importsOf()", () => {
  it("tells types, values and dynamic imports apart", () => {
    const source = [
      'import a, { b } from "./a.ts";',
      'import type { C } from "./c.ts";',
      "export {",
      "  d,",
      '} from "./d.ts";',
      'export type { E } from "./e.ts";',
      'export * from "./f.ts";',
      'import "./g.ts";',
      'const h = await import("./h.ts");',
      'import { type I } from "./i.ts";',
    ].join("\n");
    const found = importsOf(source).map((i) => `${i.kind} ${i.specifier}`);
    assert.deepEqual(found, [
      "value ./a.ts",
      "type ./c.ts",
      "value ./d.ts",
      "type ./e.ts",
      "value ./f.ts",
      "value ./g.ts",
      "dynamic ./h.ts",
      "value ./i.ts",
    ]);
  });

  it("finds none in comments and strings", () => {
    const source = '// import "./a.ts"\nconst s = \'import "./b.ts"\';';
    assert.deepEqual(importsOf(source), []);
  });

  it("counts lines from 1", () => {
    assert.equal(importsOf('\n\nimport "./a.ts";')[0]?.line, 3);
  });
});
