// What waits to be received was limited by messages only: with the defaults, a
// thousand of 64 MiB each.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";
import { pause, until } from "../kit/wait.ts";

const COUNT = 100;
const SIZE = 4 * 1024 * 1024;
const LIMIT = 16 * 1024 * 1024;

describe("maxQueuedBytes of a socket that does not receive", () => {
  for (const scheme of ["tcp", "ipc"] as const) {
    it(`leaves the rest in its peer over ${scheme}`, async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull, { maxQueuedBytes: LIMIT });
      const push = stage.make(Push, { maxQueuedBytes: -1 });
      await stage.join(pull, push);
      const frame = new Uint8Array(SIZE);
      for (let i = 0; i < COUNT; i++) await push.send([`${i}`, frame]);
      const most = LIMIT / SIZE;
      await until(() => pull.stats.queued.incoming === most, "it is full");
      for (let i = 0; i < 20; i++) {
        await pause(5);
        assert.equal(pull.stats.queued.incoming, most);
      }
      assert.equal(pull.stats.received.messages, most);
      // A few may be in the system's buffers.
      const rest = push.stats.queued.outgoing;
      assert.ok(rest >= COUNT - most - 10, `${rest} messages`);
      for (let i = 0; i < COUNT; i++) {
        const [number, body] = await pull.receive(TIMEOUT);
        assert.equal(text(number), `${i}`);
        assert.equal(body!.length, SIZE);
        assert.ok(pull.stats.queued.incoming <= most);
      }
    });
  }
});
