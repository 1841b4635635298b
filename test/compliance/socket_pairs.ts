// Every pair of socket types of ours: what one sends is what the other gets,
// octet by octet.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Channel,
  Client,
  Dealer,
  Dish,
  Gather,
  Pair,
  Peer,
  Publisher,
  Pull,
  Push,
  Radio,
  Reply,
  Request,
  Router,
  Scatter,
  Server,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { corpus, octets, sameMessages, text, texts } from "../kit/messages.ts";
import type { Scheme } from "../kit/places.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { pause } from "../kit/wait.ts";

const messages = corpus();
const singles = messages.filter((message) => message.length === 1);

/** Registers the tests. */
export function testPairs(scheme: Scheme): void {
  describe("pairs of sockets", () => {
    for (const binds of ["first", "second"] as const) {
      const how = `, the ${binds} binds`;

      it(`REQ and REP exchange messages${how}`, async () => {
        await using stage = new Stage(scheme);
        const request = stage.make(Request);
        const reply = stage.make(Reply);
        await stage.join(...order(binds, request, reply));
        for (const message of messages) {
          await request.send(message, TIMEOUT);
          const heard = await reply.receive(TIMEOUT);
          sameMessages([heard], [message]);
          await reply.send(heard, TIMEOUT);
          sameMessages([await request.receive(TIMEOUT)], [message]);
        }
      });

      it(`REQ and ROUTER exchange messages${how}`, async () => {
        await using stage = new Stage(scheme);
        const request = stage.make(Request);
        const router = stage.make(Router);
        await stage.join(...order(binds, request, router));
        for (const message of messages) {
          await request.send(message, TIMEOUT);
          const heard = await router.receive(TIMEOUT);
          assert.equal(heard[1]!.length, 0);
          sameMessages([heard.slice(2)], [message]);
          await router.send(heard, TIMEOUT);
          sameMessages([await request.receive(TIMEOUT)], [message]);
        }
      });

      it(`DEALER and REP exchange messages${how}`, async () => {
        await using stage = new Stage(scheme);
        const dealer = stage.make(Dealer);
        const reply = stage.make(Reply);
        await stage.join(...order(binds, dealer, reply));
        const enveloped = corpus(octets(""));
        for (const message of enveloped) await dealer.send(message, TIMEOUT);
        for (const message of messages) {
          const heard = await reply.receive(TIMEOUT);
          sameMessages([heard], [message]);
          await reply.send(heard, TIMEOUT);
        }
        for (const message of enveloped) {
          sameMessages([await dealer.receive(TIMEOUT)], [message]);
        }
      });

      it(`DEALER and ROUTER exchange messages${how}`, async () => {
        await using stage = new Stage(scheme);
        const dealer = stage.make(Dealer, { routingId: "dealer" });
        const router = stage.make(Router);
        await stage.join(...order(binds, dealer, router));
        for (const message of messages) await dealer.send(message, TIMEOUT);
        for (const message of messages) {
          const heard = await router.receive(TIMEOUT);
          assert.equal(text(heard[0]), "dealer");
          sameMessages([heard.slice(1)], [message]);
          await router.send(heard, TIMEOUT);
        }
        for (const message of messages) {
          sameMessages([await dealer.receive(TIMEOUT)], [message]);
        }
      });

      it(`ROUTER and ROUTER exchange messages${how}`, async () => {
        await using stage = new Stage(scheme);
        const one = stage.make(Router, { routingId: "one" });
        const two = stage.make(Router, { routingId: "two", probeRouter: true });
        await stage.join(...order(binds, one, two));
        assert.deepEqual(await nextTexts(one), ["two", ""]);
        for (const message of messages) {
          await one.send(["two", ...message], TIMEOUT);
          const heard = await two.receive(TIMEOUT);
          sameMessages([heard], [[octets("one"), ...message]]);
          await two.send(heard, TIMEOUT);
          sameMessages([await one.receive(TIMEOUT)], [[
            octets("two"),
            ...message,
          ]]);
        }
      });

      for (const socketClass of [Pair, Dealer]) {
        it(`${socketClass.name} and ${socketClass.name} exchange messages${how}`, async () => {
          await using stage = new Stage(scheme);
          const one = stage.make(socketClass);
          const two = stage.make(socketClass);
          await stage.join(...order(binds, one, two));
          for (const message of messages) await one.send(message, TIMEOUT);
          for (const message of messages) {
            const heard = await two.receive(TIMEOUT);
            sameMessages([heard], [message]);
            await two.send(heard, TIMEOUT);
          }
          for (const message of messages) {
            sameMessages([await one.receive(TIMEOUT)], [message]);
          }
        });
      }

      it(`PUSH feeds PULL${how}`, async () => {
        await using stage = new Stage(scheme);
        const push = stage.make(Push);
        const pull = stage.make(Pull);
        await stage.join(...order(binds, push, pull));
        for (const message of messages) await push.send(message, TIMEOUT);
        for (const message of messages) {
          sameMessages([await pull.receive(TIMEOUT)], [message]);
        }
      });

      for (const publisherClass of [Publisher, XPublisher]) {
        for (const subscriberClass of [Subscriber, XSubscriber]) {
          it(`${publisherClass.name} reaches ${subscriberClass.name}${how}`, async () => {
            await using stage = new Stage(scheme);
            const publisher = stage.make<Publisher | XPublisher, object>(
              publisherClass,
            );
            const subscriber = stage.make<Subscriber | XSubscriber, object>(
              subscriberClass,
            );
            subscriber.subscribe("topic", "sync");
            await stage.join(...order(binds, publisher, subscriber));
            while (subscriber.tryReceive() === undefined) {
              await publisher.send("sync");
              await pause(1);
            }
            const published = corpus(octets("topic"));
            await publisher.send("other");
            for (const message of published) await publisher.send(message);
            let heard = await subscriber.receive(TIMEOUT);
            for (const message of published) {
              while (text(heard[0]) === "sync") {
                heard = await subscriber.receive(TIMEOUT);
              }
              sameMessages([heard], [message]);
              if (message !== published.at(-1)) {
                heard = await subscriber.receive(TIMEOUT);
              }
            }
          });
        }
      }

      it(`CLIENT and SERVER exchange frames${how}`, async () => {
        await using stage = new Stage(scheme);
        const client = stage.make(Client);
        const server = stage.make(Server);
        await stage.join(...order(binds, client, server));
        for (const [frame] of singles) {
          await client.send(frame!, TIMEOUT);
          const [data, { routingId }] = await server.receive(TIMEOUT);
          sameMessages([[data]], [[frame!]]);
          await server.send(data, { routingId });
          sameMessages([await client.receive(TIMEOUT)], [[frame!]]);
        }
      });

      it(`PEER and PEER exchange frames${how}`, async () => {
        await using stage = new Stage(scheme);
        const one = stage.make(Peer);
        const two = stage.make(Peer);
        const [binder, other] = order(binds, one, two);
        const endpoint = await binder.bind(stage.place());
        const routingId = other.connectPeer(endpoint);
        for (const [frame] of singles) {
          await other.send(frame!, { routingId, ...TIMEOUT });
          const [data, from] = await binder.receive(TIMEOUT);
          sameMessages([[data]], [[frame!]]);
          await binder.send(data, from);
          const [back, back2] = await other.receive(TIMEOUT);
          sameMessages([[back]], [[frame!]]);
          assert.equal(back2.routingId, routingId);
        }
      });

      it(`CHANNEL and CHANNEL exchange frames${how}`, async () => {
        await using stage = new Stage(scheme);
        const one = stage.make(Channel);
        const two = stage.make(Channel);
        await stage.join(...order(binds, one, two));
        for (const [frame] of singles) {
          await one.send(frame!, TIMEOUT);
          sameMessages([await two.receive(TIMEOUT)], [[frame!]]);
          await two.send(frame!, TIMEOUT);
          sameMessages([await one.receive(TIMEOUT)], [[frame!]]);
        }
      });

      it(`SCATTER feeds GATHER${how}`, async () => {
        await using stage = new Stage(scheme);
        const scatter = stage.make(Scatter);
        const gather = stage.make(Gather);
        await stage.join(...order(binds, scatter, gather));
        for (const [frame] of singles) {
          await scatter.send(frame!, TIMEOUT);
          sameMessages([await gather.receive(TIMEOUT)], [[frame!]]);
        }
      });

      it(`RADIO reaches DISH by group${how}`, async () => {
        await using stage = new Stage(scheme);
        const radio = stage.make(Radio);
        const dish = stage.make(Dish);
        dish.join("sync", "music");
        await stage.join(...order(binds, radio, dish));
        while (dish.tryReceive() === undefined) {
          await radio.send("", { group: "sync" });
          await pause(1);
        }
        await radio.send("unheard", { group: "news" });
        for (const [frame] of singles) {
          await radio.send(frame!, { group: "music" });
        }
        for (const [frame] of singles) {
          let [data, to] = await dish.receive(TIMEOUT);
          while (text(to.group) === "sync") {
            [data, to] = await dish.receive(TIMEOUT);
          }
          assert.equal(text(to.group), "music");
          sameMessages([[data]], [[frame!]]);
        }
        dish.leave("music");
      });
    }

    it("PUSH and DEALER take turns among their peers", async () => {
      for (const socketClass of [Push, Dealer]) {
        await using stage = new Stage(scheme);
        const sender = stage.make<Push | Dealer, object>(socketClass);
        const receiverClass = socketClass === Push ? Pull : Dealer;
        const receivers = [0, 1, 2].map(() =>
          stage.make<Pull | Dealer, object>(receiverClass)
        );
        const endpoints = await Promise.all(
          receivers.map((receiver) => receiver.bind(stage.place())),
        );
        for (const endpoint of endpoints) sender.connect(endpoint);
        for (let i = 0; i < 9; i++) await sender.send(`${i}`, TIMEOUT);
        const heard: string[][] = [];
        for (const receiver of receivers) {
          const own: string[] = [];
          for (let i = 0; i < 3; i++) {
            own.push(...texts(await receiver.receive(TIMEOUT)));
          }
          heard.push(own);
        }
        assert.deepEqual(heard, [["0", "3", "6"], ["1", "4", "7"], [
          "2",
          "5",
          "8",
        ]]);
      }
    });
  });
}

/** The two in the order that `join` wants: who binds first. */
function order<A, B>(
  binds: "first" | "second",
  first: A,
  second: B,
): [A | B, A | B] {
  return binds === "first" ? [first, second] : [second, first];
}
