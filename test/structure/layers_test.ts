// The layers hold: who imports whom in mod.ts, src/, adapters/ and ext/.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Edge } from "./layers.ts";
import { brokenRule, edgesOf, findCycle, loadedBy } from "./layers.ts";
import { filesIn, read, ROOT } from "./project.ts";
import { importsOf } from "./source.ts";

const FILES = filesIn(["mod.ts", "src", "adapters", "ext"], ".ts");
const EDGES = FILES.flatMap((path) => edgesOf(path, read(path)));

function edge(from: string, to: string, kind: Edge["kind"] = "value"): Edge {
  return { from, to, kind, line: 1 };
}

describe("imports of the project", () => {
  it("keep to the layers", () => {
    const broken = EDGES.flatMap((found) => {
      const rule = brokenRule(found);
      const { from, line, to } = found;
      return rule === undefined ? [] : [`${from}:${line} -> ${to}: ${rule}`];
    });
    assert.deepEqual(broken, []);
  });

  it("name files that exist", () => {
    const missing = EDGES
      .filter(({ to }) => !existsSync(join(ROOT, to)))
      .map(({ from, line, to }) => `${from}:${line} -> ${to}`);
    assert.deepEqual(missing, []);
  });

  it("have no cycle, types included", () => {
    assert.equal(findCycle(EDGES)?.join(" -> "), undefined);
  });

  it("load nothing of ext/ with mod.ts", () => {
    const loaded = [...loadedBy("mod.ts", EDGES)];
    assert.deepEqual(loaded.filter((file) => file.startsWith("ext/")), []);
  });

  it("load nothing of CURVE with mod.ts but what makes keys", () => {
    const values = EDGES.filter(({ kind }) => kind !== "type");
    const ofCurve = /^src\/security\/(curve|noble|x25519)/;
    assert.deepEqual(
      [...loadedBy("mod.ts", values)].filter((file) => ofCurve.test(file)),
      ["src/security/curve_keys.ts", "src/security/x25519.ts"],
    );
  });

  it("load nothing of SOCKS with the first endpoint", () => {
    const values = EDGES.filter(({ kind }) => kind !== "type");
    const starts = ["mod.ts", "adapters/transports.ts", "src/session/parts.ts"];
    const loaded = starts.flatMap((start) => [...loadedBy(start, values)]);
    assert.ok(loaded.includes("adapters/tcp.ts"));
    assert.deepEqual(loaded.filter((file) => /socks/.test(file)), []);
  });

  it("load no package with mod.ts: cryptography waits for its first use", () => {
    const loaded = [...loadedBy("mod.ts", EDGES)];
    assert.ok(loaded.includes("src/security/crypto.ts"));
    const packages = loaded.flatMap((file) =>
      importsOf(read(file))
        .filter(({ kind, specifier }) =>
          kind === "value" && !specifier.startsWith(".")
        )
        .map(({ specifier }) => `${file}: ${specifier}`)
    );
    assert.deepEqual(packages, []);
  });
});

describe("brokenRule()", () => {
  const allowed: [string, string, Edge["kind"]?][] = [
    ["src/session/session.ts", "src/wire/greeting.ts"],
    ["src/wire/greeting.ts", "src/wire/framing.ts"],
    ["adapters/node/tcp.ts", "src/transport/transport.ts"],
    ["adapters/auto.ts", "adapters/node/runtime.ts"],
    ["ext/pgm/pgm.ts", "mod.ts"],
    ["ext/pgm/pgm.ts", "ext/ffi/ffi.ts"],
    ["ext/pgm/pgm.ts", "src/transport/transport.ts", "type"],
    ["ext/cli/main.ts", "ext/pgm/pgm.ts", "dynamic"],
    ["mod.ts", "ext/pgm/mod.ts", "dynamic"],
    ["mod.ts", "adapters/auto.ts"],
  ];
  const refused: [string, string, Edge["kind"]?][] = [
    ["src/wire/greeting.ts", "src/session/session.ts"],
    ["src/security/curve.ts", "src/routing/pipe.ts", "type"],
    ["src/base/errors.ts", "adapters/auto.ts"],
    ["src/base/errors.ts", "mod.ts"],
    ["src/context/context.ts", "ext/pgm/mod.ts", "dynamic"],
    ["src/stray/file.ts", "src/base/errors.ts"],
    ["adapters/node/tcp.ts", "src/session/session.ts", "type"],
    ["adapters/node/tcp.ts", "mod.ts"],
    ["ext/pgm/pgm.ts", "src/transport/transport.ts", "value"],
    ["ext/pgm/pgm.ts", "src/socket/push.ts", "type"],
    ["ext/pgm/pgm.ts", "ext/norm/norm.ts"],
    ["mod.ts", "ext/pgm/mod.ts"],
    ["mod.ts", "adapters/node/tcp.ts"],
  ];

  it("allows the folder itself, lower ranks and the seams", () => {
    for (const [from, to, kind] of allowed) {
      assert.equal(brokenRule(edge(from, to, kind)), undefined, from + to);
    }
  });

  it("refuses higher ranks and neighbours", () => {
    for (const [from, to, kind] of refused) {
      const rule = brokenRule(edge(from, to, kind));
      assert.equal(typeof rule, "string", `${from} -> ${to}`);
    }
  });
});

describe("findCycle()", () => {
  it("names the files of a cycle of types", () => {
    const cycle = findCycle([
      edge("a", "b"),
      edge("b", "c", "type"),
      edge("c", "b", "type"),
    ]);
    assert.deepEqual(cycle, ["b", "c", "b"]);
  });

  it("finds none in a diamond", () => {
    const diamond = [edge("a", "b"), edge("a", "c"), edge("b", "d")];
    assert.equal(findCycle([...diamond, edge("c", "d")]), undefined);
  });
});

describe("loadedBy()", () => {
  it("follows values and types and stops at dynamic imports", () => {
    const loaded = loadedBy("a", [
      edge("a", "b"),
      edge("b", "c", "type"),
      edge("b", "d", "dynamic"),
    ]);
    assert.deepEqual([...loaded], ["a", "b", "c"]);
  });
});
