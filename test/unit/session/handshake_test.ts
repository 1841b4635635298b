// The greeting and the handshake of sessions, over streams in memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromKey } from "../../../src/base/bytes.ts";
import type { Options } from "../../../src/options/options.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { curveKeyPair, toCurveKey } from "../../../src/security/curve_keys.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import {
  command,
  connected,
  facing,
  frame,
  greeting,
  ready,
  TestHost,
} from "../../kit/session_host.ts";

const SERVER = curveKeyPair();
const CLIENT = curveKeyPair();

function key(text: string): Uint8Array {
  return toCurveKey(text, "key");
}

const CURVE_SERVER: Partial<Options> = {
  securityMechanism: "curve",
  curveServer: true,
  curveSecretKey: key(SERVER.secretKey),
};
const CURVE_CLIENT: Partial<Options> = {
  securityMechanism: "curve",
  curveServerKey: key(SERVER.publicKey),
  curveSecretKey: key(CLIENT.secretKey),
  curvePublicKey: key(CLIENT.publicKey),
};
const PLAIN_SERVER: Partial<Options> = {
  securityMechanism: "plain",
  plainServer: true,
};
const PLAIN_CLIENT: Partial<Options> = {
  securityMechanism: "plain",
  plainUsername: "admin",
  plainPassword: "secret",
};

const cases: [string, Partial<Options>, Partial<Options>][] = [
  ["NULL", {}, {}],
  ["PLAIN", PLAIN_CLIENT, PLAIN_SERVER],
  ["CURVE", CURVE_CLIENT, CURVE_SERVER],
];

for (const [name, client, server] of cases) {
  for (const chunk of [1, 7, 0]) {
    test(`Session carries messages over ${name} in chunks of ${chunk}`, async () => {
      const clock = new FakeClock();
      const one = new TestHost("DEALER", clock, {
        ...client,
        routingId: fromKey("me"),
      });
      const other = new TestHost("ROUTER", clock, server);
      other.authenticate = () => ({ statusCode: "200", userId: "joe" });
      const { sessions } = await connected(one, other, { chunk });
      assert.ok(sessions[0].ready && sessions[1].ready);
      assert.equal(clock.timers, 0);
      const long = "x".repeat(20000);
      one.send("a", "", "b".repeat(300));
      one.send(long);
      other.send("c");
      await clock.settle();
      assert.deepEqual(other.messages, [["a", "", "b".repeat(300)], [long]]);
      assert.deepEqual(one.messages, [["c"]]);
      const [peer] = other.pipes.map((pipe) => pipe.peer);
      assert.equal(peer!.mechanism, name);
      assert.equal(peer!.socketType, "DEALER");
      assert.deepEqual(peer!.routingId, fromKey("me"));
      assert.equal(peer!.userId, name === "NULL" ? "" : "joe");
      assert.equal(peer!.properties.get("Identity"), "me");
      sessions[0].close();
      await clock.settle();
      assert.deepEqual(other.names, ["handshake", "disconnect"]);
      assert.deepEqual(one.names, ["handshake"]);
      assert.deepEqual(other.changes, ["online", "offline"]);
      assert.equal(clock.timers, 0);
    });
  }
}

test("Session drops a peer that says nothing at the deadline", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { handshakeInterval: 1000 });
  const { peer } = await facing(host);
  await clock.advance(999);
  assert.deepEqual(host.names, []);
  await clock.advance(1);
  assert.deepEqual(host.names, ["handshake:error:other", "disconnect"]);
  assert.equal(host.events[0]!.error?.code, "ETIMEDOUT");
  assert.equal(peer.state, "closed");
  assert.equal(clock.timers, 0);
});

test("Session does not let traffic move the deadline", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { handshakeInterval: 1000 });
  const { peer } = await facing(host);
  const octets = greeting() + ready("PUSH");
  for (let at = 0; at < 60; at += 2) {
    peer.say(octets.slice(at, at + 2));
    await clock.advance(40);
  }
  assert.equal(peer.state, "closed");
  assert.equal(host.ends[0]!.error?.code, "ETIMEDOUT");
});

test("Session counts the time of the handshakes before it", async () => {
  const clock = new FakeClock();
  await clock.advance(5000);
  const host = new TestHost("PULL", clock, { handshakeInterval: 1000 });
  const { peer } = await facing(host, { since: clock.now() - 600 });
  await clock.advance(399);
  assert.equal(peer.state, "");
  await clock.advance(1);
  assert.equal(host.events[0]!.error?.code, "ETIMEDOUT");
  assert.equal(peer.state, "closed");
});

test("Session reads what arrived while it stood still before the deadline", async () => {
  for (const isThere of [true, false]) {
    const clock = new FakeClock();
    const host = new TestHost("PULL", clock, { handshakeInterval: 1000 });
    const { peer, session } = await facing(host);
    clock.standStill(1100);
    await clock.advance(0);
    await clock.advance(999);
    assert.equal(peer.state, "");
    if (isThere) peer.say(greeting() + ready("PUSH"));
    await clock.advance(1);
    assert.equal(session.ready, isThere);
    assert.equal(peer.state, isThere ? "" : "closed");
  }
});

test("Session lets a slow peer in that is in time", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { handshakeInterval: 1000 });
  const { peer, session } = await facing(host);
  const octets = greeting() + ready("PUSH");
  for (let at = 0; at < octets.length; at += 2) {
    peer.say(octets.slice(at, at + 2));
    await clock.advance(5);
  }
  assert.ok(session.ready);
  await clock.advance(2000);
  assert.equal(peer.state, "");
});

