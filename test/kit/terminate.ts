// Programs whose workers are terminated.
import assert from "node:assert/strict";
import { Script, scriptUrl } from "./runtime.ts";
import { within } from "./wait.ts";

const PROGRAM = scriptUrl("./terminate_program", import.meta.url);
const COUNT = 4;
const LIMIT = 15_000;

/**
 * Checks that a program goes on while one worker of it after the other is
 * terminated, and ends by itself.
 *
 * @param way what the workers do: a way of terminate_program.ts.
 * @param at an endpoint, for those that need one.
 */
export async function outlivesItsWorkers(
  way: string,
  at: string,
): Promise<void> {
  const script = new Script(PROGRAM, [way, at]);
  try {
    for (let i = 1; i <= COUNT; i++) {
      const line = await within(script.line(), "a worker's end", LIMIT);
      assert.equal(line, `terminated ${i}`);
    }
    assert.equal(await within(script.line(), "the end", LIMIT), "done");
    assert.equal(await within(script.exited, "the exit", LIMIT), 0);
  } finally {
    await script.kill();
  }
}
