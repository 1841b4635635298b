/**
 * A ZAP handler socket that was closed and bound again was not asked.
 *
 * @module
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Pull, Push, Reply } from "../../mod.ts";

/** Answers one question of a ZAP handler socket with its own user id. */
async function answerOnce(handler: Reply, userId: string): Promise<void> {
  const [version, requestId] = await handler.receive({ timeout: 5000 });
  await handler.send([version!, requestId!, "200", "OK", userId, ""]);
}

describe("ZAP handler socket", () => {
  it("is asked again after it was closed and bound anew", async () => {
    await using context = new Context();
    const pull = new Pull({ context, plainServer: true });
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    for (const userId of ["first", "second"]) {
      const handler = new Reply({ context });
      await handler.bind("inproc://zeromq.zap.01");
      const push = new Push({
        context,
        plainUsername: "admin",
        plainPassword: "secret",
      });
      push.connect(endpoint);
      const sent = push.send("hello");
      await answerOnce(handler, userId);
      const { peer } = await pull.receiveFrom({ timeout: 5000 });
      assert.equal(peer.userId, userId);
      await sent;
      await Promise.all([push.close(), handler.close()]);
    }
    await pull.close();
  });
});
