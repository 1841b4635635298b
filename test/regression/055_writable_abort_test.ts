// A `writable` whose chunk waited for room could not be aborted, and the chunk
// was sent when there was room at last.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts } from "../kit/stage.ts";
import { pause, within } from "../kit/wait.ts";

/** A PUSH that has room for nothing more, with "0" in its queue. */
async function full(bag: Bag, endpoint: string): Promise<Push> {
  const push = bag.keep(new Push({ sendHighWaterMark: 1 }));
  push.connect(endpoint);
  await push.send("0");
  return push;
}

test("writable that is aborted gives up the chunk that waits", async () => {
  await using bag = new Bag();
  const push = await full(bag, "inproc://055");
  const writer = push.writable.getWriter();
  const enough = new Error("enough");
  const writing = assert.rejects(writer.write("never"), enough);
  // It waits by then: a stream has to start before it writes.
  await pause(5);
  await within(writer.abort(enough), "the abort");
  await writing;
  const pull = bag.keep(new Pull());
  await pull.bind("inproc://055");
  await push.send("1");
  assert.deepEqual(await nextTexts(pull), ["0"]);
  assert.deepEqual(await nextTexts(pull), ["1"]);
});

test("pipeTo() that is aborted ends with the chunk at hand, which sendTimeout limits", async () => {
  await using bag = new Bag();
  const push = await full(bag, "inproc://055_pipe");
  push.sendTimeout = 50;
  const stop = new AbortController();
  const source = new ReadableStream<string>({
    pull: (controller) => controller.enqueue("never"),
  }, { highWaterMark: 0 });
  const piping = source.pipeTo(push.writable, { signal: stop.signal });
  piping.catch(() => {});
  await pause(5);
  stop.abort();
  await assert.rejects(within(piping, "the end"));
  const pull = bag.keep(new Pull());
  await pull.bind("inproc://055_pipe");
  await push.send("1");
  assert.deepEqual(await nextTexts(pull), ["0"]);
  assert.deepEqual(await nextTexts(pull), ["1"]);
});
