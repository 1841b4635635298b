// NORM among strangers that know it: datagrams of any number of publishers
// that there are not, with streams, files and data of any size. What they cost
// is bounded, and who really publishes is heard.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import process from "node:process";
import { describe, it } from "node:test";
import { Publisher, Subscriber } from "../../../mod.ts";
import { NormSenders } from "../../../ext/norm/senders.ts";
import { octets, text } from "../../kit/messages.ts";
import { FAST, normEndpoint, skipWithoutNorm } from "../../kit/norm.ts";
import { pause, within } from "../../kit/wait.ts";

const MiB = 1024 * 1024;
/** Kinds of objects, as flags of RFC 5740 §4.2. */
const DATA = 0x00;
const FILE = 0x10;
const STREAM = 0x20;
const SEGMENT = 1400;

interface Forged {
  readonly node: number;
  readonly kind: number;
  readonly object?: number;
  /** Octets that the object is said to have. */
  readonly size?: number;
  readonly body?: Uint8Array;
}

/** A NORM_DATA with all that it takes to begin an object, RFC 5740 §4.2.1. */
function forged(
  { node, kind, object = 0, size = 512 * 1024, body = octets("") }: Forged,
): Uint8Array {
  const isStream = kind === STREAM;
  const datagram = new Uint8Array(32 + (isStream ? 8 : 0) + body.length);
  const view = new DataView(datagram.buffer);
  datagram.set([0x12, 8]);
  view.setUint32(4, node);
  view.setUint16(8, 7);
  datagram.set([80, 0x40, kind, 5], 10);
  view.setUint16(14, object);
  // What the object is, RFC 5510 §5.2: of 16 segments and 4 of parity a block.
  datagram.set([64, 3], 20);
  view.setUint32(24, size);
  view.setUint16(28, SEGMENT);
  datagram.set([16, 4], 30);
  if (isStream) {
    view.setUint16(32, body.length);
    // A message begins with the first octet.
    view.setUint16(34, 1);
  }
  datagram.set(body, isStream ? 40 : 32);
  return datagram;
}

/** A message of one short frame. */
function messageOf(body: string): Uint8Array {
  return Uint8Array.of(0, 0, body.length, ...octets(body));
}

