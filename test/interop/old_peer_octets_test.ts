// Every socket pair of ZMTP 1.0, 2.0 and 3.0 with octets that come one by
// one, and what happens where versions mix.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { detectRuntime } from "../../adapters/auto.ts";
import {
  Context,
  type DuplexSocket,
  Publisher,
  Push,
  Subscriber,
} from "../../mod.ts";
import { MemoryNetwork } from "../kit/memory_stream.ts";
import { noise, octets, sameMessages, texts } from "../kit/messages.ts";
import { OldPeer, type OldSocket } from "../kit/old_peer.ts";
import { type OldVersion, oldVersions } from "../kit/old_wire.ts";
import { Bag, makeDuplex, type TypeName } from "../kit/sockets.ts";
import { PATIENCE, within } from "../kit/wait.ts";

const ENDPOINT = "tcp://127.0.0.1:5555";
const TIMEOUT = { timeout: PATIENCE } as const;
const OLD = { minProtocolVersion: "1.0" } as const;

const MESSAGE = [octets("ab"), octets(""), noise(254, 1), noise(256, 2)];
const [EMPTY, T, ID] = [octets(""), octets("T"), octets("id1")];

type Talk = (ours: DuplexSocket, theirs: OldSocket) => Promise<void>;

const weSend: Talk = async (ours, theirs) => {
  await ours.send(MESSAGE, TIMEOUT);
  sameMessages(await theirs.receive(1), [MESSAGE]);
};
const theySend: Talk = async (ours, theirs) => {
  await theirs.send(MESSAGE);
  sameMessages([await ours.receive(TIMEOUT)], [MESSAGE]);
};
const both: Talk = async (ours, theirs) => {
  await weSend(ours, theirs);
  await theySend(ours, theirs);
};

/** They ask, and are known by their identity. */
const routed: Talk = async (ours, theirs) => {
  await theirs.send(MESSAGE);
  sameMessages([await ours.receive(TIMEOUT)], [[ID, ...MESSAGE]]);
  await ours.send([ID, ...MESSAGE], TIMEOUT);
  sameMessages(await theirs.receive(1), [MESSAGE]);
};

const asked: Talk = async (ours, theirs) => {
  await ours.send(MESSAGE, TIMEOUT);
  sameMessages(await theirs.receive(1), [[EMPTY, ...MESSAGE]]);
  await theirs.send([EMPTY, T]);
  sameMessages([await ours.receive(TIMEOUT)], [[T]]);
};
const asking: Talk = async (ours, theirs) => {
  await theySend(ours, theirs);
  await weSend(ours, theirs);
};

/** They subscribe, and we see it. */
const published: Talk = async (ours, theirs) => {
  await theirs.subscribe(T);
  const [notice] = await ours.receive(TIMEOUT);
  const isVersionless = await theirs.told.then(({ type }) => type === "");
  assert.deepEqual(notice, octets(isVersionless ? "\x01" : "\x01T"));
  await ours.send("X", TIMEOUT);
  await ours.send(["Topic", "1"], TIMEOUT);
  assert.deepEqual(texts((await theirs.receive(1))[0]!), ["Topic", "1"]);
};

/** We subscribe; they see it, and send what they would. */
const subscribed: Talk = async (ours, theirs) => {
  if (ours instanceof Subscriber) ours.subscribe(T);
  else await ours.send("\x01T", TIMEOUT);
  sameMessages(await theirs.receive(1), [[octets("\x01T")]]);
  await theirs.send([octets("Topic"), octets("1")]);
  assert.deepEqual(texts(await ours.receive(TIMEOUT)), ["Topic", "1"]);
};

/** Ours, theirs, what they say. XPUB on their side shows subscriptions. */
const pairs: readonly [TypeName, string, Talk][] = [
  ["PUSH", "PULL", weSend],
  ["PULL", "PUSH", theySend],
  ["PAIR", "PAIR", both],
  ["DEALER", "DEALER", both],
  ["DEALER", "ROUTER", both],
  ["ROUTER", "DEALER", routed],
  ["ROUTER", "ROUTER", routed],
  ["REQ", "REP", asked],
  ["REQ", "ROUTER", asked],
  ["REP", "REQ", asking],
  ["XPUB", "SUB", published],
  ["SUB", "XPUB", subscribed],
  ["XSUB", "XPUB", subscribed],
];

