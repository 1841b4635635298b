// What sockets promise with Node's own WebSocket, which it has with a flag
// before version 22.
//
// runtimes: node
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

describe("Node's WebSocket", () => {
  for (const name of ["socket_web_test", "web_runtime_test"]) {
    it(`passes ${name}, as those of Deno and Bun do`, () => {
      const suite = new URL(`./${name}.js`, import.meta.url);
      const run = spawnSync(process.execPath, [
        "--experimental-websocket",
        fileURLToPath(suite),
      ], {
        encoding: "utf8",
        timeout: 100_000,
        // A runner in a runner would print for the outer one.
        env: { ...process.env, NODE_TEST_CONTEXT: "" },
      });
      assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
      assert.match(run.stdout, /pass [1-9]\d*\n/);
    });
  }
});
