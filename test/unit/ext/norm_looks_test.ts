// A stream of norm that has fallen silent is looked at again: the library does
// not tell of all that it gives up of one.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Event, OBJECT_STREAM } from "../../../ext/norm/constants.ts";
import { openNorm } from "../../../ext/norm/open.ts";
import { NormReceiver } from "../../../ext/norm/receiver.ts";
import { readSettings } from "../../../ext/norm/settings.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { PlayedNorm } from "../../kit/played_norm.ts";

const TEXT = "norm://127.0.0.1:5555";

/** A subscriber with one stream, whose library tells nothing by itself. */
async function silentStream() {
  const played = new PlayedNorm();
  const { instance, log, events } = played;
  const clock = new FakeClock();
  const lost: string[] = [];
  const { signal } = new AbortController();
  const settings = readSettings({ role: "receive", signal, ipv6: false }, TEXT);
  const open = await openNorm(
    ...[instance, { node: 1, host: "127.0.0.1", port: 5555 }] as const,
    ...[TEXT, settings] as const,
  );
  played.answers.set("NormObjectGetType", () => OBJECT_STREAM);
  played.answers.set("NormObjectGetSize", () => 1000);
  const receiver = new NormReceiver(instance, clock, open, TEXT, 1000, {
    received: () => true,
    lost: (_, why) => lost.push(why),
    writable: () => {},
    closed: () => {},
  });
  events.push({ type: Event.REMOTE_SENDER_NEW, sender: 9n });
  events.push({ type: Event.RX_OBJECT_NEW, sender: 9n, object: 7n });
  instance.take();
  await clock.settle();
  /** How often it was read from within so many milliseconds. */
  const readsWithin = async (milliseconds: number): Promise<number> => {
    log.length = 0;
    await clock.advance(milliseconds);
    return log.filter((call) => call === "NormStreamRead").length;
  };
  return { played, clock, lost, receiver, readsWithin };
}

it("a stream that is silent is read from again, and its loss is told", async () => {
  const { played, clock, lost, receiver, readsWithin } = await silentStream();
  assert.equal(await readsWithin(400), 0);
  lost.length = 0;
  // The next call finds it broken, those after it nothing.
  const found = [false];
  played.answers.set("NormStreamRead", () => found.shift());
  assert.equal(await readsWithin(1700) > 0, true);
  assert.deepEqual(lost, ["its repair has failed"]);
  const closing = receiver.close();
  await clock.settle();
  await closing;
});

it("a stream that is silent for long is looked at seldom, until it ends", async () => {
  const { played, clock, receiver, readsWithin } = await silentStream();
  await readsWithin(20_000);
  const reads = await readsWithin(60_000);
  assert.ok(reads >= 10 && reads <= 12, `${reads}`);
  played.events.push({
    type: Event.RX_OBJECT_ABORTED,
    sender: 9n,
    object: 7n,
  });
  played.instance.take();
  assert.equal(await readsWithin(60_000), 0);
  assert.equal(clock.timers, 0);
  const closing = receiver.close();
  await clock.settle();
  await closing;
  assert.equal(clock.timers, 0);
});
