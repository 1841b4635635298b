// Peers that take the identity of another, by the wire and in the process:
// who was there stays, unless the application wants it otherwise.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Dealer, Router } from "../../mod.ts";
import { toBytes } from "../../src/base/bytes.ts";
import { mechanisms } from "../interop/security.ts";
import { text } from "../kit/messages.ts";
import { until } from "../kit/wait.ts";
import { arena } from "./arena.ts";
import { type Insider, TrafficScene } from "./traffic_scene.ts";
import type { Place } from "./words.ts";

const NAME = "the one";
const login = { properties: [["Identity", toBytes(NAME)]] } as const;

arena("a ROUTER whose peer has its identity taken", (shared) => {
  async function serves(scene: TrafficScene, insider: Insider): Promise<void> {
    await scene.socket.send([NAME, "still there"]);
    assert.equal(text((await insider.hear()).body), "still there");
    insider.say(0, toBytes("yes"));
    const [id, answer] = await scene.socket.receive();
    assert.deepEqual([text(id), text(answer)], [NAME, "yes"]);
  }

  for (const mechanism of mechanisms) {
    for (const role of ["client", "server"] as const) {
      const scheme = mechanism === "PLAIN" ? "ipc" : "tcp";
      const place: Place = { role, mechanism, scheme };
      const by = `by ${mechanism} ${role}s over ${scheme}`;

      it(`serves the first, and refuses 30 others ${by}`, async () => {
        await using scene = await TrafficScene.open(place, shared, {
          type: "ROUTER",
        });
        const first = await scene.insider(login);
        for (let i = 1; i <= 30; i++) {
          if (role === "server") scene.socket.connect(scene.endpoint);
          const other = await scene.insider(login);
          other.say(0, toBytes("hijacked"));
          await other.raw.end();
          await until(() => scene.count("disconnect") === i, "it is refused");
        }
        for (const { type, error } of scene.events) {
          if (type === "disconnect") assert.equal(error?.code, "EADDRINUSE");
        }
        assert.deepEqual(scene.drain(), []);
        assert.equal(scene.socket.peers.length, 1);
        await serves(scene, first);
      });

      it(`lets the next take over where that is asked for, ${by}`, async () => {
        await using scene = await TrafficScene.open(place, shared, {
          type: "ROUTER",
          socket: { handover: true },
        });
        const first = await scene.insider(login);
        if (role === "server") scene.socket.connect(scene.endpoint);
        const next = await scene.insider(login);
        await first.raw.end();
        const { error } = await scene.event("disconnect");
        assert.equal(error?.code, "ECONNRESET");
        await serves(scene, next);
      });
    }
  }

  it("serves the first, and refuses 30 others over inproc", async () => {
    const { context, places } = shared;
    const router = new Router({ context });
    const endpoint = await router.bind(places.fresh("inproc"));
    const first = new Dealer({ context, routingId: NAME });
    first.connect(endpoint);
    await first.send("hello");
    assert.equal(text((await router.receive())[1]), "hello");
    const others = Array.from({ length: 30 }, () => {
      const other = new Dealer({ context, routingId: NAME, linger: 0 });
      other.connect(endpoint);
      other.trySend("hijacked");
      return other;
    });
    await router.send([NAME, "still there"]);
    assert.equal(text((await first.receive())[0]), "still there");
    assert.equal(router.tryReceive(), undefined);
    assert.equal(router.peers.length, 1);
    for (const other of [first, ...others]) await other.close();
    await router.close();
  });
});
