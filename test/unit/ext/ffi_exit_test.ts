// A process whose native code waits for nothing that it wants ends by itself,
// however long a call blocks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { Script, scriptUrl } from "../../kit/runtime.ts";
import { PATIENCE, within } from "../../kit/wait.ts";

/** Milliseconds that a process with nothing to do may go on. */
const LIMIT = PATIENCE;

const PROGRAM = scriptUrl("./ffi_exit_program", import.meta.url);

/** Runs the program until it says that it is done. */
async function run(way: string): Promise<Script> {
  const script = new Script(PROGRAM, [way]);
  assert.equal(await within(script.line(), "the program to be done"), "done");
  return script;
}

describe("a process ends by itself", { skip: skipWithoutKoffi }, () => {
  const ways: Readonly<Record<string, readonly [when: string, code?: number]>> =
    {
      blocked: ["while calls are blocked off the main thread"],
      exit: ["by process.exit() while a call is blocked, with its code", 7],
      code: ["while a call is blocked, with process.exitCode", 5],
      again: ["by process.exit() in a listener of its end", 4],
      thrown: ["when a listener of its end throws", 1],
      closed: ["when its watch is closed"],
      unheld: ["when its watch does not hold it"],
      pending: ["when a watch that does not hold it has something to tell"],
      idle: ["when its watches want nothing"],
      listener: ["when its listener is closed"],
      sockets: ["when sockets with options by native code are closed"],
      unref: ["when such sockets are unref()ed"],
      held: ["by process.exit() while a watch holds it", 6],
    };
  for (const [way, [when, code = 0]] of Object.entries(ways)) {
    it(when, async () => {
      const script = await run(way);
      try {
        assert.equal(await within(script.exited, "the end", LIMIT), code);
      } finally {
        await script.kill();
      }
    });
  }

  it("after every listener of its end, with the code that they have set", async () => {
    const script = await run("listeners");
    try {
      assert.equal(await within(script.line(), "a listener"), "before");
      assert.equal(await within(script.line(), "another"), "after 3");
      assert.equal(await within(script.exited, "the end", LIMIT), 9);
    } finally {
      await script.kill();
    }
  });

  it("but not while a watch holds it", async () => {
    const script = await run("open");
    try {
      await assert.rejects(within(script.exited, "the end", 700), /Waited/);
    } finally {
      await script.kill();
    }
  });
});
