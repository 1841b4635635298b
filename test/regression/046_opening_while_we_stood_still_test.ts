// A program that kept us from reading for longer than a handshake or an
// attempt to connect may take lost the connection, although the peer's part
// had arrived meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Dealer } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { standStill } from "../kit/stand_still.ts";
import { within } from "../kit/wait.ts";
import { Player } from "../soak/players.ts";

const LIMIT = 200;

test("a program that stands still keeps its connections, new ones too", async () => {
  await using player = new Player(new History(), 0);
  const { endpoint } = await player.bound("ROUTER", "tcp://127.0.0.1:*");
  for (const name of ["handshakeInterval", "connectTimeout"] as const) {
    await using dealer = new Dealer({ linger: 0, [name]: LIMIT });
    const errors: unknown[] = [];
    dealer.events.on("close", ({ error }) => errors.push(error?.message));
    dealer.events.on("disconnect", ({ error }) => errors.push(error?.message));
    const there = dealer.events.once("handshake");
    if (name === "handshakeInterval") {
      dealer.events.on("connect", () => standStill(3 * LIMIT));
    }
    dealer.connect(endpoint);
    if (name === "connectTimeout") standStill(3 * LIMIT);
    await within(there, `the handshake with ${name}`);
    assert.deepEqual(errors, []);
  }
});
