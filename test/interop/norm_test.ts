// NORM over the loopback interface: ours, and libzmq's in both directions.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  Publisher,
  Push,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { noise, octets, sameMessages, text } from "../kit/messages.ts";
import { FAST, normEndpoint, normPort, skipWithoutNorm } from "../kit/norm.ts";
import { noPython, PythonPeer } from "../kit/python_peer.ts";
import { within } from "../kit/wait.ts";

/** One frame, several, empty ones, and one that nearly fills two segments. */
const MESSAGES = [
  [octets("hello")],
  [octets("several"), octets(""), noise(2, 2)],
  [octets("")],
  [noise(255, 3)],
  [noise(256, 4), noise(1000, 5)],
  [noise(2000, 6)],
];
/** Besides, one of many segments. */
const LARGE = [
  ...MESSAGES,
  [octets("large"), noise(100_000, 7), noise(1, 8)],
];
const LAST = [octets("last")];

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

describe("norm among ours", { skip: skipWithoutNorm }, () => {
  for (
    const [from, to, Sender, Recipient] of [
      ["PUB", "SUB", Publisher, Subscriber],
      ["XPUB", "XSUB", XPublisher, XSubscriber],
    ] as const
  ) {
    it(`carries messages of all sizes from ${from} to ${to}`, async () => {
      const endpoint = normEndpoint();
      const sub = new Recipient();
      if (sub instanceof Subscriber) sub.subscribe("");
      await sub.bind(endpoint);
      const pub = new Sender(FAST);
      assert.equal(await pub.bind(endpoint), endpoint);
      const messages = [...LARGE, LAST];
      for (const message of messages) await pub.send(message);
      sameMessages(await heard(sub, messages.length), messages);
      assert.equal(sub.stats.gaps, 0);
      await Promise.all([pub.close(), sub.close()]);
    });
  }

  it("connected does the same as bound, and sends what came before it is open", async () => {
    const endpoint = normEndpoint();
    const sub = new Subscriber();
    sub.subscribe("a");
    sub.connect(endpoint);
    await within(sub.events.once("connect"), "it is open");
    const pub = new Publisher(FAST);
    pub.connect(endpoint);
    await pub.send("b: not wanted");
    await pub.send("a: wanted");
    // What was sent has left when it is closed.
    await pub.disconnect(endpoint);
    assert.equal(text((await within(sub.receive(), "it"))[0]), "a: wanted");
    await Promise.all([pub.close(), sub.close()]);
  });

  it("has a subscriber hear several publishers, and tells them apart", async () => {
    const endpoint = normEndpoint();
    const sub = new Subscriber();
    sub.subscribe("");
    await sub.bind(endpoint);
    const [one, two] = [new Publisher(FAST), new Publisher(FAST)];
    // Without ids of their own, of one host.
    await Promise.all([one.bind(endpoint), two.bind(endpoint)]);
    for (let i = 0; i < 20; i++) {
      await one.send([`1.${i}`, noise(5000, i)]);
      await two.send([`2.${i}`, noise(5000, i)]);
    }
    const heads = (await heard(sub, 40)).map(([head]) => text(head));
    for (const name of ["1", "2"]) {
      assert.deepEqual(
        heads.filter((head) => head.startsWith(name)),
        Array.from({ length: 20 }, (_, i) => `${name}.${i}`),
      );
    }
    assert.equal(sub.stats.gaps, 0);
    await Promise.all([one, two, sub].map((each) => each.close()));
  });

  it("keeps groups apart that share a port", async () => {
    const endpoint = normEndpoint();
    const other = endpoint.replace(";239.193", ";239.194");
    const subs = [new Subscriber(), new Subscriber()] as const;
    const pubs = [new Publisher(FAST), new Publisher(FAST)] as const;
    for (const [index, where] of [endpoint, other].entries()) {
      subs[index]!.subscribe("");
      await subs[index]!.bind(where);
      await pubs[index]!.bind(where);
    }
    await pubs[0].send("0");
    assert.equal(text((await heard(subs[0], 1))[0]![0]), "0");
    await pubs[1].send("1");
    assert.equal(text((await heard(subs[1], 1))[0]![0]), "1");
    await Promise.all([...subs, ...pubs].map((each) => each.close()));
  });

  it("has one that comes late begin with a whole message", async () => {
    const endpoint = normEndpoint();
    const pub = new Publisher(FAST);
    await pub.bind(endpoint);
    const early = new Subscriber();
    early.subscribe("");
    await early.bind(endpoint);
    const send = async (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        await pub.send([`${i}`, noise(3000, i), ""]);
      }
    };
    await send(0, 200);
    await heard(early, 200);
    const late = new Subscriber();
    late.subscribe("");
    await late.bind(endpoint);
    await send(200, 300);
    let expected = -1;
    while (expected < 300) {
      const message = await within(late.receive(), "a message");
      const number = Number(text(message[0]));
      if (expected < 0) expected = number;
      assert.ok(number >= 200);
      assert.equal(number, expected++);
      sameMessages([message], [[
        octets(`${number}`),
        noise(3000, number),
        octets(""),
      ]]);
    }
    assert.equal(late.stats.gaps, 0);
    await Promise.all([pub, early, late].map((each) => each.close()));
  });

  it("sends no faster than its rate", async () => {
    const endpoint = normEndpoint();
    const sub = new Subscriber();
    sub.subscribe("");
    await sub.bind(endpoint);
    const pub = new Publisher({ normMode: "fixed", rate: 1000 });
    await pub.bind(endpoint);
    const start = performance.now();
    for (let i = 0; i < 200; i++) await pub.send(noise(1000, i));
    await heard(sub, 200);
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds > 1.2 && seconds < 6, `${seconds} s`);
    await Promise.all([pub.close(), sub.close()]);
  });

  it("has a publisher that is closed send all that it took", async () => {
    const endpoint = normEndpoint();
    const sub = new Subscriber();
    sub.subscribe("");
    await sub.bind(endpoint);
    const pub = new Publisher({ normMode: "fixed", rate: 4000 });
    await pub.bind(endpoint);
    for (let i = 0; i < 300; i++) await pub.send([`${i}`, noise(1000, i)]);
    const [messages] = await Promise.all([heard(sub, 300), pub.close()]);
    assert.equal(text(messages.at(-1)![0]), "299");
    await sub.close();
  });
});

