// What the runtime for Deno has, by Deno's version.
// runtimes: node
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { denoRuntime } from "../../../adapters/deno/runtime.ts";

/** The runtime in a Deno of a version. */
function runtimeOf(version: string) {
  const global = globalThis as { Deno?: unknown };
  global.Deno = { build: { os: "linux" }, version: { deno: version } };
  try {
    const { transports, options } = denoRuntime();
    return { schemes: transports.map(({ scheme }) => scheme), options };
  } finally {
    delete global.Deno;
  }
}

describe("denoRuntime()", () => {
  for (const version of ["2.4.4", "2.7.14"]) {
    it(`has no wss in Deno ${version}`, () => {
      const { schemes, options } = runtimeOf(version);
      assert.deepEqual(schemes, ["tcp", "ipc", "ws", "broadcast"]);
      assert.ok(options.has("webSocketOrigins"));
      assert.ok(!options.has("wssTrustPem"));
      assert.ok(!options.has("wssTrustSystem"));
    });
  }

  for (const version of ["2.8.0", "2.9.5", "3.0.0"]) {
    it(`has it in Deno ${version}`, () => {
      const { schemes, options } = runtimeOf(version);
      assert.ok(schemes.includes("wss"));
      assert.ok(options.has("wssTrustPem"));
    });
  }
});
