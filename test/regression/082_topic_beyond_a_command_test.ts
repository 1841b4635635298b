// Commands were limited to 64 KiB whatever `maxTopicSize` said: a subscriber
// with a longer topic, which inproc took, lost its connection again and again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { curveKeyPair, Publisher, Subscriber } from "../../mod.ts";
import { nextTexts, Stage } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

const LONG = 300_000;
const keys = curveKeyPair();
const securities = {
  NULL: [{}, {}],
  CURVE: [
    { curveServer: true, curveSecretKey: keys.secretKey },
    {
      curveServerKey: keys.publicKey,
      curvePublicKey: keys.publicKey,
      curveSecretKey: keys.secretKey,
    },
  ],
} as const;

for (const [name, [server, client]] of Object.entries(securities)) {
  for (const scheme of ["tcp", "ws"] as const) {
    describe(`a topic of ${LONG} octets over ${scheme}, ${name}`, () => {
      for (const maxTopicSize of [-1, LONG]) {
        it(`is subscribed to with a maxTopicSize of ${maxTopicSize}`, async () => {
          await using stage = new Stage(scheme);
          const publisher = stage.make(Publisher, { ...server, maxTopicSize });
          const subscriber = stage.make(Subscriber, client);
          const topic = "t".repeat(LONG);
          subscriber.subscribe(topic);
          await stage.join(publisher, subscriber);
          await until(() => publisher.topicsCount === 1, "it is subscribed to");
          await publisher.send([topic, "body"]);
          assert.deepEqual(await nextTexts(subscriber), [topic, "body"]);
        });
      }

      for (const maxTopicSize of [undefined, LONG - 1000]) {
        it(`ends the connection with one of ${maxTopicSize}`, async () => {
          await using stage = new Stage(scheme);
          const options = maxTopicSize === undefined ? {} : { maxTopicSize };
          const publisher = stage.make(Publisher, { ...server, ...options });
          let ended = 0;
          publisher.events.on("disconnect", ({ error }) => {
            // A WebSocket has subscriptions as messages, which are let in.
            if (error?.code === (scheme === "tcp" ? "EMSGSIZE" : "EPROTO")) {
              ended++;
            }
          });
          const subscriber = stage.make(Subscriber, client);
          subscriber.subscribe("t".repeat(LONG));
          await stage.join(publisher, subscriber);
          await until(() => ended > 0, "it is refused");
          assert.equal(publisher.topicsCount, 0);
        });
      }
    });
  }
}
