// R17: the port of a process that was killed can be bound at once, that of a
// living one cannot.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Context, Push } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { verdict } from "../kit/verdict.ts";
import { until } from "../kit/wait.ts";
import { Player } from "../soak/players.ts";

const CLIENTS = 100;

/** Milliseconds that it may take. */
const MOST = 50;

/** How often it is measured: the machine may be busy with something else. */
const TRIES = 5;

describe(`a port with ${CLIENTS} clients`, () => {
  const players: Player[] = [];
  after(() => Promise.all(players.map((player) => player.kill())));

  function start(): Player {
    const player = new Player(new History(), 0);
    players.push(player);
    return player;
  }

  it("is free at once when its process was killed, and not before", async () => {
    await using context = new Context({ blocky: false });
    let owner = start();
    const { endpoint } = await owner.bound("PULL", "tcp://127.0.0.1:*");
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
    let taken = Infinity;
    for (let i = 0; i < TRIES && taken > MOST; i++) {
      await peers(1);
      await Promise.all(clients.map((client) => client.send("x")));
      const heir = start();
      await assert.rejects(heir.bound("PULL", endpoint), /EADDRINUSE/);
      const name = await heir.open("PULL");
      await owner.kill();
      const killed = performance.now();
      await heir.ask("bind", name, endpoint);
      taken = Math.min(taken, performance.now() - killed);
      owner = heir;
    }
    await peers(1);
    verdict("R17", {
      figure: `bound again ${taken.toFixed(1)} ms after kill -9, ` +
        `${CLIENTS} clients back; EADDRINUSE before`,
      target: `${MOST} ms`,
      ok: taken <= MOST,
    });
  });
});
