// A mechanism that has to wait for others: what comes meanwhile waits, the
// time limit holds, and what is over is over. And credentials that end.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GssapiClient } from "../../../ext/gssapi/client.ts";
import { GssapiServer } from "../../../ext/gssapi/server.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import type { Options } from "../../../src/options/options.ts";
import type { MechanismFactory } from "../../../src/security/mechanism.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import {
  type FakeContextOptions,
  FakeGssContext,
} from "../../kit/fake_gss_context.ts";
import { MemoryStream } from "../../kit/memory_stream.ts";
import { connected, TestHost } from "../../kit/session_host.ts";

/** A step that waits until a test lets it go on. */
class Latch {
  waiting = 0;
  #open: (() => void)[] = [];

  readonly wait = (): Promise<void> => {
    this.waiting++;
    return new Promise((resolve) => this.#open.push(resolve));
  };

  /** Lets one that waits go on. */
  open(): void {
    this.waiting--;
    this.#open.shift()!();
  }
}

interface SideOptions extends FakeContextOptions {
  readonly isPlain?: boolean;
  readonly changes?: Partial<Options>;
}

/** A socket with such a mechanism, and the contexts it made. */
function host(
  role: "client" | "server",
  clock: FakeClock,
  { isPlain = false, changes = {}, ...options }: SideOptions = {},
): { host: TestHost; contexts: FakeGssContext[] } {
  const contexts: FakeGssContext[] = [];
  const asServer = role === "server";
  const factory: MechanismFactory = {
    name: "gssapi",
    options: new Set(),
    prepare: () => ({
      name: "GSSAPI",
      asServer,
      make(setup) {
        const context = new FakeGssContext(!asServer, options);
        contexts.push(context);
        const Side = asServer ? GssapiServer : GssapiClient;
        return new Side(setup, { context, encrypts: !isPlain });
      },
    }),
  };
  const made = new TestHost("PAIR", clock, {
    securityMechanism: "gssapi",
    ...changes,
  });
  made.mechanisms = [factory];
  return { host: made, contexts };
}

describe("a mechanism at work", () => {
  for (const chunk of [0, 1]) {
    const how = chunk === 0 ? "whole chunks" : "octets";
    it(`holds back what follows, in ${how}`, async () => {
      const clock = new FakeClock();
      const latch = new Latch();
      const server = host("server", clock, { wait: latch.wait });
      const client = host("client", clock);
      const { streams } = await connected(client.host, server.host, { chunk });
      assert.equal(latch.waiting, 1);
      assert.deepEqual(server.host.names, []);
      latch.open();
      await clock.settle();
      assert.deepEqual(server.host.names, ["handshake"]);
      client.host.send("hello");
      await clock.settle();
      assert.equal(server.host.messages.length, 1);
      assert.equal(server.contexts[0]!.steps, 1);
      streams[0].reset();
      await clock.settle();
      assert.ok(server.contexts[0]!.closed && client.contexts[0]!.closed);
    });
  }

  it("takes two commands in one chunk one after the other", async () => {
    const clock = new FakeClock();
    const latch = new Latch();
    const server = host("server", clock, { wait: latch.wait });
    const [ours, theirs] = MemoryStream.pair();
    await server.host.session(ours);
    theirs.start({
      data() {},
      end() {},
      closed() {},
      drain() {},
    });
    const greeting = new Uint8Array(64);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]);
    greeting.set(new TextEncoder().encode("GSSAPI"), 12);
    const initiate = Uint8Array.of(
      ...[4, 17, 8, ...new TextEncoder().encode("INITIATE")],
      ...[0, 0, 0, 4, 0x60, 1, 2, 3],
    );
    // The second one is out of order, which nobody knows yet.
    theirs.write([greeting, initiate, initiate]);
    await clock.settle();
    assert.equal(latch.waiting, 1);
    assert.deepEqual(server.host.names, []);
    latch.open();
    await clock.settle();
    assert.deepEqual(server.host.names, [
      "handshake:error:protocol",
      "disconnect",
    ]);
    assert.equal(server.contexts[0]!.steps, 1);
  });

