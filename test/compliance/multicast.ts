// The suite that every transport of reliable multicast passes over the
// loopback interface: ours among themselves, and with libzmq's in both
// directions. Run it from a test file with the transport at hand.
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
import type { MulticastSubject } from "../kit/multicast_subject.ts";
import { noPython, PythonPeer } from "../kit/python_peer.ts";
import { within } from "../kit/wait.ts";

type Messages = readonly (readonly Uint8Array[])[];
type Receiver = { receive(): Promise<Uint8Array[]> };

/** What a transport promises beyond the seam. */
export interface MulticastPromises {
  /** One frame, several, empty ones, and one of many packets. */
  readonly messages: Messages;
  /** What libzmq can send over it. */
  readonly foreign: {
    /** As titles have it: `"of all sizes"`. */
    readonly what: string;
    readonly messages: Messages;
  };
  /**
   * At 1000 kilobits a second: so many messages of 1000 octets take at least,
   * and at most, so many seconds.
   */
  readonly pace: {
    readonly count: number;
    readonly least: number;
    readonly most: number;
  };
  /** Endpoints that cannot be opened, with the options that have them so. */
  readonly wrong: readonly (readonly [
    endpoint: string,
    code: string,
    options?: object,
  ])[];
}

const LAST = [octets("last")];
const TYPES = [
  ["PUB", "SUB", Publisher, Subscriber],
  ["XPUB", "XSUB", XPublisher, XSubscriber],
] as const;

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
export async function heard(
  socket: Receiver,
  count: number,
): Promise<Uint8Array[][]> {
  const messages: Uint8Array[][] = [];
  while (messages.length < count) {
    const message = await within(socket.receive(), "a message");
    if (text(message[0]) !== "meet") messages.push(message);
  }
  return messages;
}

/** A subscriber that hears everything. */
export async function listening(
  { hearing }: MulticastSubject,
  endpoint: string,
): Promise<Subscriber> {
  const sub = new Subscriber(hearing);
  sub.subscribe("");
  await sub.bind(endpoint);
  return sub;
}

/** Runs the suite for one transport. */
export function testMulticast(
  subject: MulticastSubject,
  promises: MulticastPromises,
): void {
  const { scheme, protocol, skip } = subject;
  describe(`${scheme} among ours`, { skip }, () => {
    testOurs(subject, promises);
    testPublishers(subject);
  });
  describe(`${scheme} with libzmq`, { skip: skip || noPython }, () => {
    testForeign(subject, promises);
  });
  describe(`endpoints of ${protocol}`, { skip }, () => {
    testEndpoints(subject, promises);
  });
}

function testOurs(
  subject: MulticastSubject,
  { messages, pace }: MulticastPromises,
): void {
  const { fast, hearing } = subject;
  for (const [from, to, Sender, Recipient] of TYPES) {
    it(`carries messages of all sizes from ${from} to ${to}`, async () => {
      const endpoint = subject.endpoint();
      const sub = new Recipient(hearing);
      if (sub instanceof Subscriber) sub.subscribe("");
      await sub.bind(endpoint);
      const pub = new Sender(fast);
      assert.equal(await pub.bind(endpoint), endpoint);
      const all = [...messages, LAST];
      for (const message of all) await pub.send(message);
      sameMessages(await heard(sub, all.length), all);
      assert.equal(sub.stats.gaps, 0);
      await Promise.all([pub.close(), sub.close()]);
    });
  }

  it("connected does the same as bound, and sends what came before it is open", async () => {
    const endpoint = subject.endpoint();
    const sub = new Subscriber(hearing);
    sub.subscribe("a");
    sub.connect(endpoint);
    await within(sub.events.once("connect"), "it is open");
    const pub = new Publisher(fast);
    pub.connect(endpoint);
    await pub.send("b: not wanted");
    await pub.send("a: wanted");
    // What was sent has left when it is closed.
    await pub.disconnect(endpoint);
    assert.equal(text((await within(sub.receive(), "it"))[0]), "a: wanted");
    await Promise.all([pub.close(), sub.close()]);
  });

  it("sends no faster than its rate", async () => {
    const { count, least, most } = pace;
    const endpoint = subject.endpoint();
    const rate = 1000;
    const sub = new Subscriber({ ...hearing, rate });
    sub.subscribe("");
    await sub.bind(endpoint);
    const pub = new Publisher({ ...fast, rate });
    await pub.bind(endpoint);
    const start = performance.now();
    for (let i = 0; i < count; i++) await pub.send(noise(1000, i));
    await heard(sub, count);
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds > least && seconds < most, `${seconds} s`);
    await Promise.all([pub.close(), sub.close()]);
  });

  it("has one that comes late begin with a whole message", async () => {
    const endpoint = subject.endpoint();
    const pub = new Publisher(fast);
    await pub.bind(endpoint);
    const early = await listening(subject, endpoint);
    const send = async (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        await pub.send([`${i}`, noise(3000, i), ""]);
      }
    };
    await send(0, 200);
    await heard(early, 200);
    const late = await listening(subject, endpoint);
    await send(200, 300);
    let expected = -1;
    while (expected < 300) {
      const message = await within(late.receive(), "a message");
      const number = Number(text(message[0]));
      if (expected < 0) expected = number;
      assert.ok(number >= 200);
      assert.equal(number, expected++);
      const sent = [octets(`${number}`), noise(3000, number), octets("")];
      sameMessages([message], [sent]);
    }
    assert.equal(late.stats.gaps, 0);
    await Promise.all([pub, early, late].map((each) => each.close()));
  });
}

