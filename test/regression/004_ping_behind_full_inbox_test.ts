// A heartbeat that was made for the first PING did not know that reading had
// been stopped before it: a peer whose PING waited behind a full inbox was
// called silent although we did not read what it said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../kit/fake_clock.ts";
import {
  command,
  facing,
  frame,
  greeting,
  ready,
  TestHost,
} from "../kit/session_host.ts";

test("a peer whose first PING waited behind a full inbox stays", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { receiveHighWaterMark: 1 });
  host.keeps = true;
  const { peer } = await facing(host);
  peer.say(
    greeting() + ready("PUSH") + frame(0, "a") + command("PING", "\0\x05") +
      frame(0, "b") + frame(0, "c"),
  );
  await clock.settle();
  peer.take();
  // Room for one: the PING is answered, and reading stays stopped.
  host.pipes[0]!.read();
  await clock.settle();
  assert.equal(peer.take(), command("PONG"));
  assert.equal(host.pipes[0]!.inbox.length, 1);
  await clock.advance(5000);
  assert.equal(peer.state, "");
  // Once everything is read, its time to live counts.
  host.pipes[0]!.read();
  await clock.settle();
  host.pipes[0]!.read();
  await clock.advance(1000);
  assert.equal(peer.state, "closed");
});
