// An error number that is none: after a signal that had come while nothing was
// going on, a process stood still where it opened a socket.
import assert from "node:assert/strict";
import { it } from "node:test";
import { groupEndpoint, skipWithoutPgm } from "../../kit/pgm.ts";
import { Script, scriptUrl } from "../../kit/runtime.ts";
import { within } from "../../kit/wait.ts";

const PROGRAM = scriptUrl("./pgm_errno_program", import.meta.url);

it("a PGM socket is opened after a signal", {
  skip: skipWithoutPgm,
}, async () => {
  const script = new Script(PROGRAM, [groupEndpoint()]);
  try {
    assert.equal(await within(script.line(), "it is open"), "done");
    await within(script.exited, "the end");
  } finally {
    await script.kill();
  }
});
