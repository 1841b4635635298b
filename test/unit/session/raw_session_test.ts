// Connections of STREAM sockets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../kit/fake_clock.ts";
import { facing, TestHost } from "../../kit/session_host.ts";

test("RawSession carries octets as they are", async () => {
  const clock = new FakeClock();
  const host = new TestHost("STREAM", clock);
  const { peer, session } = await facing(host);
  assert.ok(session.ready);
  assert.equal(peer.received, "");
  peer.say("414243");
  await clock.settle();
  peer.say("00");
  await clock.settle();
  assert.deepEqual(host.messages, [["ABC"], ["\0"]]);
  host.send("ab");
  host.send("x".repeat(300));
  host.send("y".repeat(20000));
  await clock.settle();
  assert.equal(
    peer.received,
    "6162" + "78".repeat(300) + "79".repeat(20000),
  );
  assert.deepEqual(host.names, []);
  peer.stream.end();
  await clock.settle();
  assert.deepEqual(host.changes, ["online", "offline"]);
  assert.deepEqual(host.names, ["disconnect"]);
  assert.equal(clock.timers, 0);
});

test("RawSession ends on an empty message, after what was sent before", async () => {
  const clock = new FakeClock();
  const host = new TestHost("STREAM", clock);
  const { peer } = await facing(host);
  host.send("a");
  host.send("");
  host.send("b");
  await clock.settle();
  assert.equal(peer.received, "61");
  assert.equal(peer.state, "ended");
  await clock.advance(1000);
  assert.equal(peer.state, "closed");
  assert.deepEqual(host.changes, ["online", "offline"]);
  assert.equal(clock.timers, 0);
});

test("RawSession stops reading when the inbox is full", async () => {
  const clock = new FakeClock();
  const host = new TestHost("STREAM", clock, { receiveHighWaterMark: 2 });
  host.keeps = true;
  const { peer, stream } = await facing(host, { chunk: 1 });
  peer.say("010203040506");
  await clock.settle();
  const [pipe] = host.pipes;
  assert.equal(pipe!.inbox.length, 2);
  assert.ok(stream.paused);
  let read = 0;
  while (pipe!.read() !== undefined) {
    read++;
    await clock.settle();
  }
  assert.equal(read, 6);
  assert.equal(stream.paused, false);
});

test("RawSession has no deadline and no limits of its own", async () => {
  const clock = new FakeClock();
  const host = new TestHost("STREAM", clock, { maxMessageSize: 1 });
  const { peer } = await facing(host);
  await clock.advance(100_000);
  peer.say("0102030405");
  await clock.settle();
  assert.equal(host.messages.length, 1);
  assert.equal(peer.state, "");
});
