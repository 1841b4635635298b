// What is left of NORM in a process whose workers have used it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normEndpoint, skipWithoutNorm } from "../../kit/norm.ts";
import { PlayedNorm } from "../../kit/played_norm.ts";
import { Script, scriptUrl } from "../../kit/runtime.ts";
import { within } from "../../kit/wait.ts";

const PROGRAM = scriptUrl("./norm_worker_program", import.meta.url);

describe("NORM in a worker", () => {
  it("leaves no pipe of its instance behind", {
    skip: skipWithoutNorm,
  }, async () => {
    const script = new Script(PROGRAM, [normEndpoint()]);
    try {
      const line = await within(script.line(), "the counts", 30_000);
      // The first one may have been the runtime's first worker, too.
      const [, second, third, fourth] = line.split(" ");
      assert.deepEqual([third, fourth], [second, second]);
      assert.equal(await within(script.exited, "the end"), 0);
    } finally {
      await script.kill();
    }
  });

  it("destroys an instance that nobody uses, and stops one that somebody does", () => {
    const unused = new PlayedNorm();
    unused.instance.acquire();
    unused.instance.release();
    unused.instance.destroy();
    assert.deepEqual(unused.log.slice(1), [
      "NormStopInstance",
      "NormDestroyInstance",
    ]);
    const used = new PlayedNorm();
    used.instance.acquire();
    used.instance.destroy();
    used.instance.release();
    assert.deepEqual(used.log.slice(1), ["NormStopInstance"]);
  });
});
