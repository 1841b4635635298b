/**
 * RFC 48: RADIO and DISH.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Dish, Radio } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import {
  dropsForTheFull,
  ignoresMessages,
  keepsRequests,
  neverWaits,
  takesRequests,
} from "../kit/publish_rules.ts";
import { changesNothing, delivers, queuesFairly } from "../kit/queue_rules.ts";
import { queueSentences } from "../kit/queue_sentences.ts";
import { RawStream } from "../kit/raw_stream.ts";
import { section } from "../kit/rfc.ts";
import {
  discardsParts,
  onlyReceives,
  onlySends,
  refusesParts,
  servesManyCallers,
} from "../kit/send_rules.ts";
import { command, frame } from "../kit/session_host.ts";
import { scene } from "../kit/session_scene.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";

/** JavaScript's stand-in for threads. */
const ONE_THREAD =
  "a socket belongs to one thread of JavaScript; any number of calls may wait";

const goals = section(48, "Overall Goals of this Pattern");

goals(
  "sending and receiving messages MUST be atomic",
  () => servesManyCallers("RADIO"),
);
goals("MUST NOT allow multipart messages", async () => {
  await refusesParts("RADIO");
  await discardsParts("DISH");
});

const radio = section(48, "The RADIO Socket Type");

radio("SHALL only send messages", () => onlySends("RADIO"));
queueSentences(radio, "RADIO", {
  queue: "queue",
  who: "socket",
  each: "SHALL maintain a single outgoing message queue for each connected",
});
radio(
  "SHALL silently discard any messages that dishes send it",
  () => ignoresMessages("RADIO"),
);
radio(
  "MUST be thread-safe and allow sending from multiple threads",
  () => servesManyCallers("RADIO"),
  ONE_THREAD,
);
radio("MUST allow attaching a group to a message", async () => {
  await using stage = new Stage("inproc");
  const [own, dish] = [stage.make(Radio), stage.make(Dish)];
  await stage.join(own, dish);
  const groups = Array.from({ length: 20 }, (_, i) => `group ${i}`);
  dish.join(...groups);
  // The group is an argument of the call: calls cannot mix them up.
  await Promise.all(groups.map((group) => own.send(`to ${group}`, { group })));
  for (const group of groups) {
    const [data, to] = await dish.receive(TIMEOUT);
    assert.deepEqual([text(data), text(to.group)], [`to ${group}`, group]);
  }
});
radio(
  "SHALL not modify outgoing messages in any way",
  () => changesNothing("RADIO"),
);
radio(
  "SHALL perform a group membership check using exact matching algorithm",
  async () => {
    await using stage = new Stage("inproc");
    const [own, dish] = [stage.make(Radio), stage.make(Dish)];
    await stage.join(own, dish);
    dish.join("group");
    for (const group of ["grou", "group", "groups", "Group", ""]) {
      await own.send(`to ${group}`, { group });
    }
    assert.equal(text((await dish.receive(TIMEOUT))[0]), "to group");
    assert.equal(dish.tryReceive(), undefined);
    assert.equal(own.stats.sent.messages, 1);
  },
);
radio(
  "SHALL silently drop the message if the queue for a dish is full",
  () => dropsForTheFull("RADIO"),
);
radio("SHALL NOT block on sending", () => neverWaits("RADIO"));
radio(
  "SHALL receive join and leave commands from dishes",
  () => takesRequests("RADIO"),
);
radio(
  "SHALL NOT deliver these commands to its calling application",
  () => keepsRequests("RADIO"),
);

const dish = section(48, "The DISH Socket Type");

