// `stats.queued.incoming` forgot what a peer had sent before it went away,
// although it could still be received. Found by the simulation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { until } from "../kit/wait.ts";

test("stats.queued counts the messages of peers that are gone", async () => {
  await using bag = new Bag();
  const pull = bag.keep(new Pull());
  const push = bag.keep(new Push());
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  for (const text of ["a", "b", "c"]) await push.send(text);
  await push.close();
  await until(
    () => pull.stats.received.messages === 3 && pull.peers.length === 0,
    "the peer is gone",
  );
  assert.equal(pull.stats.queued.incoming, 3);
  await pull.receive();
  assert.equal(pull.stats.queued.incoming, 2);
});
