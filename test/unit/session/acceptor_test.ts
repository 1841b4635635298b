/**
 * Acceptors over a network in memory.
 *
 * @module
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Acceptor } from "../../../src/session/acceptor.ts";
import type { Listener, Transport } from "../../../src/transport/transport.ts";
import { greeting, RawPeer, ready } from "../../kit/session_host.ts";
import { ENDPOINT, settled, world } from "../../kit/session_world.ts";

test("Acceptor.close sends what is queued, and frees the address", async () => {
  const { clock, host, bind, connect } = world();
  const push = host("PUSH");
  const acceptor = await bind(push);
  const pull = host("PULL");
  const { connector } = connect(pull);
  await clock.settle();
  for (let i = 0; i < 100; i++) push.send(String(i));
  assert.ok(await settled(acceptor.close({ linger: -1 }), clock));
  assert.equal(pull.messages.length, 100);
  assert.ok(push.pipes[0]!.closed);
  assert.deepEqual(push.names, ["bind", "accept", "handshake", "close"]);
  const again = await bind(host("PUSH"));
  await again.close({ linger: 0 });
  await connector.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

for (const step of ["accept", "handshake"]) {
  test(`Acceptor leaves nothing behind when it is closed at ${step}`, async () => {
    const { clock, network, host, bind, connect } = world();
    const push = host("PUSH");
    const acceptor = await bind(push);
    const emit = push.emit.bind(push);
    push.emit = (name, detail) => {
      emit(name, detail);
      if (name === step) void acceptor.close({ linger: -1 });
    };
    const { connector } = connect(host("PULL"));
    await clock.settle();
    assert.ok(push.names.includes(step as never));
    assert.ok(push.pipes.every(({ closed }) => closed));
    assert.ok(network.pairs.flat().every(({ gone }) => gone));
    await connector.close({ linger: 0 });
    assert.equal(clock.timers, 0);
  });
}

test("Acceptor.listen reports an address in use", async () => {
  const { network, host, bind } = world();
  const acceptor = await bind(host("PULL"));
  const other = host("PULL");
  await assert.rejects(
    new Acceptor(other, network, ENDPOINT, other.options).listen(),
    { code: "EADDRINUSE" },
  );
  assert.deepEqual(other.names, ["bind:error"]);
  await acceptor.close({ linger: 0 });
});

test("Acceptor drops the oldest of too many handshakes", async () => {
  const { clock, network, host, bind } = world();
  const pull = host("PULL", { maxPendingHandshakes: 2 });
  const acceptor = await bind(pull);
  const peers: RawPeer[] = [];
  const join = async (): Promise<RawPeer> => {
    const stream = await network.connect(ENDPOINT, {
      signal: new AbortController().signal,
    });
    const peer = new RawPeer(stream as never);
    peers.push(peer);
    await clock.settle();
    return peer;
  };
  const welcome = await join();
  welcome.say(greeting() + ready("PUSH"));
  await clock.settle();
  for (let i = 0; i < 4; i++) await join();
  assert.deepEqual(peers.map(({ state }) => state), [
    "",
    "closed",
    "closed",
    "",
    "",
  ]);
  await acceptor.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

test("Acceptor lets a bad peer cost its own connection only", async () => {
  const { clock, network, host, bind, connect } = world();
  const pull = host("PULL");
  const acceptor = await bind(pull);
  const push = host("PUSH");
  const { connector } = connect(push);
  await clock.settle();
  for (const octets of ["00", greeting("PLAIN"), `${greeting()}08`]) {
    const stream = await network.connect(ENDPOINT, {
      signal: new AbortController().signal,
    });
    new RawPeer(stream as never).say(octets);
    await clock.advance(1000);
  }
  push.send("still here");
  await clock.settle();
  assert.deepEqual(pull.messages, [["still here"]]);
  assert.equal(pull.pipes.length, 1);
  await connector.close({ linger: 0 });
  await acceptor.close({ linger: 0 });
  assert.equal(clock.timers, 0);
});

for (const step of ["bind", "listen"]) {
  for (const code of ["EBADF", "EPROTO"]) {
    test(`Acceptor that is closed during ${step} releases what it bound once, and fails with ${code}`, async () => {
      const { host } = world();
      const pull = host("PULL", { securityMechanism: "gssapi" });
      const log: string[] = [];
      let closing: Promise<void> | undefined;
      const done = (name: string): void => {
        log.push(name);
        if (name === step) closing = acceptor.close({ linger: 0 });
      };
      pull.mechanisms = [{
        name: "gssapi",
        options: new Set(),
        prepare: () => ({
          name: "GSSAPI",
          asServer: true,
          make: () => assert.fail("nobody comes"),
          bind: async () => {
            done("bind");
            await closing;
            return () => void log.push("release");
          },
        }),
      }];
      const listener: Listener = {
        endpoint: ENDPOINT.text,
        close: () => {
          log.push("close");
          return code === "EBADF"
            ? Promise.resolve()
            : Promise.reject(new Error("the system says no"));
        },
      };
      const transport: Transport = {
        scheme: "tcp",
        connect: () => assert.fail("nobody connects"),
        listen: () => {
          done("listen");
          return Promise.resolve(listener);
        },
      };
      const acceptor = new Acceptor(pull, transport, ENDPOINT, pull.options);
      await assert.rejects(acceptor.listen(), { code });
      await closing;
      assert.deepEqual(log.toSorted(), ["bind", "close", "listen", "release"]);
    });
  }
}
