// thorough
// Connections by the hundred, and no descriptor left for another one: those
// who were there are served, nobody spins, and it goes on when there are some.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { Context, Dealer } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import { skipUnlessLinux } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";
import { PATIENCE, pause, until } from "../kit/wait.ts";
import { login } from "./login.ts";
import { RawPeer } from "./raw_peer.ts";
import { Victim } from "./victim.ts";

const PLACE = { role: "client", mechanism: "NULL", scheme: "tcp" } as const;

/** Few, but enough for each runtime itself. */
const DESCRIPTORS = 96;

/** Descriptors that a runtime may open for itself meanwhile. */
const FEW = 4;

/** Connections at once. */
const CROWD = 400;

/** Milliseconds in which the time of the processor is measured. */
const MEASURED = 1500;

const TIMEOUT = { timeout: PATIENCE } as const;

async function ask(dealer: Dealer): Promise<number> {
  const start = performance.now();
  await dealer.send("question", TIMEOUT);
  assert.equal(text((await dealer.receive(TIMEOUT))[0]), "question");
  return performance.now() - start;
}

async function crowd(endpoint: string, count: number): Promise<RawPeer[]> {
  const coming = Array.from(
    { length: count },
    () => RawPeer.connectTo(endpoint),
  );
  return await Promise.all(coming);
}

describe("a bound socket, among hundreds of connections", {
  skip: skipUnlessLinux,
}, () => {
  it("serves who was there while no descriptor is left, and then all", async () => {
    await using victim = await Victim.start({
      type: "ROUTER",
      descriptors: DESCRIPTORS,
    });
    const context = new Context();
    const old = new Dealer({ context, linger: 0 });
    old.connect(victim.endpoint);
    await ask(old);
    const before = victim.descriptors;

    // Not all of them come in: some are closed, or wait in the system.
    const port = Number(victim.endpoint.split(":").at(-1));
    const idle = Array.from(
      { length: CROWD },
      () => connect({ port, host: "127.0.0.1" }).on("error", () => {}),
    );
    await victim.tells("EMFILE");
    const [time, start] = [victim.time, performance.now()];
    const answers: number[] = [];
    while (performance.now() - start < MEASURED) {
      answers.push(await ask(old));
      await pause(20);
    }
    const share = (victim.time - time) / (performance.now() - start) * 100;
    assert.ok(share < 20, `${share.toFixed(0)} % of a processor`);
    assert.ok(victim.descriptors <= DESCRIPTORS + 1);

    for (const socket of idle) socket.destroy();
    const fresh = new Dealer({ context, linger: 0, reconnectInterval: 50 });
    fresh.connect(victim.endpoint);
    const recovery = await ask(fresh);
    await until(() => victim.descriptors <= before + FEW, "all are back");
    show(
      `no descriptor left: ${share.toFixed(1)} % of a processor, slowest ` +
        `answer ${Math.max(...answers).toFixed(0)} ms, recovery in ` +
        `${recovery.toFixed(0)} ms`,
    );
    await Promise.all([old.close(), fresh.close()]);
    await context.shutdown();
  });

  it("serves a peer among 400 idle, 250 logged in and 1000 that come and go", async () => {
    await using victim = await Victim.start({ type: "ROUTER" });
    const context = new Context();
    const dealer = new Dealer({ context, linger: 0 });
    dealer.connect(victim.endpoint);
    await ask(dealer);
    const before = victim.descriptors;

    const peers = await crowd(victim.endpoint, CROWD);
    await ask(dealer);
    const insiders = await crowd(victim.endpoint, 250);
    await Promise.all(insiders.map((peer) => login(peer, PLACE)));
    await ask(dealer);
    for (let i = 0; i < 20; i++) {
      const some = await crowd(victim.endpoint, 50);
      for (const [j, peer] of some.entries()) {
        if (j % 2 === 0) peer.reset();
        else peer.close();
      }
    }
    await ask(dealer);
    for (const peer of [...peers, ...insiders]) peer.close();
    await until(() => victim.descriptors <= before + FEW, "all are back");
    await ask(dealer);
    await dealer.close();
    await context.shutdown();
  });
});
