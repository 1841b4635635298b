/**
 * RFC 23 and 37: what holds for all sockets.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  Dealer,
  Publisher,
  Pull,
  Push,
  Router,
  Subscriber,
} from "../../mod.ts";
import { text } from "../kit/messages.ts";
import { partners, Party } from "../kit/party.ts";
import { section } from "../kit/rfc.ts";
import { command, frame } from "../kit/session_host.ts";
import { scene } from "../kit/session_scene.ts";
import { type TypeName, zmtpTypes } from "../kit/sockets.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

const OLDER: readonly TypeName[] = [
  "DEALER",
  "PAIR",
  "PUB",
  "PULL",
  "PUSH",
  "REP",
  "REQ",
  "ROUTER",
  "SUB",
  "XPUB",
  "XSUB",
];
/** Those of RFC 37. */
const ALL: readonly TypeName[] = zmtpTypes;

for (const [rfc, minor] of [[23, 0], [37, 1]] as const) {
  const all = section(rfc, "Socket Semantics");

  all(
    "All sockets SHALL accept connections (binding to an address)",
    async () => {
      for (const type of rfc === 23 ? OLDER : ALL) {
        await using stage = new Stage("tcp");
        const [own, other] = [
          new Party(stage, type),
          new Party(stage, partners[type]!),
        ];
        other.connect(await own.socket.bind(stage.place()));
        const isThere = () => own.socket.peers.length === 1;
        await until(isThere, `${type} accepts`);
        // The other way round on the same socket, where it may have two peers.
        if (type === "PAIR" || type === "CHANNEL") continue;
        const third = new Party(stage, partners[type]!);
        own.connect(await third.socket.bind(stage.place()));
        await until(() => own.socket.peers.length === 2, `${type} connects`);
      }
    },
  );

  all("SHALL establish connections opportunistically", async () => {
    await using stage = new Stage("tcp");
    const push = stage.make(Push);
    const endpoint = await stage.nowhere(Pull);
    push.connect(endpoint);
    await push.send("before anybody is there");
    for (const round of [1, 2]) {
      const pull = stage.make(Pull);
      await pull.bind(endpoint);
      const [heard] = await nextTexts(pull);
      assert.equal(heard, round === 1 ? "before anybody is there" : "again");
      await pull.close({ linger: 0 });
      await until(() => push.peers.length === 0, "the peer is gone");
      if (round === 1) await push.send("again");
    }
  });

  all("A message SHALL be sent or received atomically", async () => {
    const { host, peer, say } = await scene("DEALER", {}, minor);
    host.send("a", "b", "c");
    await host.clock.settle();
    assert.equal(peer.take(), frame(1, "a") + frame(1, "b") + frame(0, "c"));
    await say(frame(1, "x"), command("PING", "\0\0"), frame(1, "y"));
    assert.deepEqual(host.messages, []);
    await say(frame(0, "z"), frame(1, "never whole"));
    peer.stream.close();
    await host.clock.settle();
    assert.deepEqual(host.messages, [["x", "y", "z"]]);
  });

  all(
    "SHALL queue all frames of a message in memory until the final frame",
    async () => {
      await using stage = new Stage("tcp");
      const [router, dealer] = [stage.make(Router), stage.make(Dealer)];
      await stage.join(router, dealer);
      const frames = Array.from({ length: 500 }, (_, i) => `frame ${i}`);
      // A call has all frames, or sends none.
      assert.throws(() => dealer.trySend([...frames, {} as never]));
      assert.equal(dealer.stats.sent.messages, 0);
      await dealer.send(frames);
      assert.deepEqual((await nextTexts(router)).slice(1), frames);
    },
  );

  all("SHALL NOT be delivered more than once to any peer", async () => {
    await using stage = new Stage("tcp");
    const publisher = stage.make(Publisher, { sendHighWaterMark: 0 });
    const subscriber = stage.make(Subscriber, { receiveHighWaterMark: 0 });
    await stage.join(publisher, subscriber);
    // Three subscriptions match, and one message comes.
    subscriber.subscribe("", "n", "n1");
    await until(() => {
      publisher.trySend("sync");
      return subscriber.tryReceive() !== undefined;
    }, "the subscription");
    await until(() => publisher.topicsCount === 3, "all of them");
    for (let i = 0; i < 2000; i++) await publisher.send(`n${i}`);
    await publisher.send("end");
    const heard: string[] = [];
    while (heard.at(-1) !== "end") heard.push(...await nextTexts(subscriber));
    const numbers = heard.filter((word) => word.startsWith("n"));
    assert.deepEqual(numbers, Array.from({ length: 2000 }, (_, i) => `n${i}`));
  });

  all("SHALL be delivered in order", async () => {
    await using stage = new Stage("tcp");
    const [push, pull] = [stage.make(Push), stage.make(Pull)];
    await stage.join(pull, push);
    const sending = (async () => {
      for (let i = 0; i < 5000; i++) {
        await push.send([`${i}`, "x".repeat(i % 700)]);
      }
    })();
    for (let i = 0; i < 5000; i++) {
      const [number, body] = await pull.receive(TIMEOUT);
      assert.equal(text(number), `${i}`);
      assert.equal(body!.length, i % 700);
    }
    await sending;
  });
}
