// The package as browsers get it: what is in it, and how large it is.
// runtimes: node
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import * as isomq from "../../mod.ts";
import { show } from "../kit/show.ts";
import { ROOT } from "../structure/project.ts";

/** kB of 1000 octets that a page loads compressed, without and for CURVE. */
const LIMITS = { "isomq.js": 66, "isomq_curve.js": 18 } as const;

describe("the package for browsers", () => {
  const folder = mkdtempSync(join(tmpdir(), "isomq-"));
  let transferSize: (path: string) => number;
  before(async () => {
    const url = pathToFileURL(join(ROOT, ".ci/web.mjs")).href;
    const tools = await import(url);
    transferSize = tools.transferSize;
    await tools.buildWeb(join(ROOT, ".out"), folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const text = (name: string): string =>
    readFileSync(join(folder, name), "utf8");

  it("is one module, and one more for CURVE", () => {
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(LIMITS).sort());
    for (const name of Object.keys(LIMITS)) {
      const imports = text(name).matchAll(
        /\b(?:from|import)\s*\(?\s*(["'])([\w@./:-]+)\1/g,
      );
      const expected = name === "isomq.js" ? "isomq_curve.js" : "isomq.js";
      const found = new Set([...imports].map(([, , specifier]) => specifier));
      assert.deepEqual([...found], [`./${expected}`]);
    }
  });

  for (const [name, limit] of Object.entries(LIMITS)) {
    it(`${name} takes less than ${limit} kB compressed`, () => {
      const size = transferSize(join(folder, name)) / 1000;
      show(`${name}: ${size.toFixed(1)} kB gzip`);
      assert.ok(size < limit, `${size} kB`);
    });
  }

  it("names nothing that only Node, Deno or Bun have", () => {
    for (const name of Object.keys(LIMITS)) {
      // Used, and neither a member nor a word of a message.
      const found = text(name).match(
        /(?<![\w$.#])(Buffer|Deno|Bun|process|global)\.\w|\brequire\(/g,
      );
      assert.deepEqual(found ?? [], []);
    }
  });

  it("exports what the package exports, and webRuntime()", async () => {
    const web = await import(pathToFileURL(join(folder, "isomq.js")).href);
    // What is for the other file has names of one letter or two.
    const names = Object.keys(web).filter((name) => name.length > 2);
    assert.deepEqual(
      names.filter((name) => name.length > 2).sort(),
      [...Object.keys(isomq), "webRuntime"].sort(),
    );
  });

  it("carries messages over inproc, and cannot listen for WebSockets", async () => {
    const web: typeof import("../../adapters/web/mod.ts") = await import(
      pathToFileURL(join(folder, "isomq.js")).href
    );
    const pull = new web.Pull();
    await pull.bind("inproc://place");
    const push = new web.Push();
    push.connect("inproc://place");
    await push.send("hello");
    assert.equal((await pull.receive())[0]!.length, 5);
    await assert.rejects(pull.bind("ws://127.0.0.1:*"), {
      code: "ENOTSUP",
      message: /the web runtime cannot listen/,
    });
    await assert.rejects(pull.bind("tcp://127.0.0.1:*"), {
      code: "EPROTONOSUPPORT",
      message: /the web runtime has no transport/,
    });
    assert.throws(() => new web.WebSocketUpgrades(), { code: "ENOTSUP" });
    assert.throws(() => push.typeOfService = 1, {
      code: "ENOTSUP",
      message: /\bweb\b/,
    });
    await Promise.all([push.close(), pull.close()]);
  });
});
