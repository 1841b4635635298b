// A worker that is terminated ends, and its process goes on, whatever native
// code does for it at that moment.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { normEndpoint, skipWithoutNorm } from "../../kit/norm.ts";
import { groupEndpoint, skipWithoutPgm } from "../../kit/pgm.ts";
import { runtimeName, Script, scriptUrl } from "../../kit/runtime.ts";
import { within } from "../../kit/wait.ts";

const PROGRAM = scriptUrl("./ffi_terminate_program", import.meta.url);
const COUNT = 4;
const LIMIT = 15_000;

const ways: Readonly<
  Record<string, readonly [what: string, skip: string | false, at?: string]>
> = {
  watch: ["a watch waits", skipWithoutKoffi],
  unheld: ["a watch that does not hold it waits", skipWithoutKoffi],
  call: ["calls have not returned", skipWithoutKoffi],
  sockets: ["a socket with options by native code listens", skipWithoutKoffi],
  epgm: ["sockets of epgm are busy", skipWithoutPgm, groupEndpoint()],
  // docs/extensions.md: Bun may run what the worker has of libnorm when its
  // native parts are gone, and ends.
  ...runtimeName !== "bun" && {
    norm: ["sockets of norm are busy", skipWithoutNorm, normEndpoint()],
  },
};

describe("a process survives the end of workers in which", () => {
  for (const [way, [what, skip, at = ""]] of Object.entries(ways)) {
    it(what, { skip }, async () => {
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
    });
  }
});
