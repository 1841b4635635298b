// PGM over the loopback interface: ours, and libzmq's in both directions.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  Publisher,
  Push,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { groupEndpoint, skipWithoutPgm } from "../kit/pgm.ts";
import { noise, octets, sameMessages, text } from "../kit/messages.ts";
import { PythonPeer } from "../kit/python_peer.ts";
import { noPython } from "../kit/python_peer.ts";
import { within } from "../kit/wait.ts";

/** Fast enough for a test. */
const rate = 40_000;

/** One frame, several, empty ones, and one of many packets. */
const MESSAGES = [
  [octets("hello")],
  [octets("several"), octets(""), noise(2, 2)],
  [octets("")],
  [noise(253, 3)],
  [noise(254, 4), noise(255, 5)],
  [octets("large"), noise(100_000, 6), noise(1, 7)],
  [octets("last")],
];

type Receiver = { receive(): Promise<Uint8Array[]> };

/** Sends something until it arrives: nobody knows who listens. */
async function meet(
  send: () => Promise<void>,
  hears: () => boolean,
): Promise<void> {
  for (let i = 0; !hears() && i < 500; i++) {
    await send();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(hears(), "nobody heard anything");
}

/** The next messages that are not the one to meet with. */
async function heard(socket: Receiver, count: number): Promise<Uint8Array[][]> {
  const messages: Uint8Array[][] = [];
  while (messages.length < count) {
    const message = await within(socket.receive(), "a message");
    if (text(message[0]) !== "meet") messages.push(message);
  }
  return messages;
}

describe("epgm among ours", { skip: skipWithoutPgm }, () => {
  for (
    const [from, to, Sender, Recipient] of [
      ["PUB", "SUB", Publisher, Subscriber],
      ["XPUB", "XSUB", XPublisher, XSubscriber],
    ] as const
  ) {
    it(`carries messages of all sizes from ${from} to ${to}`, async () => {
      const endpoint = groupEndpoint();
      const sub = new Recipient({ rate });
      if (sub instanceof Subscriber) sub.subscribe("");
      await sub.bind(endpoint);
      const pub = new Sender({ rate });
      assert.equal(await pub.bind(endpoint), endpoint);
      for (const message of MESSAGES) await pub.send(message);
      sameMessages(await heard(sub, MESSAGES.length), MESSAGES);
      assert.equal(sub.stats.gaps, 0);
      await Promise.all([pub.close(), sub.close()]);
    });
  }

  it("connected does the same as bound, and sends what came before it is open", async () => {
    const endpoint = groupEndpoint();
    const sub = new Subscriber({ rate });
    sub.subscribe("a");
    sub.connect(endpoint);
    await within(sub.events.once("connect"), "it is open");
    const pub = new Publisher({ rate });
    pub.connect(endpoint);
    await pub.send("b: not wanted");
    await pub.send("a: wanted");
    assert.equal(text((await within(sub.receive(), "it"))[0]), "a: wanted");
    await pub.disconnect(endpoint);
    await Promise.all([pub.close(), sub.close()]);
  });

  it("has a subscriber hear several publishers, and one that comes late the rest", async () => {
    const endpoint = groupEndpoint();
    const early = new Subscriber({ rate });
    early.subscribe("");
    await early.bind(endpoint);
    const [one, two] = [new Publisher({ rate }), new Publisher({ rate })];
    await Promise.all([one.bind(endpoint), two.bind(endpoint)]);
    await one.send(["1", noise(5000, 1)]);
    await two.send(["2", noise(5000, 2)]);
    const first = await heard(early, 2);
    assert.deepEqual(first.map(([head]) => text(head)).sort(), ["1", "2"]);
    const late = new Subscriber({ rate });
    late.subscribe("");
    await late.bind(endpoint);
    await one.send("3");
    assert.deepEqual(text((await heard(late, 1))[0]![0]), "3");
    assert.equal(late.stats.gaps, 0);
    await Promise.all([one, two, early, late].map((each) => each.close()));
  });

  it("sends no faster than its rate", async () => {
    const endpoint = groupEndpoint();
    const sub = new Subscriber({ rate: 1000 });
    sub.subscribe("");
    await sub.bind(endpoint);
    const pub = new Publisher({ rate: 1000 });
    await pub.bind(endpoint);
    const start = performance.now();
    // 125 000 octets a second, those of the first second at once.
    for (let i = 0; i < 250; i++) await pub.send(noise(1000, i));
    await heard(sub, 250);
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds > 0.8 && seconds < 5, `${seconds} s`);
    await Promise.all([pub.close(), sub.close()]);
  });
});

