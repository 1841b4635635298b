// What followed a subscription in one message was lost on its way to an XPUB,
// over a network only.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toBytes } from "../../src/base/bytes.ts";
import { encodeFrame, MORE } from "../../src/wire/framing.ts";
import { XPublisher, XSubscriber } from "../../mod.ts";
import { login } from "../hostile/login.ts";
import { RawPeer } from "../hostile/raw_peer.ts";
import { nextTexts, Stage } from "../kit/stage.ts";

const PLACE = { role: "client", mechanism: "NULL", scheme: "tcp" } as const;

/** A message in one piece. */
function said(...frames: string[]): Uint8Array[] {
  return frames.map((frame, i) =>
    encodeFrame(i < frames.length - 1 ? MORE : 0, toBytes(frame))
  );
}

describe("a message that begins with a subscription", () => {
  it("gives an XPUB the subscription and the rest", async () => {
    await using stage = new Stage("tcp");
    const publisher = stage.make(XPublisher);
    const peer = await RawPeer.connectTo(await publisher.bind(stage.place()));
    try {
      await login(peer, PLACE, { type: "XSUB" });
      peer.say(...said("\x01A", "x", "y"), ...said("\x01B"));
      assert.deepEqual(await nextTexts(publisher), ["\x01A"]);
      assert.deepEqual(await nextTexts(publisher), ["x", "y"]);
      assert.deepEqual(await nextTexts(publisher), ["\x01B"]);
      peer.say(...said("\x00A", "\x00B", "z"));
      assert.deepEqual(await nextTexts(publisher), ["\x00A"]);
      assert.deepEqual(await nextTexts(publisher), ["\x00B"]);
      assert.deepEqual(await nextTexts(publisher), ["z"]);
      assert.equal(publisher.topicsCount, 0);
    } finally {
      peer.close();
    }
  });

  it("is the same over inproc", async () => {
    await using stage = new Stage("inproc");
    const publisher = stage.make(XPublisher);
    const subscriber = stage.make(XSubscriber);
    await stage.join(publisher, subscriber);
    await subscriber.send(["\x01A", "x", "y"]);
    assert.deepEqual(await nextTexts(publisher), ["\x01A"]);
    assert.deepEqual(await nextTexts(publisher), ["x", "y"]);
  });

  it("may be nothing else", async () => {
    await using stage = new Stage("tcp");
    const publisher = stage.make(XPublisher);
    const peer = await RawPeer.connectTo(await publisher.bind(stage.place()));
    try {
      await login(peer, PLACE, { type: "XSUB" });
      const topics = Array.from({ length: 900 }, (_, i) => `\x01${i}`);
      peer.say(...said(...topics), ...said("\x01end"));
      for (const topic of [...topics, "\x01end"]) {
        assert.deepEqual(await nextTexts(publisher), [topic]);
      }
      assert.equal(publisher.topicsCount, 901);
    } finally {
      peer.close();
    }
  });
});
