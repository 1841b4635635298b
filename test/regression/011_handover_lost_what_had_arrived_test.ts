// A ROUTER that gave a routing id to another peer threw away what the first
// one had sent and had waited behind a full inbox, and counted nothing of it;
// nor of what was sent to nobody.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Dealer, Reply, Router } from "../../mod.ts";
import { concat, toBytes } from "../../src/base/bytes.ts";
import { texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { TcpPeer } from "../kit/tcp_peer.ts";
import { pause, until, within } from "../kit/wait.ts";
import { command, frame, greeting } from "../kit/zmtp_octets.ts";

const READY = command(
  "READY",
  toBytes("\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x01X"),
);

test("a ROUTER delivers what had arrived before a routing id was handed over", async () => {
  await using bag = new Bag();
  const router = bag.keep(
    new Router({ handover: true, receiveHighWaterMark: 2 }),
  );
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  await using first = await TcpPeer.connect(endpoint);
  const numbers = Array.from({ length: 20 }, (_, i) => `${i}`);
  first.write(
    concat([greeting(1), READY, ...numbers.map((each) => frame(each))]),
  );
  await until(() => router.stats.received.messages === 2, "two are decoded");
  const second = bag.keep(new Dealer({ routingId: "X" }));
  second.connect(endpoint);
  await within(first.ended, "the end of the first");
  await second.send("mine");
  for (const each of [...numbers, "mine"]) {
    assert.deepEqual(texts(await router.receive()), ["X", each]);
  }
  assert.equal(router.stats.received.messages, numbers.length + 1);
  assert.equal(router.stats.dropped, 0);
});

test("a ROUTER counts what waited for a peer whose routing id was handed over", async () => {
  await using bag = new Bag();
  const router = bag.keep(
    new Router({ handover: true, mandatory: true, sendHighWaterMark: 5 }),
  );
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  await using first = await TcpPeer.connect(endpoint);
  first.pause();
  first.write(concat([greeting(1), READY]));
  await until(() => router.peers.length === 1, "it is let in");
  const body = new Uint8Array(1_000_000);
  // Until the system takes nothing more, which it tells by taking nothing.
  for (let refusals = 0; refusals < 20; refusals++) {
    while (router.trySend(["X", body])) refusals = 0;
    await pause(10);
  }
  assert.equal(router.stats.queued.outgoing, 5);
  const second = bag.keep(new Dealer({ routingId: "X" }));
  second.connect(endpoint);
  await until(() => router.stats.dropped > 0, "the first one is dropped");
  assert.equal(router.stats.dropped, 5);
  assert.equal(router.stats.queued.outgoing, 0);
  await router.send(["X", "yours"]);
  assert.deepEqual(texts(await second.receive()), ["yours"]);
});

test("a ROUTER and a REP count what is for nobody", async () => {
  await using bag = new Bag();
  const router = bag.keep(new Router());
  await router.send(["X", "lost"]);
  assert.equal(router.stats.dropped, 1);
  // As in libzmq, that is no message.
  await router.send(["X"]);
  assert.equal(router.stats.dropped, 1);
  const reply = bag.keep(new Reply());
  const dealer = bag.keep(new Dealer());
  dealer.connect(await reply.bind("tcp://127.0.0.1:*"));
  await dealer.send(["", "question"]);
  await reply.receive();
  await dealer.close();
  await until(() => reply.peers.length === 0, "who asked is gone");
  await reply.send("lost");
  assert.equal(reply.stats.dropped, 1);
});
