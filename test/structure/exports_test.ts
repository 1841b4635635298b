// package.json and deno.json describe the same package.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { filesIn, read, readJson, ROOT } from "./project.ts";
import { importsOf } from "./source.ts";

type Target = { readonly types: string; readonly default: string };

/**
 * Development dependencies that the build puts into the npm package, with
 * their licences. JSR names them as dependencies.
 */
const BUNDLED = ["@noble/ciphers", "@noble/curves"];

/** What the build makes the file for browsers from. */
const WEB_COMPILED = "./dist/adapters/web/mod.js";

const npm = readJson("package.json");
const jsr = readJson("deno.json");

describe("package.json", () => {
  it("exports the entries of deno.json, compiled", () => {
    const { "./package.json": _own, ...entries } = npm.exports as Record<
      string,
      Target
    >;
    // What browsers get is one file, for the package and for its part "web".
    const { browser, ...root } = entries["."] as Target & { browser: string };
    const { default: web } = entries["./web"]!;
    assert.equal(browser, web);
    entries["."] = root;
    entries["./web"] = { ...entries["./web"]!, default: WEB_COMPILED };
    const compiled = Object.fromEntries(
      Object.entries(jsr.exports as Record<string, string>).map(
        ([entry, file]) => {
          const base = file.replace(/^\.\//, "./dist/").replace(/\.ts$/, "");
          return [entry, { types: `${base}.d.ts`, default: `${base}.js` }];
        },
      ),
    );
    assert.deepEqual(entries, compiled);
  });

  it("has the version and the licence of deno.json", () => {
    assert.equal(npm.version, jsr.version);
    assert.equal(npm.license, jsr.license);
    assert.match(read("LICENSE"), /^Mozilla Public License Version 2\.0/);
  });

  it("names exact versions of everything it installs", () => {
    const { dependencies, devDependencies } = npm;
    const all = Object.entries({
      ...dependencies as Record<string, string>,
      ...devDependencies as Record<string, string>,
    });
    const ranges = all.filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version));
    assert.deepEqual(ranges, []);
  });

  it("runs no script when it is installed", () => {
    const scripts = Object.keys(npm.scripts as Record<string, string>);
    const hooks = /^(pre|post)?(install|prepare|prepublish)$/;
    assert.deepEqual(scripts.filter((name) => hooks.test(name)), []);
  });
});

describe("deno.json", () => {
  it("exports files that exist", () => {
    const targets = Object.values(jsr.exports as Record<string, string>);
    const missing = targets.filter((file) => !existsSync(join(ROOT, file)));
    assert.deepEqual(missing, []);
  });
});

describe("package-lock.json", () => {
  it("names no registry: whoever installs chooses it", () => {
    assert.doesNotMatch(read("package-lock.json"), /"resolved": "https?:/);
  });
});

describe("shipped files", () => {
  it("import no package that is neither installed nor in the bundle", () => {
    const known = Object.keys((npm.dependencies ?? {}) as object);
    const strange = filesIn(["mod.ts", "src", "adapters"], ".ts").flatMap(
      (path) =>
        packagesOf(read(path))
          .filter((name) => !known.includes(name) && !BUNDLED.includes(name))
          .map((name) => `${path}: ${name}`),
    );
    assert.deepEqual(strange, []);
  });

  it("name the packages of the bundle in the README", () => {
    const readme = read("README.md");
    const unnamed = BUNDLED.filter((name) => !readme.includes(`\`${name}\``));
    assert.deepEqual(unnamed, []);
  });
});

function packagesOf(source: string): string[] {
  return importsOf(source)
    .map(({ specifier }) => specifier)
    .filter((specifier) => !/^(\.|node:|bun$|bun:)/.test(specifier))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
}
