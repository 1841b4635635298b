// R17: the port of a process that was killed can be bound at once, that of a
// living one cannot.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Push } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { verdict } from "../kit/verdict.ts";
import { until } from "../kit/wait.ts";
import { Player } from "../soak/players.ts";

const CLIENTS = 100;

describe(`a port with ${CLIENTS} clients`, () => {
  it("is free at once when its process was killed, and not before", async () => {
    await using context = new Context({ blocky: false });
    await using first = new Player(new History(), 0);
    await using second = new Player(new History(), 0);
    const { endpoint } = await first.bound("PULL", "tcp://127.0.0.1:*");
    const clients = Array.from({ length: CLIENTS }, () => {
      const push = new Push({ context });
      push.connect(endpoint);
      return push;
    });
    const peers = (count: number) =>
      until(
        () => clients.every((each) => each.peers.length === count),
        `all clients have ${count} peers`,
      );
    await peers(1);
    await Promise.all(clients.map((client) => client.send("x")));
    await assert.rejects(second.bound("PULL", endpoint), /EADDRINUSE/);
    const name = await second.open("PULL");
    await first.kill();
    const start = performance.now();
    await second.ask("bind", name, endpoint);
    const taken = performance.now() - start;
    await peers(1);
    verdict("R17", {
      figure: `bound again ${taken.toFixed(1)} ms after kill -9, ` +
        `${CLIENTS} clients back; EADDRINUSE before`,
      target: "50 ms",
      ok: taken <= 50,
    });
  });
});