describe("epgm with libzmq", { skip: skipWithoutPgm || noPython }, () => {
  let peer: PythonPeer;
  before(async () => {
    peer = await PythonPeer.start();
  });
  after(() => peer.end());

  for (const [from, to] of [["PUB", "SUB"], ["XPUB", "XSUB"]] as const) {
    it(`carries messages of all sizes from our ${from} to its ${to}`, async () => {
      const endpoint = groupEndpoint();
      const theirs = await peer.socket(to, { RATE: rate });
      if (to === "SUB") await theirs.subscribe(octets(""));
      await theirs.connect(endpoint);
      const pub = new (from === "PUB" ? Publisher : XPublisher)({ rate });
      await pub.bind(endpoint);
      const first = theirs.receive(1);
      let isThere = false;
      void first.then(() => isThere = true);
      await meet(() => pub.send("meet"), () => isThere);
      for (const message of MESSAGES) await pub.send(message);
      const found = await theirs.receive(MESSAGES.length, [octets("meet")]);
      sameMessages(found, MESSAGES);
      await Promise.all([pub.close(), theirs.close()]);
    });

    it(`carries messages of all sizes from its ${from} to our ${to}`, async () => {
      const endpoint = groupEndpoint();
      const sub = to === "SUB"
        ? new Subscriber({ rate })
        : new XSubscriber({ rate });
      if (sub instanceof Subscriber) sub.subscribe("");
      await sub.bind(endpoint);
      const theirs = await peer.socket(from, { RATE: rate });
      await theirs.connect(endpoint);
      const found = heard(sub, MESSAGES.length);
      let isThere = false;
      const first = sub.stats.received.messages;
      await meet(
        () => theirs.send([octets("meet")]),
        () => isThere ||= sub.stats.received.messages > first,
      );
      await theirs.send(...MESSAGES);
      sameMessages(await found, MESSAGES);
      assert.equal(sub.stats.gaps, 0);
      await Promise.all([sub.close(), theirs.close()]);
    });
  }
});

describe("endpoints of PGM", { skip: skipWithoutPgm }, () => {
  it("are refused to other types", async () => {
    const push = new Push();
    await assert.rejects(push.bind(groupEndpoint()), {
      code: "ENOCOMPATPROTO",
    });
    await push.close();
  });

  const wrong: [text: string, code: string, options?: object][] = [
    ["epgm://127.0.0.1;239.192.1.1", "EINVAL"],
    ["epgm://127.0.0.1;10.0.0.1:5555", "EINVAL"],
    ["epgm://192.0.2.1;239.192.1.1:5555", "ENODEV"],
    ["epgm://127.0.0.1;239.192.1.1:5555", "EINVAL", { rate: 1 }],
    ["epgm://127.0.0.1;239.192.1.1:5555", "EINVAL", {
      multicastMaxTransportDataUnit: 50,
    }],
  ];
  for (const [endpoint, code, options = {}] of wrong) {
    it(`refuse ${endpoint} ${JSON.stringify(options)}`, async () => {
      const pub = new Publisher(options);
      await assert.rejects(pub.bind(endpoint), { code });
      await pub.close();
    });
  }
});
