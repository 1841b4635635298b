// What peers say that their socket type never would: replies nobody asked
// for, requests without an envelope, messages in the wrong direction.
// RFC 28, 29, 30.
import assert from "node:assert/strict";
import { EMPTY, toBytes } from "../../src/base/bytes.ts";
import { encodeCommand } from "../../src/wire/commands.ts";
import { noise, texts } from "../kit/messages.ts";
import { broken, tooLarge, type TrafficCase } from "./traffic_runner.ts";
import type { Insider, TrafficScene } from "./traffic_scene.ts";

const MORE = 1;
const COMMAND = 4;
const LIMIT = "ERR_ZMTP_SUBSCRIPTION_LIMIT";
const MEBIOCTET = 1024 * 1024;

/** Says a message of several frames. */
function message(insider: Insider, ...frames: (string | Uint8Array)[]): void {
  const bodies = frames.map((frame) =>
    typeof frame === "string" ? toBytes(frame) : frame
  );
  insider.say(MORE, ...bodies.slice(0, -1));
  insider.say(0, ...bodies.slice(-1));
}

/** Waits for the request of our REQ, so that a reply is one. */
async function request(insider: Insider, scene: TrafficScene): Promise<void> {
  await scene.socket.send("question");
  while ((await insider.hear()).flags === MORE) continue;
}

const replyCases: readonly TrafficCase[] = [
  {
    name: "requests without a delimiter",
    types: ["REP"],
    act: (insider) => {
      message(insider, "alone");
      message(insider, "one", "two", "three");
      message(insider, "");
      message(insider, "one", "");
    },
    end: "on",
  },
  {
    name: "an envelope of 1000 frames",
    types: ["REP"],
    act: async (insider, { socket }) => {
      const envelope = Array.from({ length: 1000 }, () => "hop");
      message(insider, ...envelope);
      message(insider, ...envelope, "", "request");
      assert.deepEqual(texts(await socket.receive()), ["request"]);
      await socket.send("reply");
    },
    end: "on",
  },
  {
    name: "replies that nobody asked for",
    types: ["REQ"],
    act: (insider) => {
      for (let i = 0; i < 10; i++) message(insider, "", `reply ${i}`);
    },
    end: "on",
  },
  {
    name: "a reply without a delimiter",
    types: ["REQ"],
    // Or it would wait for the reply for ever.
    socket: { relaxed: true },
    act: async (insider, scene) => {
      await request(insider, scene);
      message(insider, "reply", "to", "whom");
    },
    end: broken("ERR_ZMTP_UNSPECIFIED"),
  },
  {
    name: "two replies to one request",
    types: ["REQ"],
    act: async (insider, scene) => {
      await request(insider, scene);
      message(insider, "", "first");
      message(insider, "", "second");
    },
    end: "on",
    handsOver: [["first"]],
  },
];

const directionCases: readonly TrafficCase[] = [
  {
    name: "messages in the wrong direction",
    types: ["PUB", "PUSH"],
    act: (insider) => {
      message(insider, "up", "the", "stream");
      message(insider, noise(100_000, 1));
      for (let i = 0; i < 100; i++) message(insider, `${i}`);
      insider.say(MORE, toBytes("never ended"));
    },
    end: "on",
  },
  {
    name: "messages that were not subscribed to",
    types: ["SUB"],
    act: (insider) => {
      message(insider, "goo");
      message(insider, "", "good");
      message(insider, "bad", "good");
      message(insider, "good", "this one");
      for (let i = 0; i < 100; i++) message(insider, `bad ${i}`);
    },
    end: "on",
    handsOver: [["good", "this one"]],
  },
];

/** Says subscriptions, many at a time. */
function subscribe(insider: Insider, topics: Iterable<Uint8Array>): void {
  const bodies: Uint8Array[] = [];
  for (const topic of topics) bodies.push(encodeCommand("SUBSCRIBE", topic));
  insider.say(COMMAND, ...bodies);
}

const subscriptionCases: readonly TrafficCase[] = [
  {
    name: "a topic of 4 MiB in a command",
    types: ["PUB", "XPUB"],
    roles: ["client"],
    act: (insider) => subscribe(insider, [new Uint8Array(4 * MEBIOCTET)]),
    end: tooLarge,
  },
  {
    name: "a topic of 4 MiB in a message, as 3.0 has it",
    types: ["PUB", "XPUB"],
    act: (insider) => {
      const body = new Uint8Array(1 + 4 * MEBIOCTET);
      body[0] = 1;
      insider.say(0, body);
    },
    end: broken(LIMIT),
  },
  {
    name: "1500 topics, each one an octet longer",
    types: ["PUB"],
    act: (insider) =>
      subscribe(
        insider,
        Array.from({ length: 1500 }, (_, i) => new Uint8Array(i)),
      ),
    end: "on",
  },
  ...(["PUB", "XPUB"] as const).map((type): TrafficCase => ({
    name: "cancellations of what was never subscribed to",
    types: [type],
    act: (insider) => {
      subscribe(insider, [toBytes("known")]);
      for (const topic of ["", "unknown", "know", "knowns", "known", "known"]) {
        insider.say(COMMAND, encodeCommand("CANCEL", toBytes(topic)));
        message(insider, `\0${topic}`);
      }
    },
    end: "on",
    // An XPUB is told of the one that there was, and of its end.
    handsOver: type === "XPUB" ? [["\x01known"], ["\0known"]] : [],
  })),
  {
    name: "one topic more than a peer may have",
    types: ["PUB"],
    socket: { maxTopics: 100 },
    act: (insider) =>
      subscribe(
        insider,
        Array.from({ length: 101 }, (_, i) => toBytes(`topic ${i}`)),
      ),
    end: broken(LIMIT),
  },
  {
    name: "topics of more octets than a peer may have",
    types: ["PUB"],
    socket: { maxTopicBytes: 1000 },
    act: (insider) =>
      subscribe(
        insider,
        [new Uint8Array(400), new Uint8Array(500), new Uint8Array(101)],
      ),
    end: broken(LIMIT),
  },
  {
    name: "the same subscription again and again",
    types: ["PUB"],
    socket: { maxTopics: 1 },
    act: (insider) =>
      subscribe(insider, Array.from({ length: 500 }, () => EMPTY)),
    end: "on",
  },
];

/** What belongs to the patterns. */
export const patternCases: readonly TrafficCase[] = [
  ...replyCases,
  ...directionCases,
  ...subscriptionCases,
];
