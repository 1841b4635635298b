// Frames without octets counted nothing of what waits to be received: with the
// defaults, a thousand messages of 16384 empty frames were 2 GB of memory.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";
import { pause, until } from "../kit/wait.ts";

const COUNT = 60;
const FRAMES = 16384;
const MOST = 8;
/** What a frame after the first of a message counts. */
const OCTETS = 128;

describe("messages of empty frames for a socket that does not receive", () => {
  for (const scheme of ["tcp", "inproc"] as const) {
    it(`wait in their peer over ${scheme}`, async () => {
      await using stage = new Stage(scheme);
      const half = MOST * (FRAMES - 1) * OCTETS / 2;
      // Over inproc the sum of both is the limit of one queue.
      const limits = scheme === "tcp" ? [-1, 2 * half] : [half, half];
      const pull = stage.make(Pull, { maxQueuedBytes: limits[1]! });
      const push = stage.make(Push, { maxQueuedBytes: limits[0]! });
      await stage.join(pull, push);
      const message = new Array<string>(FRAMES).fill("");
      let sent = 0;
      while (sent < COUNT && push.trySend(message)) sent++;
      await until(() => pull.stats.queued.incoming === MOST, "it is full");
      for (let i = 0; i < 20; i++) {
        await pause(5);
        assert.equal(pull.stats.queued.incoming, MOST);
      }
      for (let i = 0; i < sent; i++) {
        const { length } = await pull.receive(TIMEOUT);
        assert.equal(length, FRAMES);
        assert.ok(pull.stats.queued.incoming <= MOST);
      }
    });
  }
});
