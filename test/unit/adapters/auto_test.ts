// Which adapter is chosen, and that every file loads on every runtime.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { detectRuntime } from "../../../adapters/auto.ts";
import { webRuntime } from "../../../adapters/web/runtime.ts";
import { runtimeName } from "../../kit/runtime.ts";

describe("adapters", () => {
  it("load on every runtime, each of their files", async () => {
    const folder = new URL("../../../adapters/", import.meta.url);
    const paths = readdirSync(fileURLToPath(folder), {
      recursive: true,
      encoding: "utf8",
    }).filter((path) => /\.(ts|js)$/.test(path) && !path.endsWith(".d.ts"));
    assert.ok(paths.length > 20);
    for (const path of paths) {
      await import(new URL(path.replaceAll("\\", "/"), folder).href);
    }
  });

  it("know the runtime at hand, once and for all", () => {
    const runtime = detectRuntime();
    assert.equal(runtime.name, runtimeName);
    assert.equal(detectRuntime(), runtime);
    const schemes = runtime.transports.map(({ scheme }) => scheme);
    assert.deepEqual(schemes, ["tcp", "ipc", "ws", "wss", "broadcast"]);
  });

  it("have WebSockets and names of the origin for the Web", () => {
    const runtime = webRuntime();
    assert.equal(runtime.name, "web");
    assert.deepEqual(
      runtime.transports.map(({ scheme }) => scheme),
      ["ws", "wss", "broadcast"],
    );
    assert.equal(runtime.options.size, 0);
    assert.ok(runtime.clock.now() > 0);
  });
});
