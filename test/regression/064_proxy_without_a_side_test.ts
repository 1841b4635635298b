// A proxy did not know that the side it sends to, or its capture, had been
// closed, until it had taken a message that it then could give to nobody.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, proxy, Pull, Push } from "../../mod.ts";
import { nextTexts } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";

describe("proxy()", () => {
  for (const side of ["back", "capture"] as const) {
    it(`ends when ${side} is closed, and takes nothing from the front`, async () => {
      const context = new Context();
      const front = new Pull({ context });
      const others = {
        back: new Push({ context }),
        capture: new Push({ context }),
      };
      await front.bind("inproc://front");
      const push = new Push({ context });
      push.connect("inproc://front");
      const { done } = proxy(front, others.back, { capture: others.capture });
      await others[side].close();
      await assert.rejects(within(done, "the end"), { code: "EBADF" });
      await push.send("kept");
      assert.deepEqual(await nextTexts(front), ["kept"]);
      await context.shutdown({ linger: 0 });
    });
  }
});
