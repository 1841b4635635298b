/**
 * RFC 29: PUB and XPUB.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "../../mod.ts";
import { octets } from "../kit/messages.ts";
import {
  dropsForTheFull,
  ignoresMessages,
  keepsRequests,
  neverWaits,
  type Publishing,
  takesRequests,
} from "../kit/publish_rules.ts";
import { changesNothing, delivers, queuesFairly } from "../kit/queue_rules.ts";
import { queueSentences } from "../kit/queue_sentences.ts";
import { type Says, section } from "../kit/rfc.ts";
import { onlySends } from "../kit/send_rules.ts";
import { nextTexts, Stage } from "../kit/stage.ts";

/** "a binary comparison … against the start of the first frame". */
async function comparesOctets(type: "PUB" | "XPUB"): Promise<void> {
  await using stage = new Stage("inproc");
  const publisher = type === "PUB"
    ? stage.make(Publisher)
    : stage.make(XPublisher);
  const subscriber = stage.make(Subscriber);
  await stage.join(publisher, subscriber);
  subscriber.subscribe(Uint8Array.of(0xc3, 0x00), "Ab");
  const firsts = [
    Uint8Array.of(0xc3),
    Uint8Array.of(0xc3, 0x00),
    Uint8Array.of(0xc3, 0x00, 0xff),
    Uint8Array.of(0xc3, 0x01),
    octets("ab"),
    octets("Abc"),
    octets("xAb"),
  ];
  for (const first of firsts) publisher.trySend([first, "Ab"]);
  const heard = [];
  for (let next = subscriber.tryReceive(); next !== undefined;) {
    heard.push(next[0]);
    next = subscriber.tryReceive();
  }
  assert.deepEqual(heard, [firsts[1], firsts[2], firsts[5]]);
}

/** The sentences on sending. */
function publishing(says: Says, type: Publishing & ("PUB" | "XPUB")): void {
  says(
    "SHALL not modify outgoing messages in any way",
    () => changesNothing(type),
  );
  says(
    "SHALL perform a binary comparison of the subscription against the start",
    () => comparesOctets(type),
  );
  says(
    "SHALL silently drop the message if the queue for a subscriber is full",
    () => dropsForTheFull(type),
  );
  says("SHALL NOT block on sending", () => neverWaits(type));
}

const pub = section(29, "The PUB Socket Type");

pub("SHALL only send messages", () => onlySends("PUB"));
queueSentences(pub, "PUB", {
  queue: "queue",
  who: "subscriber",
  each: "SHALL maintain a single outgoing message queue for each connected",
});
pub(
  "SHALL silently discard any messages that subscribers send it",
  () => ignoresMessages("PUB"),
);
publishing(pub, "PUB");
pub(
  "SHALL receive subscribe and unsubscribe requests from subscribers",
  () => takesRequests("PUB"),
);
pub(
  "SHALL NOT deliver these commands to its calling application",
  () => keepsRequests("PUB"),
);

const xpub = section(29, "The XPUB Socket Type");

queueSentences(xpub, "XPUB", { who: "subscriber" });
publishing(xpub, "XPUB");
xpub(
  "SHALL receive incoming messages from its subscribers using a fair-queuing",
  () => queuesFairly("XPUB"),
);
xpub(
  "SHALL deliver these messages to its calling application",
  () => delivers("XPUB"),
);
xpub(
  "SHALL receive subscribe and unsubscribe requests from subscribers",
  () => takesRequests("XPUB"),
);
xpub("SHALL deliver these commands to its calling application", async () => {
  await using stage = new Stage("tcp");
  const [publisher, subscriber] = [
    stage.make(XPublisher),
    stage.make(XSubscriber),
  ];
  await stage.join(publisher, subscriber);
  subscriber.subscribe("a");
  assert.deepEqual(await nextTexts(publisher), ["\x01a"]);
  subscriber.unsubscribe("a");
  assert.deepEqual(await nextTexts(publisher), ["\x00a"]);
});
xpub(
  "SHALL, if the subscriber peer disconnects prematurely, generate a suitable",
  async () => {
    await using stage = new Stage("tcp");
    const [publisher, subscriber] = [
      stage.make(XPublisher),
      stage.make(Subscriber),
    ];
    await stage.join(publisher, subscriber);
    subscriber.subscribe("a", "b");
    const told = [await nextTexts(publisher), await nextTexts(publisher)];
    assert.deepEqual(told.sort(), [["\x01a"], ["\x01b"]]);
    await subscriber.close({ linger: 0 });
    const taken = [await nextTexts(publisher), await nextTexts(publisher)];
    assert.deepEqual(taken.sort(), [["\x00a"], ["\x00b"]]);
  },
);
