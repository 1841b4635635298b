// runtimes: node
// The end of a worker is not that of its process, whatever native code waits
// for in it. Only Node waits for the threads of what ends.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { Script, scriptUrl } from "../../kit/runtime.ts";
import { within } from "../../kit/wait.ts";

const PROGRAM = scriptUrl("./ffi_exit_program", import.meta.url);

describe("a process", { skip: skipWithoutKoffi }, () => {
  it("goes on when a worker ends in which a call is blocked", async () => {
    const script = new Script(PROGRAM, ["worker"]);
    try {
      assert.equal(await within(script.line(), "the program"), "done");
      assert.equal(await within(script.exited, "the end", 5000), 8);
    } finally {
      await script.kill();
    }
  });
});
