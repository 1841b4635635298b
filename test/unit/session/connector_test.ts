/**
 * Connectors over a network in memory.
 *
 * @module
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Connector } from "../../../src/session/connector.ts";
import { command, frame, greeting, ready } from "../../kit/session_host.ts";
import {
  ENDPOINT,
  listenRaw,
  settled,
  world,
} from "../../kit/session_world.ts";

test("Connector queues before the connection, and reports its steps", async () => {
  const { clock, host, bind, connect } = world();
  const push = host("PUSH");
  const pull = host("PULL");
  const { connector } = connect(push);
  assert.ok(push.send("early"));
  await clock.settle();
  assert.deepEqual(push.names.slice(0, 3), [
    "connect:delay",
    "close",
    "connect:retry",
  ]);
  assert.equal(push.events[1]!.error?.code, "ECONNREFUSED");
  assert.equal(push.events[1]!.interval, push.events[2]!.interval);
  const acceptor = await bind(pull);
  await clock.advance(push.events[2]!.interval!);
  assert.deepEqual(pull.messages, [["early"]]);
  assert.deepEqual(push.names.slice(3), [
    "connect:delay",
    "connect",
    "handshake",
  ]);
  assert.deepEqual(pull.names, ["bind", "accept", "handshake"]);
  assert.equal(pull.events[1]!.peerAddress, "tcp://127.0.0.1:1");
  await connector.close({ linger: 0 });
  await acceptor.close({ linger: 0 });
  assert.deepEqual(pull.names.slice(3), ["close"]);
  assert.deepEqual(push.changes, ["online", "offline", "closed"]);
  assert.equal(clock.timers, 0);
});

for (
  const step of [
    "connect:delay",
    "connect",
    "handshake",
    "close",
    "connect:retry",
  ]
) {
  test(`Connector leaves nothing behind when it is closed at ${step}`, async () => {
    const { clock, network, host, bind } = world();
    const fails = step === "close" || step === "connect:retry";
    const acceptor = fails ? undefined : await bind(host("PUSH"));
    const pull = host("PULL", { connectTimeout: 10_000 });
    const connector = new Connector(pull, network, ENDPOINT, pull.options);
    const emit = pull.emit.bind(pull);
    pull.emit = (name, detail) => {
      emit(name, detail);
      if (name === step) void connector.close({ linger: 0 });
    };
    connector.start(() => {});
    await clock.settle();
    assert.ok(pull.names.includes(step as never));
    assert.equal(network.attempts, step === "connect:delay" ? 0 : 1);
    assert.ok(pull.pipes.every(({ closed }) => closed));
    assert.ok(network.pairs.flat().every(({ gone }) => gone));
    await acceptor?.close({ linger: 0 });
    assert.equal(clock.timers, 0);
  });
}

test("Connector comes again after a loss, and sends what was queued", async () => {
  const { clock, network, host, bind, connect } = world();
  const push = host("PUSH");
  const pull = host("PULL");
  const acceptor = await bind(pull);
  const { connector } = connect(push);
  await clock.settle();
  network.pairs[0]![0].reset();
  await clock.settle();
  push.send("later");
  assert.deepEqual(push.changes, ["online", "offline"]);
  await clock.advance(200);
  assert.deepEqual(pull.messages, [["later"]]);
  assert.equal(push.pipes.length, 1);
  assert.equal(pull.pipes.length, 2);
  assert.ok(pull.pipes[0]!.closed);
  await connector.close({ linger: 0 });
  await acceptor.close({ linger: 0 });
});

test("Connector takes nothing over a new connection while its inbox is full", async () => {
  for (const isAtOnce of [true, false]) {
    const { clock, host, connect, network } = world();
    const pull = host("PULL", { receiveHighWaterMark: 3 });
    pull.keeps = true;
    const peers = await listenRaw(network);
    const { connector } = connect(pull);
    for (const [i, messages] of [3, 1].entries()) {
      await clock.advance(1000);
      assert.equal(peers.length, i + 1);
      const peer = peers[i]!;
      peer.say(greeting() + (isAtOnce ? "" : ready("PUSH")));
      if (!isAtOnce) await clock.settle();
      peer.say(
        (isAtOnce ? ready("PUSH") : "") + frame(0, "x").repeat(messages),
      );
      await clock.settle();
      assert.equal(pull.pipes[0]!.inbox.length, 3);
      if (i === 0) peer.stream.close();
    }
    for (let left = 3; left >= 0; left--) {
      assert.ok(pull.pipes[0]!.read());
      await clock.settle();
    }
    assert.equal(pull.pipes.length, 1);
    await connector.close({ linger: 0 });
  }
});

test("Connector calls no peer silent whose messages wait from the start", async () => {
  const { clock, host, connect, network } = world();
  const pull = host("PULL", {
    receiveHighWaterMark: 1,
    heartbeatInterval: 100,
    zapDomain: "global",
    reconnectInterval: 1,
    reconnectMaxInterval: 1,
  });
  pull.authenticate = () => Promise.resolve(true);
  pull.keeps = true;
  const peers = await listenRaw(network);
  const { connector } = connect(pull);
  await clock.settle();
  for (let i = 0; i < 2; i++) {
    await clock.advance(20);
    const peer = peers[i]!;
    peer.say(greeting() + ready("PUSH") + frame(0, "x"));
    await clock.settle();
    assert.equal(pull.pipes[0]!.inbox.length, 1);
    if (i === 0) peer.stream.close();
  }
  await clock.advance(1000);
  assert.equal(peers[1]!.state, "");
  await connector.close({ linger: 0 });
});

test("Connector opens its pipe with the connection when immediate", async () => {
  const { clock, network, host, bind, connect } = world();
  const push = host("PUSH", { immediate: true });
  const acceptor = await bind(host("PULL"));
  const { connector } = connect(push);
  assert.equal(push.pipes.length, 0);
  await clock.settle();
  assert.equal(push.pipes.length, 1);
  network.pairs[0]![0].reset();
  await clock.settle();
  assert.ok(push.pipes[0]!.closed);
  await clock.advance(200);
  assert.equal(push.pipes.length, 2);
  await connector.close({ linger: 0 });
  await acceptor.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

test("Connector comes again after a protocol error", async () => {
  const { clock, network, host, connect } = world();
  const peers = await listenRaw(network);
  const push = host("PUSH", { reconnectMaxInterval: 0 });
  const { connector, gone } = connect(push);
  await clock.settle();
  peers[0]!.say("00");
  await clock.advance(1200);
  assert.equal(peers.length, 2);
  assert.ok(push.names.includes("handshake:error:protocol"));
  assert.equal(gone(), false);
  await connector.close({ linger: 0 });
});

test("Connector waits long after it was refused", async () => {
  const { clock, network, host, connect } = world();
  const peers = await listenRaw(network);
  const push = host("PUSH");
  const { connector } = connect(push);
  await clock.settle();
  peers[0]!.say(greeting() + command("ERROR", "\x03400"));
  await clock.advance(4999);
  assert.equal(peers.length, 1);
  const retry = push.events.find(({ name }) => name === "connect:retry");
  assert.equal(retry!.error?.code, "EACCES");
  await clock.advance(2000);
  assert.equal(peers.length, 2);
  await connector.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

test("Connector waits longer and longer until a connection lasts a second", async () => {
  const { clock, network, host, connect } = world();
  const peers = await listenRaw(network);
  const push = host("PUSH", { reconnectMaxInterval: 1000 });
  const { connector } = connect(push);
  const waits = (): number[] =>
    push.events.filter(({ name }) => name === "connect:retry")
      .map(({ interval }) => interval!);
  for (let i = 0; i < 4; i++) {
    await clock.settle();
    peers[i]!.stream.close();
    await clock.settle();
    await clock.advance(waits()[i]!);
  }
  const [first, second, third, fourth] = waits();
  assert.ok(first! >= 100 && first! < 200, String(first));
  assert.ok(second! >= 200 && second! < 400, String(second));
  assert.ok(third! >= 400 && third! < 800, String(third));
  assert.ok(fourth! >= 800 && fourth! <= 1000, String(fourth));
  await clock.settle();
  peers[4]!.say(greeting() + ready("PULL"));
  await clock.settle();
  peers[4]!.stream.close();
  await clock.settle();
  const fifth = waits()[4]!;
  assert.ok(fifth >= 500 && fifth <= 1000, String(fifth));
  await clock.advance(fifth);
  peers[5]!.say(greeting() + ready("PULL"));
  await clock.advance(1000);
  peers[5]!.stream.close();
  await clock.settle();
  const again = waits()[5]!;
  assert.ok(again >= 100 && again < 200, String(again));
  await connector.close({ linger: 0 });
});

test("Connector bounds an attempt by connectTimeout", async () => {
  const { clock, network, host, connect } = world();
  network.silent = true;
  const push = host("PUSH", { connectTimeout: 300 });
  const { connector } = connect(push);
  await clock.advance(300);
  const [, close] = push.events;
  assert.equal(close!.error?.code, "ETIMEDOUT");
  assert.equal(network.attempts, 1);
  await clock.advance(300);
  assert.equal(network.attempts, 2);
  await connector.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

test("Connector throws at once for half a CURVE client", () => {
  const { network, host } = world();
  const push = host("PUSH", { securityMechanism: "curve" });
  assert.throws(
    () => new Connector(push, network, ENDPOINT, push.options),
    { code: "EINVAL" },
  );
});

test("Connector.close sends what is queued, then ends", async () => {
  const { clock, network, host, bind, connect } = world();
  const pull = host("PULL");
  const acceptor = await bind(pull);
  const push = host("PUSH");
  const { connector } = connect(push);
  await clock.settle();
  for (let i = 0; i < 1000; i++) push.send("x".repeat(100));
  assert.ok(await settled(connector.close({ linger: -1 }), clock));
  assert.equal(pull.messages.length, 1000);
  assert.ok(network.pairs[0]![0].gone);
  assert.deepEqual(push.names.slice(-1), ["handshake"]);
  await acceptor.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

test("Connector.close waits for a connection with messages queued", async () => {
  const { clock, host, bind, connect } = world();
  const push = host("PUSH", { reconnectMaxInterval: 0 });
  const { connector } = connect(push);
  push.send("a");
  await clock.settle();
  const closing = connector.close({ linger: -1 });
  await clock.advance(60_000);
  assert.equal(await settled(closing, clock), false);
  const pull = host("PULL");
  const acceptor = await bind(pull);
  await clock.advance(200);
  assert.ok(await settled(closing, clock));
  assert.deepEqual(pull.messages, [["a"]]);
  await acceptor.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

test("Connector.close gives up when the linger time is over", async () => {
  const { clock, host, connect } = world();
  const push = host("PUSH");
  const { connector } = connect(push);
  push.send("a");
  const closing = connector.close({ linger: 500 });
  await clock.advance(499);
  assert.equal(await settled(closing, clock), false);
  await clock.advance(1);
  assert.ok(await settled(closing, clock));
  assert.equal(push.pipes[0]!.dropped, 1);
  assert.equal(clock.timers, 0);
});

test("Connector.close bounds a peer that reads nothing by linger", async () => {
  const { clock, network, host, bind, connect } = world({ limit: 100 });
  const acceptor = await bind(host("PULL"));
  const push = host("PUSH");
  const { connector } = connect(push);
  await clock.settle();
  network.pairs[0]![1].pause();
  for (let i = 0; i < 10; i++) push.send("x".repeat(200));
  await clock.settle();
  for (let i = 0; i < 10; i++) push.send("x".repeat(200));
  const closing = connector.close({ linger: 500 });
  await clock.advance(499);
  assert.equal(await settled(closing, clock), false);
  await clock.advance(1);
  assert.ok(await settled(closing, clock));
  await acceptor.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

test("Connector.close waits a bounded time for a peer that does not end", async () => {
  const { clock, network, host, connect } = world();
  const peers = await listenRaw(network);
  const { connector } = connect(host("PUSH"));
  await clock.settle();
  peers[0]!.say(greeting() + ready("PULL"));
  await clock.settle();
  const closing = connector.close({ linger: -1 });
  assert.equal(await settled(closing, clock), false);
  assert.equal(peers[0]!.state, "ended");
  await clock.advance(1000);
  assert.ok(await settled(closing, clock));
  assert.equal(clock.timers, 0);
});

test("Connector.close drops everything with no linger", async () => {
  const { clock, network, host, connect } = world();
  network.silent = true;
  const push = host("PUSH");
  const { connector } = connect(push);
  push.send("a");
  assert.ok(await settled(connector.close({ linger: 0 }), clock));
  assert.equal(push.pipes[0]!.dropped, 1);
  await connector.close({ linger: -1 });
  assert.equal(clock.timers, 0);
});

test("Connector and Acceptor pass hold on to their streams", async () => {
  const { clock, network, host, bind, connect } = world();
  const acceptor = await bind(host("PULL"));
  acceptor.hold(false);
  const { connector } = connect(host("PUSH"));
  await clock.settle();
  const [own, other] = network.pairs[0]!;
  assert.deepEqual([own.held, other.held], [true, false]);
  connector.hold(false);
  acceptor.hold(true);
  assert.deepEqual([own.held, other.held], [false, true]);
  await connector.close({ linger: 0 });
  await acceptor.close({ linger: 0 });
});
