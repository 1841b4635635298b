// Over inproc nothing was copied: what the sender wrote to a small frame after
// it had been sent, the receiver read; all receivers had one object, which
// could be a `Buffer` or a view of a `SharedArrayBuffer`.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { Publisher, Pull, Push, Subscriber } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";
import { takeAway } from "../kit/take_away.ts";

/** Frames up to here are the sender's again when they have been sent. */
const COPIED = 8192;

async function pipeline(stage: Stage): Promise<[Push, Pull]> {
  const pull = stage.make(Pull, {});
  const push = stage.make(Push, {});
  await stage.join(pull, push);
  return [push, pull];
}

describe("a frame that was sent over inproc", () => {
  for (const size of [1, 10, 100, COPIED]) {
    it(`is the sender's again: ${size} octets`, async () => {
      await using stage = new Stage("inproc");
      const [push, pull] = await pipeline(stage);
      const frame = new Uint8Array(size).fill(65);
      for (let i = 0; i < 100; i++) {
        await push.send([frame, frame]);
        frame.fill(90);
        const message = await pull.receive(TIMEOUT);
        for (const each of message) {
          assert.equal(each.length, size);
          assert.ok(each.every((octet) => octet === 65));
        }
        message[0]!.fill(66);
        assert.ok(message[1]!.every((octet) => octet === 65));
        frame.fill(65);
      }
    });
  }

  it("is the sender's again before anybody is bound", async () => {
    await using stage = new Stage("inproc");
    const endpoint = stage.place();
    const push = stage.make(Push, {});
    push.connect(endpoint);
    const frame = new Uint8Array(3).fill(65);
    await push.send(frame);
    frame.fill(90);
    const pull = stage.make(Pull, {});
    await pull.bind(endpoint);
    assert.equal(text((await pull.receive(TIMEOUT))[0]), "AAA");
  });

  for (const size of [3, COPIED + 1]) {
    it(`is a plain array for each receiver: ${size} octets`, async () => {
      await using stage = new Stage("inproc");
      const publisher = stage.make(Publisher, {});
      const subscribers = [1, 2].map(() => stage.make(Subscriber, {}));
      for (const each of subscribers) each.subscribe();
      await stage.join(publisher, ...subscribers);
      await publisher.send(Buffer.alloc(size, "A"));
      const frames = await Promise.all(
        subscribers.map(async (each) => (await each.receive(TIMEOUT))[0]!),
      );
      assert.notEqual(frames[0], frames[1]);
      for (const frame of frames) {
        assert.equal(Object.getPrototypeOf(frame), Uint8Array.prototype);
        assert.equal(frame.length, size);
      }
      frames[0]!.subarray(0, 1).fill(90);
      // A large one is one memory for all, as the document says.
      assert.equal(frames[1]![0], size > COPIED ? 90 : 65);
    });

    it(`is no view of shared memory: ${size} octets`, async () => {
      await using stage = new Stage("inproc");
      const [push, pull] = await pipeline(stage);
      const shared = new SharedArrayBuffer(size);
      await push.send([shared, new Uint8Array(shared)]);
      for (const frame of await pull.receive(TIMEOUT)) {
        assert.ok(frame.buffer instanceof ArrayBuffer);
        assert.equal(frame.length, size);
      }
    });
  }

  it("can be sent when a receiver has transferred an earlier one", async () => {
    await using stage = new Stage("inproc");
    const [push, pull] = await pipeline(stage);
    for (let i = 0; i < 10; i++) {
      await push.send([`message ${i}`, null]);
      const message = await pull.receive(TIMEOUT);
      assert.deepEqual(message.map(text), [`message ${i}`, ""]);
      for (const frame of message) takeAway(frame);
    }
  });
});
