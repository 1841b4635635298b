// A PAIR that had its peer and connected once more went on connecting: the
// other side had a peer for a moment, ten times a second, and what it sent
// then was lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pair } from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts } from "../kit/stage.ts";
import { pause, until, within } from "../kit/wait.ts";

test("a second connect() of a PAIR waits until the first is gone", async () => {
  await using bag = new Bag();
  const first = bag.keep(new Pair());
  const second = bag.keep(new Pair());
  const pair = bag.keep(new Pair({ reconnectInterval: 5 }));
  let accepted = 0;
  second.events.on("accept", () => accepted++);
  const endpoint = await first.bind("tcp://127.0.0.1:*");
  const other = await second.bind("tcp://127.0.0.1:*");
  let refusals = 0;
  pair.events.on("disconnect", ({ error }) => {
    if (error?.code === "EADDRINUSE") refusals++;
  });
  pair.connect(endpoint);
  await until(() => pair.peers.length === 1, "the first peer is there");
  pair.connect(other);
  await until(() => refusals > 3, "it asks whether there is room");
  await pause(20);
  assert.equal(accepted, 0);
  await pair.send("1");
  assert.deepEqual(await nextTexts(first), ["1"]);
  await within(pair.disconnect(endpoint), "the end of the first");
  await until(() => second.peers.length === 1, "the second takes its place");
  await pair.send("2");
  assert.deepEqual(await nextTexts(second), ["2"]);
});