for (const version of oldVersions) {
  describe(`a peer of ZMTP ${version}, octet by octet`, () => {
    for (const [ours, theirs, talk] of pairs) {
      for (const binder of ["we", "they"]) {
        it(`as ${theirs} talks with our ${ours}, ${binder} bind`, async () => {
          const network = new MemoryNetwork({ chunk: 1 });
          const context = new Context({ transports: [network] });
          await using bag = new Bag();
          const named = ours === "DEALER" ? { routingId: "me" } : {};
          const options = { context, ...OLD, ...named };
          const socket = bag.keep(makeDuplex(ours, options));
          const peer = await new OldPeer(version, () => network)
            .socket(theirs, ours === "ROUTER" ? { ROUTING_ID: "id1" } : {});
          if (binder === "we") {
            await socket.bind(ENDPOINT);
            await peer.connect(ENDPOINT);
          } else {
            await peer.bind(ENDPOINT);
            socket.connect(ENDPOINT);
          }
          const told = await within(peer.told, "what we say of ourselves");
          assert.deepEqual(told, {
            type: typeTold(version, ours),
            identity: ours === "DEALER" ? "me" : "",
          });
          await talk(socket, peer);
          await peer.close();
        });
      }
    }
  });
}

/** 1.0 tells no type, 2.0 has none for XPUB and XSUB (RFC 15). */
function typeTold(version: OldVersion, type: TypeName): string {
  if (version === "1.0") return "";
  return version === "3.0" ? type : type.replace(/^X/, "");
}

describe("where versions mix", () => {
  const { transports } = detectRuntime();
  const tcp = transports.find(({ scheme }) => scheme === "tcp")!;
  const context = new Context();
  after(() => context.shutdown());

  it("each subscriber gets what it wants from one PUB, encoded once", async () => {
    await using bag = new Bag();
    const publisher = bag.keep(new Publisher({ context, ...OLD }));
    const endpoint = await publisher.bind("tcp://127.0.0.1:*");
    const newest = bag.keep(new Subscriber({ context }));
    newest.connect(endpoint);
    newest.subscribe("T");
    const old: OldSocket[] = [];
    for (const version of [...oldVersions, ...oldVersions]) {
      const peer = new OldPeer(version, () => tcp);
      const socket = await peer.socket("SUB");
      await socket.connect(endpoint);
      await socket.subscribe(T);
      old.push(socket);
    }
    // Until the last of them is there.
    const SYNC = [octets("Tsync")];
    let waiting = old.length + 1;
    const synced = Promise.all([
      ...old.map((socket) => socket.receive(1)),
      newest.receive(TIMEOUT),
    ].map((one) => one.finally(() => waiting--)));
    while (waiting > 0) {
      await publisher.send(SYNC);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await synced;
    const messages = Array.from({ length: 500 }, (_, i) => [
      octets(`T${i}`),
      noise(i % 50 === 0 ? 9000 : 248 + i % 10, i),
      octets(""),
    ]);
    for (const [i, message] of messages.entries()) {
      publisher.trySend(["Other", `${i}`]);
      publisher.trySend(message);
      if (i % 100 === 99) await new Promise((next) => setTimeout(next, 5));
    }
    for (const socket of old) {
      sameMessages(await socket.receive(messages.length, SYNC), messages);
      await socket.close();
    }
    const found: Uint8Array[][] = [];
    while (found.length < messages.length) {
      const message = await newest.receive(TIMEOUT);
      if (message.length > 1) found.push(message);
    }
    sameMessages(found, messages);
  });

  it("what is queued goes out as the peer that comes next has it", async () => {
    const network = new MemoryNetwork();
    await using bag = new Bag();
    const ours = new Context({ transports: [network] });
    const push = bag.keep(
      new Push({ context: ours, reconnectInterval: 1, ...OLD }),
    );
    push.connect(ENDPOINT);
    const found: string[] = [];
    for (const version of [...oldVersions, ...oldVersions]) {
      // Sent while nobody is there.
      for (const size of [1, 254, 9000]) {
        await push.send(version.padEnd(size, "x"));
      }
      const peer = new OldPeer(version, () => network);
      const pull = await peer.socket("PULL");
      await pull.bind(ENDPOINT);
      const messages = await pull.receive(3);
      found.push(...messages.flatMap(texts).map((text) => text.slice(0, 1)));
      assert.deepEqual(
        messages.map(([body]) => body!.length),
        [version.length, 254, 9000],
      );
      const lost = push.events.once("disconnect");
      await pull.close();
      await within(lost, "the end of the connection");
    }
    assert.equal(found.join(""), "111111222333".repeat(2));
  });
});
