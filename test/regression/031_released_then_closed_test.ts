// What disconnect() and unbind() still had to send was dropped by a close()
// that came soon after; and close({ linger: 0 }) did not shorten their wait.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Pull, Push } from "../../mod.ts";
import { nextTexts, TIMEOUT } from "../kit/stage.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE, pause, within } from "../kit/wait.ts";

/** An address that nobody is bound to. */
async function nowhere(): Promise<string> {
  await using pull = new Pull();
  return await pull.bind("tcp://127.0.0.1:*");
}

/** A socket with a message for who is not there yet. */
async function early(
  endpoint: string,
  context: Context,
  reconnectInterval: number = 20,
): Promise<Push> {
  const push = new Push({ context, reconnectInterval });
  push.connect(endpoint);
  await push.send("early");
  return push;
}

describe("what disconnect() has still to send", () => {
  // An inproc name ends with its context, and what waits for it with it.
  const waits = [["tcp", "close"], ["tcp", "shutdown"], ["inproc", "close"]];
  for (const [scheme, end] of waits) {
    it(`over ${scheme} is waited for by ${end}()`, async () => {
      await using bag = new Bag();
      const context = new Context();
      const endpoint = scheme === "tcp" ? await nowhere() : "inproc://name";
      const push = await early(endpoint, context);
      const left = push.disconnect(endpoint);
      const ended = end === "close" ? push.close() : context.shutdown();
      await pause();
      const pull = bag.keep(
        scheme === "tcp" ? new Pull() : new Pull({ context }),
      );
      await pull.bind(endpoint);
      assert.deepEqual(await nextTexts(pull), ["early"]);
      await within(left, "disconnect()");
      await within(ended, `${end}()`);
    });
  }

  for (const scheme of ["tcp", "inproc"]) {
    it(`over ${scheme} is dropped by close() with no linger`, async () => {
      const endpoint = scheme === "tcp" ? await nowhere() : "inproc://name";
      const push = await early(endpoint, new Context(), 10 * PATIENCE);
      if (scheme === "tcp") await push.events.once("connect:retry");
      const left = push.disconnect(endpoint);
      await within(push.close({ linger: 0 }), "close()");
      await within(left, "disconnect()");
    });
  }

  it("takes no longer for a close() with a longer linger", async () => {
    await using context = new Context();
    for (const endpoint of [await nowhere(), "inproc://name"]) {
      const push = await early(endpoint, context);
      push.linger = 50;
      const left = push.disconnect(endpoint);
      const closed = push.close({ linger: -1 });
      await within(left, "disconnect()");
      await within(closed, "close()");
    }
  });
});

it("what unbind() has still to send is waited for by close()", async () => {
  await using bag = new Bag();
  const count = 200;
  const pull = bag.keep(new Pull({ receiveHighWaterMark: 1 }));
  const push = bag.keep(new Push({ linger: PATIENCE }));
  const endpoint = await push.bind("tcp://127.0.0.1:*");
  pull.connect(endpoint);
  for (let i = 0; i < count; i++) await push.send(new Uint8Array(50_000));
  const left = push.unbind(endpoint);
  const closed = push.close();
  for (let i = 0; i < count; i++) await pull.receive(TIMEOUT);
  await within(left, "unbind()");
  await within(closed, "close()");
});