  it("does not outlast the time limit, and hands nothing over later", async () => {
    const clock = new FakeClock();
    const latch = new Latch();
    const changes = { handshakeInterval: 1000 };
    const client = host("client", clock, { wait: latch.wait, changes });
    const server = host("server", clock);
    await connected(client.host, server.host);
    assert.equal(latch.waiting, 1);
    await clock.advance(999);
    assert.deepEqual(client.host.names, []);
    await clock.advance(1);
    assert.deepEqual(client.host.names, [
      "handshake:error:other",
      "disconnect",
    ]);
    assert.equal(client.host.events[0]!.error?.code, "ETIMEDOUT");
    assert.ok(client.contexts[0]!.closed);
    latch.open();
    await clock.settle();
    assert.equal(client.host.names.length, 2);
    assert.equal(client.host.pipes.length, 0);
  });

  it("is waited for when the peer goes: it may be about its last words", async () => {
    const clock = new FakeClock();
    const latch = new Latch();
    const server = host("server", clock, { wait: latch.wait });
    const client = host("client", clock);
    const { streams } = await connected(client.host, server.host);
    streams[0].close();
    await clock.settle();
    assert.equal(server.host.ends.length, 0);
    latch.open();
    await clock.settle();
    assert.equal(server.host.pipes.length, 0);
    assert.equal(server.host.ends.length, 1);
    assert.ok(server.contexts[0]!.closed);
  });

  it("gives way to what it finds, where the peer has gone meanwhile", async () => {
    const clock = new FakeClock();
    const latch = new Latch();
    const error = new ZmqError("EACCES", "No such key");
    const server = host("server", clock, { wait: latch.wait, error });
    const client = host("client", clock);
    const { streams } = await connected(client.host, server.host);
    streams[0].close();
    await clock.settle();
    latch.open();
    await clock.settle();
    assert.equal(server.host.events[0]!.error, error);
    assert.equal(server.host.ends.length, 1);
  });

  it("tells both sides when nothing comes of it", async () => {
    const clock = new FakeClock();
    const error = new ZmqError("EACCES", "Cannot find out who the peer is", {
      reason: "ERR_GSS_NO_CRED",
    });
    const server = host("server", clock, { error });
    const client = host("client", clock);
    await connected(client.host, server.host);
    assert.equal(server.host.events[0]!.error, error);
    const [failed] = client.host.events;
    assert.equal(failed!.name, "handshake:error:auth");
    assert.equal(failed!.error?.reason, "ERR_GSS_NO_CRED");
  });
});

describe("credentials that end", () => {
  for (const isPlain of [false, true]) {
    for (const lifetime of [5000, 2 ** 31 + 5000]) {
      const what = `${
        isPlain ? "in clear" : "encrypted"
      }, after ${lifetime} ms`;
      it(`end the connection, ${what}`, async () => {
        const clock = new FakeClock();
        const server = host("server", clock, { lifetime, isPlain });
        const client = host("client", clock, { isPlain });
        await connected(client.host, server.host);
        assert.deepEqual(server.host.names, ["handshake"]);
        assert.equal(server.contexts[0]!.closed, isPlain);
        await clock.advance(lifetime - 1);
        client.host.send("hello");
        await clock.settle();
        assert.equal(server.host.messages.length, 1);
        assert.deepEqual(server.host.names, ["handshake"]);
        await clock.advance(1);
        assert.deepEqual(server.host.names, ["handshake", "disconnect"]);
        const { error } = server.host.events[1]!;
        assert.equal(error?.code, "EACCES");
        assert.ok(server.contexts[0]!.closed);
      });
    }
  }

  it("leave no timer behind", async () => {
    const clock = new FakeClock();
    const server = host("server", clock, { lifetime: 5000 });
    const client = host("client", clock);
    const { streams } = await connected(client.host, server.host);
    streams[0].reset();
    await clock.settle();
    assert.equal(clock.timers, 0);
  });
});
