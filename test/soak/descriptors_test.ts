// R16: a process that may have 64 descriptors is flooded with connections:
// it goes on serving those that it has, is idle, and recovers.
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { Dealer } from "../../mod.ts";
import { limitDescriptors } from "../kit/descriptors.ts";
import { History } from "../kit/history.ts";
import { verdict } from "../kit/verdict.ts";
import { pause } from "../kit/wait.ts";
import { Player } from "./players.ts";

const LIMIT = 64;
const FLOOD = 400;
const SECONDS = 10;

describe(`a process with ${LIMIT} descriptors`, () => {
  it(`outlives ${FLOOD} connections`, async () => {
    await using player = new Player(new History(), 0);
    const { name, endpoint } = await player.bound(
      "ROUTER",
      "tcp://127.0.0.1:*",
    );
    await player.ask("echo", name);
    limitDescriptors(player.child.pid!, LIMIT);
    const ask = async (dealer: Dealer): Promise<number> => {
      const start = performance.now();
      await dealer.send("?");
      await dealer.receive({ timeout: 10_000 });
      return performance.now() - start;
    };
    await using old = new Dealer({ linger: 0 });
    old.connect(endpoint);
    await ask(old);
    const port = Number(endpoint.split(":").at(-1));
    const sockets: Socket[] = [];
    for (let i = 0; i < FLOOD; i++) {
      const socket = connect({ port, host: "127.0.0.1" });
      sockets.push(socket.on("error", () => {}).resume());
    }
    await pause(500);
    const before = await player.ask<number>("cpu");
    let slowest = 0;
    const start = performance.now();
    while (performance.now() - start < SECONDS * 1000) {
      slowest = Math.max(slowest, await ask(old));
      await pause(200);
    }
    const used = (await player.ask<number>("cpu") - before) / 1e6 /
      ((performance.now() - start) / 1000);
    for (const socket of sockets) socket.destroy();
    const freed = performance.now();
    await using fresh = new Dealer({
      linger: 0,
      reconnectMaxInterval: 0,
      handshakeInterval: 500,
    });
    fresh.connect(endpoint);
    await ask(fresh);
    const recovered = performance.now() - freed;
    verdict("R16", {
      figure: `${(used * 100).toFixed(1)} % of a core, an old peer served ` +
        `within ${slowest.toFixed(0)} ms, a new one after ${
          recovered.toFixed(0)
        } ms`,
      target: "20 %, 1000 ms, 2000 ms",
      ok: used < 0.2 && slowest < 1000 && recovered < 2000,
    });
  });
});