dish("SHALL only receive messages", () => onlyReceives("DISH"));
queueSentences(dish, "DISH", {
  queue: "queue",
  who: "radio",
  each: "SHALL maintain a single incoming message queue for each connected",
});
dish(
  "MUST be thread-safe and allow receiving from multiple threads",
  () => servesManyCallers("DISH"),
  ONE_THREAD,
);
dish("MUST allow retrieving the group of a message", async () => {
  await using stage = new Stage("inproc");
  const [source, own] = [stage.make(Radio), stage.make(Dish)];
  await stage.join(source, own);
  own.join("a", "b");
  const heard = [own.receive(TIMEOUT), own.receive(TIMEOUT)];
  for (const group of ["b", "a"]) await source.send("x", { group });
  const groups = (await Promise.all(heard)).map(([, to]) => text(to.group));
  assert.deepEqual(groups, ["b", "a"]);
});
dish(
  "SHALL silently discard messages if the queue for a radio is full",
  async () => {
    const { host, peer, say } = await scene("DISH", {
      receiveHighWaterMark: 5,
    });
    host.keeps = true;
    for (let i = 0; i < 50; i++) await say(frame(1, "g"), frame(0, `${i}`));
    const [pipe] = host.pipes;
    assert.ok(pipe!.inbox.length <= 10, `${pipe!.inbox.length}`);
    const heard: string[] = [];
    for (let i = 0; i < 1000 && heard.length < 50; i++) {
      const message = pipe!.read();
      if (message) heard.push(text(message[1]));
      else await host.clock.settle();
    }
    assert.deepEqual(heard, Array.from({ length: 50 }, (_, i) => `${i}`));
    assert.equal(peer.state, "");
  },
  "it stops to read, as libzmq does, and the RADIO discards",
);
dish(
  "SHALL receive incoming messages from its sockets using a fair-queuing",
  () => queuesFairly("DISH"),
);
dish(
  "SHALL not modify incoming messages in any way",
  () => changesNothing("DISH"),
);
dish("SHALL attach the group to the message", async () => {
  await using stage = new Stage("tcp");
  const own = stage.make(Dish);
  own.join("here");
  const endpoint = await own.bind(stage.place());
  const raw = await RawStream.meet(stage, own, endpoint, "RADIO");
  raw.say(frame(1, "there") + frame(0, "no"));
  raw.say(frame(1, "here") + frame(0, "yes"));
  const [data, to] = await own.receive(TIMEOUT);
  assert.deepEqual([text(data), text(to.group)], ["yes", "here"]);
});
dish(
  "SHALL deliver messages to its calling application",
  () => delivers("DISH"),
);

const group = section(48, "Group");

/** Whether a RADIO keeps a peer that joins the group. */
async function accepts(name: string): Promise<boolean> {
  await using stage = new Stage("tcp");
  const own = stage.make(Radio);
  const endpoint = await own.bind(stage.place());
  const raw = await RawStream.meet(stage, own, endpoint, "DISH");
  const body = `\x04JOIN${name}`;
  const size = body.length.toString(16).padStart(16, "0");
  raw.say(body.length < 256 ? command("JOIN", name) : `06${size}`);
  if (body.length > 255) raw.say(frame(0, body).slice(-2 * body.length));
  raw.say(command("PING", "\0\0"));
  for (let i = 0; i < 1000; i++) {
    if (raw.heard.endsWith(command("PONG"))) return true;
    if (raw.gone) return false;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("Neither a PONG nor the end");
}

group("Length MUST be between 0 to 255 bytes", async () => {
  await using stage = new Stage("inproc");
  const own = stage.make(Dish);
  const source = stage.make(Radio);
  for (const length of [0, 1, 255]) {
    own.join("g".repeat(length));
    await source.send("x", { group: "g".repeat(length) });
    assert.ok(await accepts("g".repeat(length)), `${length}`);
  }
  const long = "g".repeat(256);
  assert.throws(() => own.join(long), { code: "EINVAL" });
  await assert.rejects(source.send("x", { group: long }), { code: "EINVAL" });
  assert.equal(await accepts(long), false);
});
group(
  "Group character MUST be one byte with allowed values 1-255",
  async () => {
    await using stage = new Stage("inproc");
    const own = stage.make(Dish);
    const all = Uint8Array.from({ length: 255 }, (_, i) => i + 1);
    own.join(all);
    assert.ok(await accepts(String.fromCharCode(...all)));
    assert.throws(() => own.join("a\0b"), { code: "EINVAL" });
    assert.equal(await accepts("a\0b"), false);
  },
);
