// A `send()` that waited because of `noDrop` went on waiting when the option
// was taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Dish, Publisher, Radio, Subscriber, XPublisher } from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { until, within } from "../kit/wait.ts";

const OPTIONS = { noDrop: true, sendHighWaterMark: 1, linger: 0 } as const;

for (const type of [Publisher, XPublisher]) {
  test(`send() of a ${type.name} goes on without noDrop`, async () => {
    await using bag = new Bag();
    const publisher = bag.keep(new type(OPTIONS));
    const subscriber = bag.keep(new Subscriber({ receiveHighWaterMark: 1 }));
    subscriber.subscribe("");
    subscriber.connect(await publisher.bind("inproc://060"));
    await until(() => publisher.topicsCount === 1, "it is subscribed to");
    while (publisher.trySend("x"));
    const waiting = publisher.send("y");
    publisher.noDrop = false;
    await within(waiting, "the message");
    assert.ok(publisher.stats.dropped > 0);
  });
}

test("send() of a Radio goes on without noDrop", async () => {
  await using bag = new Bag();
  const radio = bag.keep(new Radio(OPTIONS));
  const dish = bag.keep(new Dish({ receiveHighWaterMark: 1 }));
  dish.join("g");
  dish.connect(await radio.bind("inproc://060"));
  while (radio.trySend("x", { group: "g" }));
  const waiting = radio.send("y", { group: "g" });
  radio.noDrop = false;
  await within(waiting, "the message");
  assert.ok(radio.stats.dropped > 0);
});