/** Somebody who sends anything to a group. */
async function stranger(endpoint: string) {
  const [, group = "", port = ""] = /;(.*):(\d+)$/.exec(endpoint) ?? [];
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) =>
    socket.bind(0, "127.0.0.1", () => resolve())
  );
  socket.setMulticastInterface("127.0.0.1");
  let sent = 0;
  return {
    async send(what: Forged): Promise<void> {
      const datagram = forged(what);
      await new Promise((resolve) =>
        socket.send(datagram, Number(port), group, resolve)
      );
      if (++sent % 8 === 0) await pause(2);
    },
    close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

/** Has a publisher be heard, all of it in order, while something goes on. */
async function servedDuring(
  sub: Subscriber,
  pub: Publisher,
  doing: () => Promise<void>,
): Promise<void> {
  let isOver = false;
  let count = 0;
  const sending = (async () => {
    for (; !isOver || count < 20; count++) {
      await pub.send(`good ${count}`);
      await pause(5);
    }
    await pub.send("good end");
  })();
  const hearing = (async () => {
    for (let expected = 0;; expected++) {
      const [body] = await within(sub.receive(), "it", 20_000);
      if (text(body) === "good end") return assert.equal(expected, count);
      assert.equal(text(body), `good ${expected}`);
    }
  })();
  await doing();
  isOver = true;
  await Promise.all([sending, hearing]);
}

describe("publishers that are known", () => {
  it("go when they are silent, strange, or claim too much", () => {
    const senders = new NormSenders(1 * MiB);
    senders.know(1n);
    senders.add(2n, 20n, 64 * MiB);
    senders.know(3n, true);
    assert.equal(senders.surplus(), 3n);
    senders.forget(3n);
    assert.equal(senders.surplus(), undefined);
    senders.suspect(1n);
    assert.equal(senders.surplus(), 1n);
    // Whoever has a stream as well is heard.
    senders.add(1n, 10n, 1 * MiB);
    assert.equal(senders.surplus(), undefined);
    senders.add(2n, 21n, 64 * MiB + 1);
    assert.equal(senders.surplus(), 2n);
    senders.remove(2n, 21n);
    assert.equal(senders.surplus(), undefined);
    const large = new NormSenders(30 * MiB);
    large.add(1n, 10n, 90 * MiB);
    assert.equal(large.surplus(), undefined);
  });

  it("are so many at most, and who was of use goes last", () => {
    const senders = new NormSenders(1 * MiB);
    for (let i = 1n; i <= 64n; i++) {
      senders.add(i, 1000n + i, 1 * MiB);
      if (i !== 30n) senders.heard(i);
    }
    senders.heard(1n);
    assert.equal(senders.surplus(), undefined);
    senders.know(65n);
    senders.heard(65n);
    assert.equal(senders.surplus(), 30n);
    senders.forget(30n);
    senders.know(66n);
    senders.heard(66n);
    assert.equal(senders.surplus(), 2n);
    senders.know(50n, true);
    assert.equal(senders.surplus(), 50n);
  });

  it("may together claim so much, and so many of them be silent", () => {
    const senders = new NormSenders(1 * MiB);
    for (let i = 1n; i <= 4n; i++) senders.add(i, 10n + i, 64 * MiB);
    assert.equal(senders.surplus(), undefined);
    senders.add(5n, 15n, 1);
    assert.equal(senders.surplus(), 1n);
    const silent = new NormSenders(1 * MiB);
    for (let i = 1n; i <= 17n; i++) {
      assert.equal(silent.surplus(), undefined);
      silent.add(i, 100n + i, 1);
      silent.know(i, true);
    }
    assert.equal(silent.surplus(), 1n);
  });
});

describe(
  "a subscriber among forged publishers",
  { skip: skipWithoutNorm },
  () => {
    const open = async () => {
      const endpoint = normEndpoint();
      const sub = new Subscriber({ normBufferSize: 512 });
      sub.subscribe("good");
      await sub.bind(endpoint);
      const pub = new Publisher({ ...FAST, normBufferSize: 512 });
      await pub.bind(endpoint);
      const wild = await stranger(endpoint);
      const close = () =>
        Promise.all([sub, pub, wild].map((one) => one.close()));
      return { sub, pub, wild, close };
    };

    it("hears them as long as they are few", async () => {
      const { sub, wild, close } = await open();
      await wild.send({ node: 1, kind: STREAM, body: messageOf("good one") });
      assert.equal(text((await within(sub.receive(), "it"))[0]), "good one");
      await close();
    });

    it("is not held up by any number of them, nor by files", async () => {
      const { sub, pub, wild, close } = await open();
      const before = process.memoryUsage().rss;
      await servedDuring(sub, pub, async () => {
        for (let node = 1; node <= 400; node++) {
          const body = messageOf(`bad ${node}`);
          await wild.send({ node, kind: STREAM, body });
          await wild.send({ node: 1000 + node, kind: FILE, body });
          await wild.send({ node: 2000 + node, kind: DATA, body });
        }
      });
      const grown = (process.memoryUsage().rss - before) / MiB;
      assert.ok(grown < 400, `${grown} MiB`);
      await servedDuring(sub, pub, async () => {});
      await close();
    });

    it("outlives a publisher of hundreds of streams, while others come and go", async () => {
      const { sub, pub, wild, close } = await open();
      await servedDuring(sub, pub, async () => {
        for (let object = 0; object < 300; object++) {
          const body = messageOf("bad");
          await wild.send({ node: 1, kind: STREAM, object, size: 1, body });
          await wild.send({ node: 2 + object, kind: STREAM, size: 1, body });
          await wild.send({ node: 1, kind: DATA, object: object + 1, body });
          await wild.send({ node: 2 + object, kind: FILE, object: 1, body });
        }
      });
      await close();
    });

    it("lets go at once of what claims more than it would keep", async () => {
      const { sub, pub, wild, close } = await open();
      await servedDuring(sub, pub, async () => {
        for (let node = 1; node <= 20; node++) {
          const body = messageOf("good, and too large");
          await wild.send({ node, kind: STREAM, size: 65 * MiB, body });
          await pause(10);
        }
      });
      await close();
    });
  },
);