test("Session sends no more of the greeting than the peer allows", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock);
  const { peer } = await facing(host);
  assert.equal(peer.take(), "ff00000000000000017f");
  peer.say("ff00000000000000017f");
  await clock.settle();
  assert.equal(peer.take(), "03");
  peer.say("03");
  await clock.settle();
  assert.equal(peer.take(), greeting().slice(22));
});

const refused: [string, SocketType, string, string][] = [
  ["no ZMTP", "PULL", "47455420", "ERR_ZMTP_UNSPECIFIED"],
  ["ZMTP 2.0", "PULL", "ff00000000000000017f01", "ERR_ZMTP_UNSPECIFIED"],
  [
    "another mechanism",
    "PULL",
    greeting("CURVE"),
    "ERR_ZMTP_MECHANISM_MISMATCH",
  ],
  [
    "a wrong type",
    "PULL",
    greeting() + ready("PULL"),
    "ERR_ZMTP_INVALID_METADATA",
  ],
  [
    "a READY that is a message",
    "PULL",
    greeting() + ready("PUSH").replace(/^04/, "00"),
    "ERR_ZMTP_UNEXPECTED_COMMAND",
  ],
  [
    "a message before READY",
    "PULL",
    greeting() + frame(0, "x"),
    "ERR_ZMTP_UNEXPECTED_COMMAND",
  ],
  [
    "a PING before READY",
    "PULL",
    greeting() + command("PING", "\0\0"),
    "ERR_ZMTP_UNEXPECTED_COMMAND",
  ],
  [
    "an identity that begins with 0",
    "ROUTER",
    greeting() + ready("DEALER", "\x08Identity\0\0\0\x02\0a"),
    "ERR_ZMTP_INVALID_METADATA",
  ],
];
for (const [what, type, octets, reason] of refused) {
  test(`Session refuses ${what}, and the socket sees nothing`, async () => {
    const clock = new FakeClock();
    const host = new TestHost(type, clock);
    const { peer } = await facing(host);
    peer.say(octets);
    await clock.advance(1000);
    assert.deepEqual(host.names, ["handshake:error:protocol", "disconnect"]);
    assert.equal(host.ends[0]!.error?.code, "EPROTO");
    assert.equal(host.ends[0]!.error?.reason, reason);
    assert.equal(host.ends[0]!.ready, false);
    assert.equal(host.pipes.length, 0);
    assert.equal(peer.state, "closed");
    assert.equal(clock.timers, 0);
  });
}

test("Session tells a peer of a wrong type why", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock);
  const { peer } = await facing(host);
  peer.say(greeting() + ready("PULL"));
  await clock.settle();
  assert.match(peer.received, /054552524f52/);
  assert.equal(peer.state, "ended");
});

test("Session sends a peer of another mechanism its whole greeting", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock);
  const { peer } = await facing(host);
  peer.say(greeting("PLAIN"));
  await clock.settle();
  assert.equal(peer.received, greeting());
});

test("Session refuses a handshake command beyond its limit", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { maxMessageSize: 4 });
  const { peer } = await facing(host);
  peer.say(`${greeting()}060000000000010001`);
  await clock.settle();
  assert.equal(host.ends[0]!.error?.code, "EMSGSIZE");
});

test("Session does not hold the handshake to maxMessageSize", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { maxMessageSize: 4 });
  const { peer, session } = await facing(host);
  peer.say(greeting() + ready("PUSH") + frame(0, "four"));
  await clock.settle();
  assert.ok(session.ready);
  assert.deepEqual(host.messages, [["four"]]);
  peer.say(frame(0, "fives"));
  await clock.settle();
  assert.equal(host.ends[0]!.error?.code, "EMSGSIZE");
  assert.deepEqual(host.names, ["handshake", "disconnect"]);
});

test("Session takes an ERROR as a refusal", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PUSH", clock);
  const { peer } = await facing(host);
  peer.say(greeting() + command("ERROR", "\x03400"));
  await clock.settle();
  assert.deepEqual(host.names, ["handshake:error:auth", "disconnect"]);
  assert.equal(host.ends[0]!.error?.code, "EACCES");
});

test("Session accepts a peer that does not tell its type", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock);
  const { peer, session } = await facing(host);
  peer.say(greeting() + command("READY"));
  await clock.settle();
  assert.ok(session.ready);
  assert.equal(host.pipes[0]!.peer.socketType, "");
});

test("Session ignores the identity of a type that has none", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock);
  const { peer, session } = await facing(host);
  peer.say(greeting() + ready("PUSH", "\x08Identity\0\0\0\x02\0a"));
  await clock.settle();
  assert.ok(session.ready);
  assert.equal(host.pipes[0]!.peer.routingId, undefined);
});

test("Session tells the authenticator's properties before the peer's", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { zapDomain: "d" });
  host.authenticate = () => ({
    statusCode: "200",
    metadata: { "X-Name": "ours" },
  });
  const { peer } = await facing(host);
  peer.say(greeting() + ready("PUSH", "\x06X-NAME\0\0\0\x06theirs"));
  await clock.settle();
  const { properties } = host.pipes[0]!.peer;
  assert.deepEqual([...properties], [
    ["X-Name", "ours"],
    ["Socket-Type", "PUSH"],
  ]);
});

test("Session survives a peer that resets in the handshake", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock);
  const { peer } = await facing(host);
  peer.stream.reset();
  await clock.settle();
  assert.deepEqual(host.names, ["handshake:error:other", "disconnect"]);
  assert.equal(host.ends[0]!.error?.code, "ECONNRESET");
  assert.equal(clock.timers, 0);
});