function testPublishers(subject: MulticastSubject): void {
  const { fast } = subject;

  it("has a subscriber hear several publishers, and tells them apart", async () => {
    const endpoint = subject.endpoint();
    const sub = await listening(subject, endpoint);
    const [one, two] = [new Publisher(fast), new Publisher(fast)];
    // Of one host, and without names of their own.
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

  it("has a publisher that is closed send all that it took", async () => {
    const endpoint = subject.endpoint();
    const sub = await listening(subject, endpoint);
    // So slow that most of it waits, and that the system's buffer of the
    // subscriber has room: a publisher that is gone sends nothing again.
    const pub = new Publisher({ ...fast, rate: 400 });
    await pub.bind(endpoint);
    for (let i = 0; i < 80; i++) await pub.send([`${i}`, noise(1000, i)]);
    const [messages] = await Promise.all([heard(sub, 80), pub.close()]);
    assert.equal(text(messages.at(-1)![0]), "79");
    await sub.close();
  });
}

function testForeign(
  subject: MulticastSubject,
  { messages, foreign }: MulticastPromises,
): void {
  let peer: PythonPeer;
  before(async () => {
    peer = await PythonPeer.start();
  });
  after(() => peer.end());

  for (const [from, to, Sender, Recipient] of TYPES) {
    it(`carries messages of all sizes from our ${from} to its ${to}`, async () => {
      const endpoint = subject.endpoint();
      const theirs = await peer.socket(to, subject.foreign);
      if (to === "SUB") await theirs.subscribe(octets(""));
      await theirs.connect(endpoint);
      const pub = new Sender(subject.fast);
      await pub.bind(endpoint);
      const first = theirs.receive(1);
      let isThere = false;
      void first.then(() => isThere = true);
      await meet(() => pub.send("meet"), () => isThere);
      const all = [...messages, LAST];
      for (const message of all) await pub.send(message);
      const found = await theirs.receive(all.length, [octets("meet")]);
      sameMessages(found, all);
      await Promise.all([pub.close(), theirs.close()]);
    });

    it(`carries messages ${foreign.what} from its ${from} to our ${to}`, async () => {
      const endpoint = subject.endpoint();
      const sub = new Recipient(subject.hearing);
      if (sub instanceof Subscriber) sub.subscribe("");
      await sub.bind(endpoint);
      const theirs = await peer.socket(from, subject.foreign);
      await theirs.connect(endpoint);
      const all = [...foreign.messages, LAST];
      const found = heard(sub, all.length);
      let isThere = false;
      const first = sub.stats.received.messages;
      await meet(
        () => theirs.send([octets("meet")]),
        () => isThere ||= sub.stats.received.messages > first,
      );
      await theirs.send(...all);
      sameMessages(await found, all);
      assert.equal(sub.stats.gaps, 0);
      await Promise.all([sub.close(), theirs.close()]);
    });
  }
}

function testEndpoints(
  subject: MulticastSubject,
  { wrong }: MulticastPromises,
): void {
  it("are refused to other types", async () => {
    const push = new Push();
    await assert.rejects(push.bind(subject.endpoint()), {
      code: "ENOCOMPATPROTO",
    });
    await push.close();
  });

  for (const [endpoint, code, options = {}] of wrong) {
    it(`refuse ${endpoint} ${JSON.stringify(options)}`, async () => {
      const pub = new Publisher(options);
      await assert.rejects(pub.bind(endpoint), { code });
      await pub.close();
    });
  }
}
