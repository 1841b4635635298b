// Frames beyond 8192 octets go by reference. One whose memory was transferred
// or made shorter before it was written left its header behind: the peer took
// the messages after it for its body.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull, Push, type ZmqError } from "../../mod.ts";
import { WriteQueue } from "../../adapters/connection.ts";
import { text } from "../kit/messages.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";
import { takeAway } from "../kit/take_away.ts";
import { until } from "../kit/wait.ts";

const TAKEN = { code: "EINVAL", reason: "ERR_MEMORY_DETACHED" };
const LARGE = 20_000;
/** More than a system has room for. */
const COUNT = 900;

/** As TypeScript's library has it for later targets than ours. */
type Resizable = ArrayBuffer & { resize(length: number): void };

function resizable(): Resizable {
  const options = { maxByteLength: 2 * LARGE };
  const Make = ArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => Resizable;
  return new Make(LARGE, options);
}

describe("a large frame that loses its memory before it has left", () => {
  const misuses: Readonly<Record<string, (memory: Resizable) => void>> = {
    "transferred": (memory) => takeAway(new Uint8Array(memory)),
    "made shorter": (memory) => memory.resize(10),
  };
  for (const [misuse, apply] of Object.entries(misuses)) {
    for (const scheme of ["tcp", "ipc", "ws"] as const) {
      it(`is dropped when it is ${misuse}, over ${scheme}`, async () => {
        await using stage = new Stage(scheme);
        const pull = stage.make(Pull, {});
        const push = stage.make(Push, {});
        const errors: ZmqError[] = [];
        push.events.on("disconnect", ({ error }) => {
          if (error !== undefined) errors.push(error);
        });
        await stage.join(pull, push);
        await push.send("first");
        await pull.receive(TIMEOUT);
        const memory = resizable();
        await push.send(["large", memory]);
        apply(memory);
        await until(() => errors.length > 0, "the connection has failed");
        const [{ code, reason } = {}] = errors as Partial<ZmqError>[];
        assert.deepEqual({ code, reason }, TAKEN);
        assert.equal(push.stats.dropped, 1);
        for (let i = 0; i < 3; i++) await push.send(`next ${i}`);
        for (let i = 0; i < 3; i++) {
          const message = await pull.receive(TIMEOUT);
          assert.deepEqual(message.map(text), [`next ${i}`]);
        }
      });
    }
  }

  it("is sent as it was when its buffer has grown", async () => {
    await using stage = new Stage("tcp");
    const pull = stage.make(Pull, {});
    const push = stage.make(Push, {});
    await stage.join(pull, push);
    const memory = resizable();
    await push.send(memory);
    memory.resize(2 * LARGE);
    await push.send("next");
    assert.equal((await pull.receive(TIMEOUT))[0]!.length, LARGE);
    assert.equal(text((await pull.receive(TIMEOUT))[0]), "next");
  });

  for (const scheme of ["tcp", "ipc"] as const) {
    it(`is whole or lost where a slow peer reads, over ${scheme}`, async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull, { receiveHighWaterMark: 1 });
      const push = stage.make(Push, { maxQueuedBytes: -1 });
      const ends: (ZmqError | undefined)[] = [];
      push.events.on("disconnect", ({ error }) => void ends.push(error));
      await stage.join(pull, push);
      const sent: Uint8Array[] = [];
      for (let i = 0; i < COUNT; i++) {
        const frame = new Uint8Array(LARGE).fill(65);
        sent.push(frame);
        await push.send(frame);
      }
      let waiting = 0;
      await until(() => {
        const before = waiting;
        waiting = push.stats.queued.outgoing;
        return before > 0 && before === waiting;
      }, "the peer is slow");
      // The last that the connection took: the system has no room for them.
      sent.slice(-waiting - 2, -waiting).forEach(takeAway);
      const lengths: number[] = [];
      await until(() => {
        for (let each = pull.tryReceive(); each; each = pull.tryReceive()) {
          lengths.push(each[0]!.length);
        }
        return ends.length > 0 || lengths.length === COUNT;
      }, "all has come, or the connection has failed");
      assert.ok(lengths.every((length) => length === LARGE), `${lengths}`);
      // What the runtime has is its own: it writes it all the same, or gives
      // the connection up. What it has not is ours to look after.
      const [error] = ends;
      if (error === undefined) return;
      const { code, reason } = error;
      assert.deepEqual({ code, reason }, TAKEN);
    });
  }
});

describe("WriteQueue says that the memory of a part is gone", () => {
  it("before any of it was written", () => {
    for (const size of [100, LARGE]) {
      const queue = new WriteQueue();
      const part = new Uint8Array(size);
      queue.push([new Uint8Array(10), part]);
      takeAway(part);
      assert.throws(() => queue.peek(), TAKEN);
    }
  });

  it("when some of it was written", () => {
    const queue = new WriteQueue();
    const part = new Uint8Array(LARGE);
    queue.push([part]);
    queue.peek();
    queue.consume(1000);
    queue.peek();
    takeAway(part);
    queue.consume(1000);
    assert.throws(() => queue.peek(), TAKEN);
  });

  it("not when all of it was written", () => {
    const queue = new WriteQueue();
    const part = new Uint8Array(LARGE);
    queue.push([part]);
    queue.peek();
    takeAway(part);
    queue.consume(LARGE);
    assert.equal(queue.length, 0);
  });
});
