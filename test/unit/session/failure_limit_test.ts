// A flood of peers that do not come in, and what is told of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Emitted } from "../../kit/session_host.ts";
import { command, greeting, RawPeer, ready } from "../../kit/session_host.ts";
import { ENDPOINT, type World, world } from "../../kit/session_world.ts";

/** A peer that says something to whoever listens. */
async function visit({ clock, network }: World, octets: string) {
  const stream = await network.connect(ENDPOINT, {
    signal: new AbortController().signal,
  });
  const peer = new RawPeer(stream as never);
  peer.say(octets);
  await clock.settle();
  return peer;
}

function named(events: readonly Emitted[], name: string): Emitted[] {
  return events.filter((event) => event.name === name);
}

const FAILED = "handshake:error:protocol";

test("Acceptor tells of 100 peers that fail at once, then of ten a second, and counts the others", async () => {
  const place = world();
  const pull = place.host("PULL");
  const acceptor = await place.bind(pull);
  for (let i = 0; i < 130; i++) await visit(place, "00");
  assert.equal(named(pull.events, FAILED).length, 100);
  assert.equal(named(pull.events, "disconnect").length, 100);
  await place.clock.advance(1000);
  for (let i = 0; i < 20; i++) await visit(place, "00");
  const failures = named(pull.events, FAILED);
  assert.equal(failures.length, 110);
  assert.deepEqual(
    failures.map(({ suppressed }) => suppressed).filter(Boolean),
    [30],
  );
  // Quiet for long is no reason to tell more at once than before.
  await place.clock.advance(1_000_000);
  for (let i = 0; i < 110; i++) await visit(place, "00");
  assert.equal(named(pull.events, FAILED).length, 210);
  await acceptor.close({ linger: 0 });
});

test("Acceptor tells of each peer that comes in, or goes, during a flood of failures", async () => {
  const place = world();
  const pull = place.host("PULL");
  const acceptor = await place.bind(pull);
  for (let i = 0; i < 110; i++) await visit(place, "00");
  for (let i = 0; i < 30; i++) {
    const peer = await visit(place, greeting() + ready("PUSH"));
    peer.stream.close();
    await place.clock.settle();
  }
  assert.equal(named(pull.events, "handshake").length, 30);
  assert.equal(named(pull.events, "disconnect").length, 100 + 30);
  assert.equal(named(pull.events, "accept").length, 140);
  await acceptor.close({ linger: 0 });
});

test("Acceptor tells of 100 guesses at once, and counts the others", async () => {
  const place = world();
  const pull = place.host("PULL", {
    securityMechanism: "plain",
    plainServer: true,
  });
  pull.authenticate = () => false;
  const acceptor = await place.bind(pull);
  const guess = greeting("PLAIN") + command("HELLO", "\x01u\x01p");
  for (let i = 0; i < 130; i++) await visit(place, guess);
  assert.equal(named(pull.events, "handshake:error:auth").length, 100);
  await place.clock.advance(100);
  await visit(place, guess);
  const last = named(pull.events, "handshake:error:auth").at(-1)!;
  assert.equal(last.suppressed, 30);
  assert.equal(last.error?.code, "EACCES");
  await acceptor.close({ linger: 0 });
});

test("Acceptor tells of 100 refused addresses at once, and counts the others", async () => {
  const place = world();
  const octets = Uint8Array.of(10, 0, 0, 1);
  const filter = { text: "10.0.0.1", octets, bits: 32 };
  const pull = place.host("PULL", { tcpAcceptFilter: [filter] });
  const acceptor = await place.bind(pull);
  for (let i = 0; i < 120; i++) await visit(place, "");
  assert.equal(named(pull.events, "accept:error").length, 100);
  await place.clock.advance(100);
  await visit(place, "");
  assert.equal(named(pull.events, "accept:error").at(-1)!.suppressed, 20);
  await acceptor.close({ linger: 0 });
});
