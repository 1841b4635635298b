// Sessions ask who may enter, and nothing enters before the answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Options } from "../../../src/options/options.ts";
import type { ZapReply, ZapRequest } from "../../../src/security/zap.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import {
  command,
  facing,
  frame,
  greeting,
  ready,
  TestHost,
} from "../../kit/session_host.ts";

const HELLO = command("HELLO", "\x05admin\x06secret");
const INITIATE = command("INITIATE", "\x0bSocket-Type\0\0\0\x04PUSH");
const PLAIN: Partial<Options> = {
  securityMechanism: "plain",
  plainServer: true,
};

test("Session asks with the peer's address and credentials", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { ...PLAIN, zapDomain: "d" });
  const requests: ZapRequest[] = [];
  host.authenticate = (request) => {
    requests.push(request);
    return true;
  };
  const { peer, session } = await facing(host);
  peer.say(greeting("PLAIN") + HELLO);
  await clock.settle();
  assert.equal(requests.length, 1);
  const { username, password, domain, address, mechanism } = requests[0]!;
  assert.deepEqual(
    { username, password, domain, address, mechanism },
    {
      username: "admin",
      password: "secret",
      domain: "d",
      address: "127.0.0.1",
      mechanism: "PLAIN",
    },
  );
  assert.match(peer.take(), /0757454c434f4d45$/);
  assert.equal(session.ready, false);
  peer.say(INITIATE);
  await clock.settle();
  assert.ok(session.ready);
  assert.equal(requests.length, 1);
});

for (const statusCode of ["300", "400", "500"] as const) {
  test(`Session refuses a peer that gets ${statusCode}`, async () => {
    const clock = new FakeClock();
    const host = new TestHost("PULL", clock, PLAIN);
    host.authenticate = () => ({ statusCode });
    const { peer } = await facing(host);
    peer.say(greeting("PLAIN") + HELLO);
    await clock.settle();
    const error = command("ERROR", `\x03${statusCode}`);
    assert.equal(peer.received.endsWith(error), statusCode !== "300");
    assert.deepEqual(host.names, ["handshake:error:auth", "disconnect"]);
    assert.equal(host.events[0]!.error?.reason, statusCode);
    await clock.advance(1000);
    assert.equal(peer.state, "closed");
    assert.equal(host.pipes.length, 0);
    assert.equal(clock.timers, 0);
  });
}

test("Session refuses all PLAIN peers without an authenticator", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, PLAIN);
  const { peer } = await facing(host);
  peer.say(greeting("PLAIN") + HELLO);
  await clock.settle();
  assert.deepEqual(host.names, ["handshake:error:auth", "disconnect"]);
});

test("Session holds traffic of a NULL peer until it is admitted", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { zapDomain: "d" });
  let answer: (reply: ZapReply | boolean) => void = () => {};
  host.authenticate = () => new Promise((resolve) => answer = resolve);
  const { peer, stream, session } = await facing(host);
  peer.say(greeting() + ready("PUSH") + frame(0, "early") + frame(0, "bird"));
  await clock.settle();
  assert.equal(peer.received, greeting());
  assert.equal(host.pipes.length, 0);
  assert.deepEqual(host.names, []);
  assert.ok(stream.paused);
  answer(true);
  await clock.settle();
  assert.ok(session.ready);
  assert.equal(stream.paused, false);
  assert.deepEqual(host.messages, [["early"], ["bird"]]);
  assert.equal(peer.received, greeting() + ready("PULL"));
});

test("Session drops a verdict that comes after the deadline", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, {
    zapDomain: "d",
    handshakeInterval: 100,
  });
  let answer: (reply: ZapReply | boolean) => void = () => {};
  host.authenticate = () => new Promise((resolve) => answer = resolve);
  const { peer } = await facing(host);
  peer.say(greeting() + ready("PUSH"));
  await clock.advance(100);
  assert.deepEqual(host.names, ["handshake:error:other", "disconnect"]);
  answer(true);
  await clock.settle();
  assert.equal(host.pipes.length, 0);
  assert.equal(host.events.length, 2);
});

test("Session refuses when the authenticator throws", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock, { zapDomain: "d" });
  host.authenticate = () => {
    throw new TypeError("oops");
  };
  const { peer } = await facing(host);
  peer.say(greeting() + ready("PUSH"));
  await clock.settle();
  assert.deepEqual(host.names, ["handshake:error:protocol", "disconnect"]);
  assert.ok(peer.received.endsWith(command("ERROR", "\x03500")));
});
