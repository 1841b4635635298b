// Peers that log in and never read: what is queued for them is bounded, and
// others are served as if they were not there.
import assert from "node:assert/strict";
import { it } from "node:test";
import { EMPTY, toBytes } from "../../src/base/bytes.ts";
import { mechanisms } from "../interop/security.ts";
import { texts } from "../kit/messages.ts";
import { until, within } from "../kit/wait.ts";
import { arena } from "./arena.ts";
import { SERVICE_TIME } from "./encounter.ts";
import { TrafficScene } from "./traffic_scene.ts";
import type { Place } from "./words.ts";

const MORE = 1;

/** So large that the system's own buffers take a few of them only. */
const LARGE = new Uint8Array(256 * 1024);

/** Messages that may wait for one peer. */
const MARK = 10;

/** Messages that are sent to one that does not read. */
const MANY = 60;

/** Milliseconds after which a system that took nothing takes nothing more. */
const STILL = 200;

arena("a peer that never reads", (shared) => {
  /** Fails unless what waits is bounded, and the rest was dropped. */
  const drops = ({ socket }: TrafficScene) => {
    const { dropped, queued } = socket.stats;
    assert.ok(queued.outgoing <= MARK, `${queued.outgoing} wait`);
    assert.ok(dropped > 0, "some are dropped");
  };

  for (const mechanism of mechanisms) {
    const scheme = mechanism === "PLAIN" ? "ipc" : "tcp";
    const place: Place = { role: "client", mechanism, scheme };
    const socket = { sendHighWaterMark: MARK };

    it(`loses what a ROUTER sends beyond the mark, over ${mechanism}`, async () => {
      await using scene = await TrafficScene.open(place, shared, {
        type: "ROUTER",
        socket,
      });
      const deaf = await scene.insider();
      deaf.say(0, toBytes("here I am"));
      const [id] = await scene.socket.receive();
      deaf.raw.deafen();
      for (let i = 0; i < MANY; i++) await scene.socket.send([id!, LARGE]);
      drops(scene);
      const good = await scene.goodPeer();
      await within(scene.exchange(good), "a good peer", SERVICE_TIME);
    });

    it(`loses what a REP answers beyond the mark, over ${mechanism}`, async () => {
      await using scene = await TrafficScene.open(place, shared, {
        type: "REP",
        socket,
      });
      const deaf = await scene.insider();
      deaf.raw.deafen();
      for (let i = 0; i < MANY; i++) {
        deaf.say(MORE, EMPTY);
        deaf.say(0, toBytes("tell me"));
        await scene.socket.receive();
        await scene.socket.send(LARGE);
      }
      drops(scene);
      const good = await scene.goodPeer();
      await within(scene.exchange(good), "a good peer", SERVICE_TIME);
    });

    for (const type of ["DEALER", "PUSH"] as const) {
      it(`is passed over by a ${type}, over ${mechanism}`, async () => {
        await using scene = await TrafficScene.open(place, shared, {
          type,
          socket,
        });
        const deaf = await scene.insider();
        deaf.raw.deafen();
        // The system takes what it has room for in its own time.
        const fill = async () => {
          for (let sent = 0; sent < MANY; sent++) {
            await scene.socket.send(LARGE, { timeout: STILL });
          }
        };
        await assert.rejects(fill, { code: "EAGAIN" }, "there is a limit");
        const good = await scene.goodPeer();
        await until(() => scene.socket.peers.length === 2, "it is there");
        await within(
          (async () => {
            for (let i = 0; i < 5; i++) {
              await scene.socket.send("good");
              const message = await good.receive();
              assert.deepEqual(texts(message.slice(-1)), ["good"]);
            }
          })(),
          "a good peer",
          SERVICE_TIME,
        );
      });
    }
  }
});
