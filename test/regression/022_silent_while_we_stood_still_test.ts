// A program that kept us from reading for longer than a peer's time to live
// lost the peer: the timer came before what had arrived meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Router } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { standStill } from "../kit/stand_still.ts";
import { pause, within } from "../kit/wait.ts";
import { Player } from "../soak/players.ts";

const TIME_TO_LIVE = 600;

test("a peer that pings is kept by who stood still for longer than its time to live", async () => {
  await using player = new Player(new History(), 0);
  await using router = new Router({ linger: 0 });
  const lost: unknown[] = [];
  router.events.on("disconnect", ({ error }) => lost.push(error?.message));
  const there = router.events.once("handshake");
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  const name = await player.connected("DEALER", endpoint, {
    heartbeatInterval: 20,
    heartbeatTimeout: 0,
    heartbeatTimeToLive: TIME_TO_LIVE,
  });
  await within(there, "the handshake");
  for (let i = 0; i < 3; i++) {
    // Where octets arrive, which timers follow, and where timers fire.
    if (i % 2 === 0) await player.ask("stats", name);
    else await pause(50);
    standStill(2 * TIME_TO_LIVE);
  }
  await player.ask("stats", name);
  assert.deepEqual(lost, []);
});
