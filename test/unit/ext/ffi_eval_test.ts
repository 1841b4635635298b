// Calls off the main thread in a program that is no file: Node is told by a
// flag that it is a module, which the threads must not be.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { it } from "node:test";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { runtimeName, scriptUrl } from "../../kit/runtime.ts";

const PROGRAM = `
import { LIBC, loadFfi } from "${
  scriptUrl("../../../ext/ffi/mod", import.meta.url)
}";
const timer = setTimeout(() => {}, 60_000);
const ffi = await loadFfi();
const call = ffi.library(LIBC).function("abs", "i32", ["i32"]);
console.log((await call.async(-7)).value);
clearTimeout(timer);
`;

const ARGUMENTS: Readonly<Record<typeof runtimeName, readonly string[]>> = {
  node: ["--input-type=module", "-e"],
  deno: ["eval", "--no-check"],
  bun: ["-e"],
};

it("a program given on the command line calls off the main thread", {
  skip: skipWithoutKoffi,
}, () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...ARGUMENTS[runtimeName], PROGRAM],
    { encoding: "utf8", timeout: 30_000 },
  );
  assert.equal(stdout, "7\n", stderr);
});
