// PING, PONG, time to live, and silence.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Options } from "../../../src/options/options.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import type { MemoryStream } from "../../kit/memory_stream.ts";
import {
  command,
  facing,
  frame,
  greeting,
  type RawPeer,
  ready,
  TestHost,
} from "../../kit/session_host.ts";

async function scene(
  changes: Partial<Options>,
  minor = 1,
): Promise<{
  clock: FakeClock;
  host: TestHost;
  peer: RawPeer;
  stream: MemoryStream;
}> {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, changes);
  const { peer, stream } = await facing(host);
  peer.say(greeting("NULL", minor) + ready("PUSH"));
  await clock.settle();
  peer.take();
  return { clock, host, peer, stream };
}

test("Heartbeat sets no timer when it is not configured", async () => {
  const { clock } = await scene({});
  assert.equal(clock.timers, 0);
});

test("Heartbeat pings at its interval, and drops a silent peer", async () => {
  const { clock, host, peer } = await scene({
    heartbeatInterval: 1000,
    heartbeatTimeout: 500,
    heartbeatTimeToLive: 2000,
  });
  await clock.advance(999);
  assert.equal(peer.take(), "");
  await clock.advance(1);
  assert.equal(peer.take(), command("PING", "\0\x14"));
  peer.say(command("PONG"));
  await clock.advance(1000);
  assert.equal(peer.take(), command("PING", "\0\x14"));
  await clock.advance(499);
  assert.equal(peer.state, "");
  await clock.advance(1);
  assert.equal(peer.state, "closed");
  assert.equal(host.ends[0]!.error?.code, "ETIMEDOUT");
  assert.equal(clock.timers, 0);
});

test("Heartbeat takes any octets for life", async () => {
  const { clock, peer } = await scene({ heartbeatInterval: 100 });
  for (let i = 0; i < 20; i++) {
    peer.say(frame(0, "a"));
    await clock.advance(60);
  }
  assert.equal(peer.state, "");
});

test("Heartbeat takes its interval for the timeout", async () => {
  const { clock, peer } = await scene({ heartbeatInterval: 100 });
  await clock.advance(199);
  assert.equal(peer.state, "");
  await clock.advance(1);
  assert.equal(peer.state, "closed");
});

test("Heartbeat does not wait with a timeout of 0", async () => {
  const { clock, peer } = await scene({
    heartbeatInterval: 100,
    heartbeatTimeout: 0,
  });
  await clock.advance(1000);
  assert.equal(peer.take(), command("PING", "\0\0").repeat(10));
  assert.equal(peer.state, "");
});

test("Heartbeat sends no ttl that libzmq misreads", async () => {
  const { clock, peer } = await scene({
    heartbeatInterval: 100,
    heartbeatTimeToLive: 100_000,
  });
  await clock.advance(100);
  assert.equal(peer.take(), command("PING", "\x02\x8f"));
});

test("Heartbeat takes it for life that the peer reads what came before the PING", async () => {
  const { clock, host, peer, stream } = await scene({
    heartbeatInterval: 1000,
    heartbeatTimeout: 500,
  });
  let unsent = 0;
  Object.defineProperty(stream, "unsent", { get: () => unsent });
  // Nothing waits, and then something does: that is no sign of life.
  await clock.advance(1000);
  peer.say(command("PONG"));
  for (unsent = 1000; unsent > 100; unsent -= 100) await clock.advance(400);
  assert.equal(peer.state, "");
  // All of it has left: what follows is the PING's own time.
  await clock.advance(400);
  unsent = 0;
  await clock.advance(2000);
  assert.equal(peer.state, "closed");
  assert.equal(host.ends[0]!.error?.code, "ETIMEDOUT");
});

test("Heartbeat drops a peer that reads nothing, whatever waits for it", async () => {
  const { clock, peer, stream } = await scene({ heartbeatInterval: 100 });
  let unsent = 1000;
  Object.defineProperty(stream, "unsent", { get: () => unsent });
  stream.write = (parts) => {
    // Longer on the wire: a seal, or another framing.
    for (const { length } of parts) unsent += length + 33;
    return true;
  };
  await clock.advance(200);
  assert.equal(peer.state, "closed");
});

test("Heartbeat honours the ttl of the peer, in tenths of a second", async () => {
  const { clock, host, peer } = await scene({});
  // 700: 70 seconds, more than 16 bits of milliseconds.
  peer.say(command("PING", "\x02\xbc"));
  await clock.advance(69_000);
  assert.equal(peer.take(), command("PONG"));
  peer.say(frame(0, "a"));
  await clock.advance(69_999);
  assert.equal(peer.state, "");
  await clock.advance(1);
  assert.equal(peer.state, "closed");
  assert.equal(host.ends[0]!.error?.code, "ETIMEDOUT");
});

test("Heartbeat forgets a ttl when the peer takes it back", async () => {
  const { clock, peer } = await scene({});
  peer.say(command("PING", "\0\x01"));
  await clock.advance(99);
  peer.say(command("PING", "\0\0"));
  await clock.advance(10_000);
  assert.equal(peer.state, "");
  assert.equal(clock.timers, 0);
});

test("Heartbeat pings a 3.0 peer only when it has pinged", async () => {
  const { clock, peer } = await scene({
    heartbeatInterval: 100,
    heartbeatTimeout: 0,
  }, 0);
  await clock.advance(1000);
  assert.equal(peer.take(), "");
  peer.say(command("PING", "\0\0"));
  await clock.advance(100);
  assert.equal(peer.take(), command("PONG") + command("PING", "\0\0"));
});

test("Heartbeat does not call a peer silent that we do not read", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, {
    heartbeatInterval: 100,
    receiveHighWaterMark: 1,
  });
  host.keeps = true;
  const { peer } = await facing(host);
  peer.say(greeting() + ready("PUSH") + command("PING", "\0\x05"));
  peer.say(frame(0, "a") + frame(0, "b"));
  await clock.advance(5000);
  assert.equal(peer.state, "");
  host.pipes[0]!.read();
  await clock.settle();
  host.pipes[0]!.read();
  await clock.advance(1000);
  assert.equal(peer.state, "closed");
});

test("Heartbeat reads what arrived while it stood still before it judges", async () => {
  for (
    const [options, said] of [
      [{ heartbeatInterval: 1000, heartbeatTimeout: 200 }, ""],
      [{}, command("PING", "\0\x02")],
    ] as const
  ) {
    for (const lives of [true, false]) {
      const { clock, peer } = await scene(options);
      peer.say(said);
      await clock.advance(said === "" ? 1000 : 100);
      clock.standStill(300);
      await clock.advance(0);
      assert.equal(peer.state, "");
      if (lives) peer.say(frame(0, "a"));
      await clock.advance(50);
      assert.equal(peer.state, lives ? "" : "closed");
    }
  }
});
