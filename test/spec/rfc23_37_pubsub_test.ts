/**
 * RFC 23 and 37: subscriptions on the wire.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fromKey } from "../../src/base/bytes.ts";
import { Publisher, XSubscriber } from "../../mod.ts";
import { RawStream } from "../kit/raw_stream.ts";
import { section } from "../kit/rfc.ts";
import { command, frame } from "../kit/session_host.ts";
import { scene } from "../kit/session_scene.ts";
import { nextTexts, Stage } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

/** A PUB, and a subscriber that is played by hand. */
async function publishing(stage: Stage, minor: 0 | 1) {
  const publisher = stage.make(Publisher);
  const endpoint = await publisher.bind(stage.place());
  const raw = await RawStream.meet(stage, publisher, endpoint, "SUB", minor);
  let asked = 0;
  return {
    publisher,
    raw,
    /** Says octets, and waits until they were understood. */
    ask: async (octets: string) => {
      raw.say(octets + command("PING", `\0\0${++asked}`));
      const pong = command("PONG", `${asked}`);
      await until(() => raw.heard.includes(pong), "a PONG");
    },
    /** Which of the words reach the subscriber. */
    passing: async (...words: string[]) => {
      const before = raw.heard.length;
      for (const word of words) publisher.trySend(word);
      raw.say(command("PING", `\0\0${++asked}`));
      const pong = command("PONG", `${asked}`);
      await until(() => raw.heard.includes(pong), "a PONG");
      const heard = raw.heard.slice(before);
      return words.filter((word) => heard.includes(frame(0, word)));
    },
  };
}

for (const [rfc, minor] of [[23, 0], [37, 1]] as const) {
  const says = section(rfc, "The Publish-Subscribe Pattern");
  const want = (topic: string) =>
    rfc === 23 ? frame(0, `\x01${topic}`) : command("SUBSCRIBE", topic);
  const leave = (topic: string) =>
    rfc === 23 ? frame(0, `\0${topic}`) : command("CANCEL", topic);

  says("message filtering SHALL happen at the publisher side", async () => {
    await using stage = new Stage("tcp");
    const { ask, passing } = await publishing(stage, minor);
    assert.deepEqual(await passing("apple", "bread"), []);
    await ask(want("app"));
    assert.deepEqual(await passing("apple", "bread"), ["apple"]);
    await ask(leave("app"));
    assert.deepEqual(await passing("apple", "bread"), []);
  });

  says(
    rfc === 23
      ? "the SUB or XSUB peer SHALL send a SUBSCRIBE message"
      : "the SUB or XSUB peer SHALL send a SUBSCRIBE command",
    async () => {
      for (const type of ["SUB", "XSUB"] as const) {
        const { host, peer } = await scene(type, {}, minor);
        host.pipes[0]!.command("SUBSCRIBE", fromKey("topic"));
        host.pipes[0]!.command("SUBSCRIBE", fromKey(""));
        await host.clock.settle();
        assert.equal(peer.take(), want("topic") + want(""));
      }
    },
  );

  says(
    rfc === 23
      ? "the SUB or XSUB peer SHALL send an unsubscribe message"
      : "the SUB or XSUB peer SHALL send a CANCEL command",
    async () => {
      for (const type of ["SUB", "XSUB"] as const) {
        const { host, peer } = await scene(type, {}, minor);
        host.pipes[0]!.command("CANCEL", fromKey("topic"));
        await host.clock.settle();
        assert.equal(peer.take(), leave("topic"));
      }
    },
  );

  says(
    'A subscription of "A" SHALL match all messages starting with "A"',
    async () => {
      await using stage = new Stage("tcp");
      const { ask, passing } = await publishing(stage, minor);
      await ask(want("A"));
      const passed = await passing("A", "AB", "A\0", "B", "BA", "a", "");
      assert.deepEqual(passed, ["A", "AB", "A\0"]);
    },
  );

  says("An empty subscription SHALL match all messages", async () => {
    await using stage = new Stage("tcp");
    const { ask, passing } = await publishing(stage, minor);
    await ask(want(""));
    const all = ["A", "\0\x01", "", "zebra"];
    assert.deepEqual(await passing(...all), all);
  });

  says("Subscriptions SHALL be additive", async () => {
    await using stage = new Stage("tcp");
    const { ask, passing } = await publishing(stage, minor);
    await ask(want("A"));
    await ask(want("B"));
    assert.deepEqual(await passing("Ax", "Bx", "Cx"), ["Ax", "Bx"]);
    await ask(leave("A"));
    assert.deepEqual(await passing("Ax", "Bx", "Cx"), ["Bx"]);
  });

  says("SHALL NOT be idempotent", async () => {
    // Counted where they are made …
    await using stage = new Stage("tcp");
    const { ask, passing, publisher } = await publishing(stage, minor);
    const own = stage.make(XSubscriber);
    own.connect(publisher.lastEndpoint!);
    own.subscribe("A", "A");
    await until(() => {
      publisher.trySend("A");
      return own.tryReceive() !== undefined;
    }, "the subscription");
    own.unsubscribe("A");
    await publisher.send("A, still");
    let heard = "";
    while (heard !== "A, still") [heard] = await nextTexts(own) as [string];
    own.unsubscribe("A");
    await until(() => publisher.topicsCount === 0, "the end");
    // … and a set where they arrive.
    await ask(want("A") + want("A"));
    assert.deepEqual(await passing("A"), ["A"]);
    await ask(leave("A"));
    assert.deepEqual(await passing("A"), []);
  }, "counted at the subscriber; a publisher keeps a set, as libzmq does");
}