describe("norm with libzmq", { skip: skipWithoutNorm || noPython }, () => {
  let peer: PythonPeer;
  before(async () => {
    peer = await PythonPeer.start();
  });
  after(() => peer.end());

  for (const [from, to] of [["PUB", "SUB"], ["XPUB", "XSUB"]] as const) {
    it(`carries messages of all sizes from our ${from} to its ${to}`, async () => {
      const endpoint = normEndpoint();
      const theirs = await peer.socket(to);
      if (to === "SUB") await theirs.subscribe(octets(""));
      await theirs.connect(endpoint);
      const pub = new (from === "PUB" ? Publisher : XPublisher)(FAST);
      await pub.bind(endpoint);
      const first = theirs.receive(1);
      let isThere = false;
      void first.then(() => isThere = true);
      await meet(() => pub.send("meet"), () => isThere);
      const messages = [...LARGE, LAST];
      for (const message of messages) await pub.send(message);
      const found = await theirs.receive(messages.length, [octets("meet")]);
      sameMessages(found, messages);
      await Promise.all([pub.close(), theirs.close()]);
    });

    it(`carries messages of two segments from its ${from} to our ${to}`, async () => {
      const endpoint = normEndpoint();
      const sub = to === "SUB" ? new Subscriber() : new XSubscriber();
      if (sub instanceof Subscriber) sub.subscribe("");
      await sub.bind(endpoint);
      const theirs = await peer.socket(from);
      await theirs.connect(endpoint);
      const messages = [...MESSAGES, LAST];
      const found = heard(sub, messages.length);
      let isThere = false;
      const first = sub.stats.received.messages;
      await meet(
        () => theirs.send([octets("meet")]),
        () => isThere ||= sub.stats.received.messages > first,
      );
      await theirs.send(...messages);
      sameMessages(await found, messages);
      assert.equal(sub.stats.gaps, 0);
      await Promise.all([sub.close(), theirs.close()]);
    });
  }
});

describe("endpoints of NORM", { skip: skipWithoutNorm }, () => {
  it("are refused to other types", async () => {
    const push = new Push();
    await assert.rejects(push.bind(normEndpoint()), {
      code: "ENOCOMPATPROTO",
    });
    await push.close();
  });

  it("of one host are taken while it is open", async () => {
    const endpoint = `norm://127.0.0.1:${normPort()}`;
    const one = new Publisher(FAST);
    await one.bind(endpoint);
    const two = new Publisher(FAST);
    await assert.rejects(two.bind(endpoint), { code: "EADDRINUSE" });
    await one.close();
    await two.bind(endpoint);
    await two.close();
  });

  const wrong: [text: string, code: string, options?: object][] = [
    ["norm://127.0.0.1;239.193.1.1", "EINVAL"],
    ["norm://0,127.0.0.1;239.193.1.1:5555", "EINVAL"],
    ["norm://300.1.1.1:5555", "EINVAL"],
    ["norm://192.0.2.1;239.193.1.1:5555", "ENODEV"],
    ["norm://nothing0;239.193.1.1:5555", "ENODEV"],
    ["norm://127.0.0.1;239.193.1.1:5555", "EINVAL", { normSegmentSize: 1 }],
  ];
  for (const [endpoint, code, options = {}] of wrong) {
    it(`refuse ${endpoint} ${JSON.stringify(options)}`, async () => {
      const pub = new Publisher(options);
      await assert.rejects(pub.bind(endpoint), { code });
      await pub.close();
    });
  }
});
