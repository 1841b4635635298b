// A view whose buffer had been transferred was sent as an empty frame, and a
// transferred buffer threw the runtime's TypeError. Buffers of another realm
// were no frames, and an array of topics could not be "sent".
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { Dish, Pull, Push, Subscriber } from "../../mod.ts";
import type { FrameLike } from "../../src/message/message.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";

const TAKEN = { code: "EINVAL", reason: "ERR_MEMORY_DETACHED" };

type Resizable = ArrayBuffer & { resize(length: number): void };

function resizable(): Resizable {
  const Make = ArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => Resizable;
  return new Make(16, { maxByteLength: 32 });
}

/** What has memory, and loses it. */
const views: Readonly<Record<string, (memory: ArrayBuffer) => FrameLike>> = {
  "a Uint8Array": (memory) => new Uint8Array(memory, 8),
  "an empty Uint8Array": (memory) => new Uint8Array(memory, 16),
  "a Float64Array": (memory) => new Float64Array(memory, 8),
  "a DataView": (memory) => new DataView(memory, 8),
};

describe("a frame that has lost its memory is refused", () => {
  const frames: [string, FrameLike][] = [];
  for (const [name, make] of Object.entries(views)) {
    const transferred = new ArrayBuffer(16);
    frames.push([`${name}, transferred`, make(transferred)]);
    structuredClone(transferred, { transfer: [transferred] });
    const shorter = resizable();
    frames.push([`${name}, out of bounds`, make(shorter)]);
    shorter.resize(4);
  }
  const buffer = new ArrayBuffer(4);
  structuredClone(buffer, { transfer: [buffer] });
  frames.push(["an ArrayBuffer, transferred", buffer]);

  for (const [name, frame] of frames) {
    it(name, async () => {
      await using stage = new Stage("inproc");
      const push = stage.make(Push, {});
      await stage.join(push, stage.make(Pull, {}));
      for (const message of [frame, ["first", frame]]) {
        await assert.rejects(push.send(message), TAKEN);
        assert.throws(() => push.trySend(message), TAKEN);
      }
    });
  }

  it("when it loses it while the call waits", async () => {
    await using stage = new Stage("inproc");
    const push = stage.make(Push, {});
    const pull = stage.make(Pull, {});
    const frame = new Uint8Array(4);
    const sent = push.send(frame, TIMEOUT);
    structuredClone(frame.buffer, { transfer: [frame.buffer] });
    const rejected = assert.rejects(sent, TAKEN);
    await stage.join(pull, push);
    await rejected;
    await push.send("");
    assert.deepEqual(await pull.receive(TIMEOUT), [new Uint8Array(0)]);
  });
});

it("empty frames that have their memory are sent", async () => {
  await using stage = new Stage("inproc");
  const push = stage.make(Push, {});
  const pull = stage.make(Pull, {});
  await stage.join(pull, push);
  const memory = new ArrayBuffer(8);
  const empty = [
    "",
    null,
    new Uint8Array(0),
    new Uint8Array(memory, 8),
    new DataView(memory, 8),
    new Float64Array(0),
    new ArrayBuffer(0),
  ];
  await push.send(empty);
  const message = await pull.receive(TIMEOUT);
  assert.deepEqual(message.map(({ length }) => length), empty.map(() => 0));
});

describe("what another realm made is a frame", () => {
  const values = [
    "new Uint8Array([1, 2]).buffer",
    "(() => { const b = new SharedArrayBuffer(2);" +
    "new Uint8Array(b).set([1, 2]); return b; })()",
    "new Uint8Array([1, 2])",
    "new DataView(new Uint8Array([1, 2]).buffer)",
  ];
  for (const code of values) {
    it(code, async () => {
      await using stage = new Stage("inproc");
      const push = stage.make(Push, {});
      const pull = stage.make(Pull, {});
      await stage.join(pull, push);
      await push.send(runInNewContext(code) as FrameLike);
      assert.deepEqual(await pull.receive(TIMEOUT), [new Uint8Array([1, 2])]);
    });
  }

  it("but not what only says so", async () => {
    await using stage = new Stage("inproc");
    const push = stage.make(Push, {});
    const value = { [Symbol.toStringTag]: "ArrayBuffer", length: 2 };
    await assert.rejects(push.send(value as unknown as FrameLike), {
      code: "EINVAL",
      message: /^Cannot send an object: expected/,
    });
  });
});

it("what is no topic or group is named by what was to be done", async () => {
  await using stage = new Stage("inproc");
  const subscriber = stage.make(Subscriber, {});
  const dish = stage.make(Dish, {});
  const wrong = ["a", "b"] as unknown as FrameLike;
  const calls: [string, () => void][] = [
    ["subscribe to", () => subscriber.subscribe(wrong)],
    ["unsubscribe from", () => subscriber.unsubscribe(wrong)],
    ["join", () => dish.join(wrong)],
    ["leave", () => dish.leave(wrong)],
  ];
  for (const [verb, call] of calls) {
    assert.throws(call, {
      code: "EINVAL",
      message: new RegExp(`^Cannot ${verb} an array of 2: expected`),
    });
  }
});
