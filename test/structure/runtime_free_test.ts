// src/ names no runtime, so that the engine runs wherever JavaScript does.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filesIn, read } from "./project.ts";
import { blank, importsOf } from "./source.ts";

/** What only some runtimes have; not a member, a key or a method's name. */
const RUNTIME_NAME =
  /(?<![\w$.#])(Buffer|Bun|Deno|__dirname|__filename|clearImmediate|console|process|require|setImmediate)\b(?!\s*\??:)(?!\(.*\{$)/gm;

/** The same names asked of the global object. */
const GLOBAL_MEMBER =
  /\bglobalThis\s*(\?\.|\.)\s*(Buffer|Bun|Deno|console|process|setImmediate)\b/g;

function runtimeNamesIn(source: string): string[] {
  const code = blank(source);
  const names: string[] = [];
  for (const pattern of [RUNTIME_NAME, GLOBAL_MEMBER]) {
    for (const match of code.matchAll(pattern)) {
      const line = code.slice(0, match.index).split("\n").length;
      names.push(`${line}: ${match[0]}`);
    }
  }
  return names;
}

describe("src/", () => {
  it("names no runtime", () => {
    const found = filesIn(["src"], ".ts").flatMap((path) =>
      runtimeNamesIn(read(path)).map((name) => `${path}:${name}`)
    );
    assert.deepEqual(found, []);
  });

  it("imports only itself and @noble", () => {
    const found = filesIn(["src"], ".ts").flatMap((path) =>
      importsOf(read(path))
        .filter(({ specifier }) => !/^(\.|@noble\/)/.test(specifier))
        .map(({ specifier, line }) => `${path}:${line}: ${specifier}`)
    );
    assert.deepEqual(found, []);
  });
});

describe("runtimeNamesIn()", () => {
  it("finds globals of runtimes", () => {
    assert.deepEqual(runtimeNamesIn("x = Buffer.from(y)"), ["1: Buffer"]);
    assert.deepEqual(runtimeNamesIn("\nconsole.log(1)"), ["2: console"]);
    assert.deepEqual(runtimeNamesIn("`${process.pid}`"), ["1: process"]);
    assert.deepEqual(runtimeNamesIn("globalThis.Deno"), [
      "1: globalThis.Deno",
    ]);
  });

  it("passes comments, strings, members and methods of the same name", () => {
    const source = [
      "// Deno",
      'const a = "process";',
      "this.process(b);",
      "class C { process(d: E): void {",
      "} }",
      "const f = { console: 1 };",
    ].join("\n");
    assert.deepEqual(runtimeNamesIn(source), []);
  });
});
