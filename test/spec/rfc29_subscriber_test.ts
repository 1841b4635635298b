/**
 * RFC 29: SUB and XSUB.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Publisher, XPublisher, XSubscriber } from "../../mod.ts";
import { gather, Party } from "../kit/party.ts";
import { changesNothing, delivers, queuesFairly } from "../kit/queue_rules.ts";
import { queueSentences } from "../kit/queue_sentences.ts";
import { RawStream } from "../kit/raw_stream.ts";
import { section } from "../kit/rfc.ts";
import { onlyReceives } from "../kit/send_rules.ts";
import { command, frame } from "../kit/session_host.ts";
import { scene } from "../kit/session_scene.ts";
import { nextTexts, Stage } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

/** Why a subscriber that is full does not discard. */
const STOPS_READING =
  "it stops to read, as libzmq does, and the publisher discards";

/** A subscriber that is full, in the end, has everything it was sent. */
async function stopsReading(type: "SUB" | "XSUB"): Promise<void> {
  const { host, peer, say } = await scene(type, { receiveHighWaterMark: 5 });
  host.keeps = true;
  const all = Array.from({ length: 50 }, (_, i) => `message ${i}`);
  for (const text of all) await say(frame(0, text));
  const [pipe] = host.pipes;
  assert.ok(pipe!.inbox.length <= 10, `${pipe!.inbox.length}`);
  const heard: string[] = [];
  for (let i = 0; i < 1000 && heard.length < all.length; i++) {
    const message = pipe!.read();
    if (message) heard.push(new TextDecoder().decode(message[0]));
    else await host.clock.settle();
  }
  assert.deepEqual(heard, all);
  assert.equal(peer.state, "");
}

const sub = section(29, "The SUB Socket Type");

sub("SHALL only receive messages", () => onlyReceives("SUB"));
queueSentences(sub, "SUB", {
  queue: "queue",
  who: "publisher",
  each: "SHALL maintain a single incoming message queue for each connected",
});
sub(
  "SHALL silently discard messages if the queue for a publisher is full",
  () => stopsReading("SUB"),
  STOPS_READING,
);
sub(
  "SHALL receive incoming messages from its publishers using a fair-queuing",
  () => queuesFairly("SUB"),
);
sub(
  "SHALL not modify incoming messages in any way",
  () => changesNothing("SUB"),
);
sub(
  "SHALL deliver messages to its calling application",
  () => delivers("SUB"),
);

const xsub = section(29, "The XSUB Socket Type");

queueSentences(xsub, "XSUB", { who: "publisher" });
xsub(
  "SHALL not modify incoming messages in any way",
  () => changesNothing("XSUB"),
);
xsub(
  "SHALL silently discard messages if the incoming queue for a publisher is",
  () => stopsReading("XSUB"),
  STOPS_READING,
);
xsub(
  "SHALL receive incoming messages from its publishers using a fair-queuing",
  () => queuesFairly("XSUB"),
);
xsub(
  "SHALL deliver messages to its calling application",
  () => delivers("XSUB"),
);
xsub(
  "SHALL not modify outgoing messages in any way",
  () => changesNothing("XSUB"),
);
xsub("SHALL send all messages to all connected publishers", async () => {
  await using stage = new Stage("inproc");
  const { own, peers } = await gather(stage, "XSUB", 3);
  for (const word of ["one", "two"]) assert.ok(own.trySend(word));
  for (const peer of peers) assert.deepEqual(peer.all(), ["one", "two"]);
});
xsub(
  "SHALL silently drop the message if the outgoing queue for a publisher is",
  async () => {
    await using stage = new Stage("inproc");
    const { own, peers } = await gather(
      stage,
      "XSUB",
      2,
      { sendHighWaterMark: 1 },
      { receiveHighWaterMark: 1 },
    );
    for (const peer of peers) peer.all();
    for (let i = 0; i < 10; i++) {
      assert.equal(own.trySend(`${i}`), true);
      assert.deepEqual(peers[1]!.all(), [`${i}`]);
    }
    assert.deepEqual(peers[0]!.all(), ["0", "1"]);
  },
);
xsub("SHALL NOT block on sending", async () => {
  await using stage = new Stage("inproc");
  const alone = new Party(stage, "XSUB");
  const { own } = await gather(
    stage,
    "XSUB",
    1,
    { sendHighWaterMark: 1 },
    { receiveHighWaterMark: 1 },
  );
  for (let i = 0; i < 100; i++) {
    await alone.send({ timeout: 0 }, `${i}`);
    await own.send({ timeout: 0 }, `${i}`);
  }
});
xsub(
  "SHALL accept subscription commands from its calling application",
  async () => {
    await using stage = new Stage("inproc");
    const [publisher, own] = [stage.make(Publisher), stage.make(XSubscriber)];
    await stage.join(publisher, own);
    await own.send("\x01a");
    own.subscribe("b");
    for (const word of ["a", "b", "c"]) await publisher.send(word);
    assert.deepEqual(await nextTexts(own), ["a"]);
    assert.deepEqual(await nextTexts(own), ["b"]);
    await own.send("\x00a");
    own.unsubscribe("b");
    for (const word of ["a", "b"]) await publisher.send(word);
    assert.equal(own.tryReceive(), undefined);
  },
);
xsub(
  "SHALL send subscribe and unsubscribe requests to publishers",
  async () => {
    await using stage = new Stage("tcp");
    const own = stage.make(XSubscriber);
    const endpoint = await own.bind(stage.place());
    const raw = await RawStream.meet(stage, own, endpoint, "XPUB");
    own.subscribe("a");
    own.unsubscribe("a");
    const wire = command("SUBSCRIBE", "a") + command("CANCEL", "a");
    await until(() => raw.heard.endsWith(wire), "the requests");
    // Whoever comes later is told what is wanted by then.
    own.subscribe("b");
    const publisher = stage.make(XPublisher);
    publisher.connect(endpoint);
    assert.deepEqual(await nextTexts(publisher), ["\x01b"]);
  },
);
