// The life of sockets and connections: binding, connecting, coming back,
// events, counts, and the end.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Dealer, Pair, Pull, Push, Router } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import type { Scheme } from "../kit/places.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until, within } from "../kit/wait.ts";

/** Registers the tests. */
export function testLife(scheme: Scheme): void {
  describe("the life of a socket", () => {
    it("bind() resolves with an endpoint that others can connect to", async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull);
      assert.equal(pull.lastEndpoint, null);
      const endpoint = await pull.bind(stage.place());
      assert.equal(pull.lastEndpoint, endpoint);
      assert.ok(endpoint.startsWith(`${scheme}://`));
      const push = stage.make(Push);
      push.connect(endpoint);
      assert.equal(push.lastEndpoint, endpoint);
      await push.send("hello", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["hello"]);
    });

    it("a socket may bind and connect to several endpoints", async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull);
      const first = await pull.bind(stage.place());
      const second = await pull.bind(stage.place());
      assert.notEqual(first, second);
      assert.equal(pull.lastEndpoint, second);
      const pushes = [first, second].map((endpoint) => {
        const push = stage.make(Push);
        push.connect(endpoint);
        return push;
      });
      for (const push of pushes) await push.send("x", TIMEOUT);
      for (const _ of pushes) assert.deepEqual(await nextTexts(pull), ["x"]);
      assert.equal(pull.peers.length, 2);
    });

    it("connect() may come before bind()", async () => {
      await using stage = new Stage(scheme);
      const endpoint = await stage.nowhere(Pull);
      const push = stage.make(Push);
      push.connect(endpoint);
      for (let i = 0; i < 3; i++) await push.send(`${i}`);
      const pull = stage.make(Pull);
      await pull.bind(endpoint);
      for (let i = 0; i < 3; i++) {
        assert.deepEqual(await nextTexts(pull), [`${i}`]);
      }
    });

    if (scheme !== "tipc") testAddresses(scheme);

    it("unbind() ends the connections that came through the endpoint", async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull);
      const push = stage.make(Push, { immediate: true });
      const endpoint = await stage.join(pull, push);
      await push.send("x", TIMEOUT);
      await pull.receive(TIMEOUT);
      await pull.unbind(endpoint);
      await until(() => pull.peers.length === 0, "no peer is left");
      await until(() => push.peers.length === 0, "the other side knows");
    });

    it("disconnect() ends the connection, and ENOENT says there is none", async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull);
      const push = stage.make(Push);
      const endpoint = await stage.join(pull, push);
      await push.send("x", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["x"]);
      await push.disconnect(endpoint);
      await until(() => pull.peers.length === 0, "no peer is left");
      assert.equal(push.trySend("nobody"), false);
      await assert.rejects(push.disconnect(endpoint), { code: "ENOENT" });
      push.connect(endpoint);
      await push.send("back", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["back"]);
    });

    it("messages of a peer that closed can still be received", async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull);
      const push = stage.make(Push);
      await stage.join(pull, push);
      for (let i = 0; i < 5; i++) await push.send(`${i}`, TIMEOUT);
      await push.close();
      for (let i = 0; i < 5; i++) {
        assert.deepEqual(await nextTexts(pull), [`${i}`]);
      }
    });

    it("peers and stats tell who is there and what went through", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router);
      const dealer = stage.make(Dealer, { routingId: "dealer" });
      await stage.join(router, dealer);
      await dealer.send(["abc", "defg"], TIMEOUT);
      await router.receive(TIMEOUT);
      const [peer] = router.peers;
      assert.equal(peer?.socketType, "DEALER");
      assert.deepEqual(texts([peer.routingId as Uint8Array]), ["dealer"]);
      assert.equal(dealer.peers[0]?.socketType, "ROUTER");
      assert.equal(router.stats.received.messages, 1);
      assert.equal(router.stats.received.bytes, 7);
      assert.equal(dealer.stats.sent.messages, 1);
      assert.ok(dealer.stats.sent.bytes >= 7);
      assert.equal(dealer.stats.queued.outgoing, 0);
      assert.equal(router.stats.queued.incoming, 0);
      assert.equal(router.stats.dropped, 0);
      await dealer.close();
      await until(() => router.peers.length === 0, "the peer is gone");
      assert.equal(router.stats.received.messages, 1);
    });

    it("await using closes the socket", async () => {
      await using stage = new Stage(scheme);
      let kept: Pair;
      {
        await using pair = new Pair({ context: stage.context });
        kept = pair;
        assert.equal(pair.closed, false);
      }
      assert.equal(kept.closed, true);
    });

    it("shutdown() resolves when the linger times are over", async () => {
      const context = new Context();
      const pull = new Pull({ context });
      await using stage = new Stage(scheme);
      await pull.bind(stage.place());
      const push = new Push({ context, linger: 0 });
      push.connect(await stage.nowhere(Pull));
      await push.send("never");
      await within(context.shutdown(), "the shutdown");
      assert.equal(context.closed, true);
      assert.equal(pull.closed && push.closed, true);
    });

    it("events tells of bind, and ends with the socket", async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull);
      const seen: string[] = [];
      const watching = (async () => {
        for await (const event of pull.events) seen.push(event.type);
      })();
      let bound = "";
      pull.events.on("bind", ({ address }) => bound = address);
      const endpoint = await pull.bind(stage.place());
      assert.equal(bound, endpoint);
      await pull.close();
      await within(watching, "the end of the events");
      assert.deepEqual(seen, ["bind", "close", "end"]);
    });

    it("ref() and unref() may be called at any time", async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull).unref().ref().unref();
      const push = stage.make(Push);
      await stage.join(pull, push);
      pull.ref().unref();
      await push.send("x", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["x"]);
    });

    if (scheme !== "inproc") testConnections(scheme);
  });
}

/** Of addresses that one socket alone can have, and have again. */
function testAddresses(scheme: Scheme): void {
  it("bind() to an address in use fails with EADDRINUSE", async () => {
    await using stage = new Stage(scheme);
    const one = stage.make(Pull);
    const endpoint = await one.bind(stage.place());
    const two = stage.make(Pull);
    await assert.rejects(two.bind(endpoint), (error: Error) => {
      assert.equal((error as { code?: string }).code, "EADDRINUSE");
      assert.ok(error.message.includes(endpoint), error.message);
      return true;
    });
  });

  it("unbind() frees the address before it resolves", async () => {
    await using stage = new Stage(scheme);
    let endpoint = stage.place();
    for (let round = 0; round < 3; round++) {
      const pull = stage.make(Pull);
      endpoint = await pull.bind(endpoint);
      await pull.unbind(endpoint);
      await assert.rejects(pull.unbind(endpoint), { code: "ENOENT" });
      await pull.bind(endpoint);
      await pull.close();
    }
  });
}

/** What only real connections have. */
function testConnections(scheme: Scheme): void {
  it("a lost connection comes back, with what was not sent yet", async () => {
    await using stage = new Stage(scheme);
    const endpoint = await stage.nowhere(Pull);
    const push = stage.make(Push);
    push.connect(endpoint);
    for (let round = 0; round < 3; round++) {
      await push.send(`round ${round}`, TIMEOUT);
      const pull = stage.make(Pull);
      await pull.bind(endpoint);
      assert.deepEqual(await nextTexts(pull), [`round ${round}`]);
      await pull.close();
      await until(() => push.peers.length === 0, "the loss is noticed");
    }
  });

  it("reconnectInterval -1 gives a lost connection up", async () => {
    await using stage = new Stage(scheme);
    const pull = stage.make(Pull);
    const push = stage.make(Push, { reconnectInterval: -1 });
    const endpoint = await stage.join(pull, push);
    await push.send("x", TIMEOUT);
    await pull.receive(TIMEOUT);
    await pull.close();
    await until(() => !push.trySend("nobody"), "the endpoint is given up");
    await assert.rejects(push.disconnect(endpoint), { code: "ENOENT" });
  });

  it("events of both sides come in order, with addresses", async () => {
    await using stage = new Stage(scheme);
    const pull = stage.make(Pull);
    const push = stage.make(Push);
    const bound: string[] = [];
    const connected: string[] = [];
    const watch = async (socket: Pull | Push, into: string[]) => {
      for await (const { type, address } of socket.events) {
        if (type !== "end") assert.ok(address.startsWith(`${scheme}://`));
        into.push(type);
      }
    };
    const watching = [watch(pull, bound), watch(push, connected)];
    const gone = pull.events.once("disconnect");
    await stage.join(pull, push);
    await push.send("x", TIMEOUT);
    const { peer } = await pull.receiveFrom(TIMEOUT);
    assert.equal(peer.socketType, "PUSH");
    await push.close();
    await within(gone, "the disconnect");
    await pull.close();
    await within(Promise.all(watching), "the end of the events");
    assert.deepEqual(bound, [
      "bind",
      "accept",
      "handshake",
      "disconnect",
      "close",
      "end",
    ]);
    const expected = ["connect:delay", "connect", "handshake"];
    assert.deepEqual(connected.slice(0, 3), expected);
    assert.equal(connected.at(-1), "end");
  });

  it("connect:retry says when the next attempt is", async () => {
    await using stage = new Stage(scheme);
    const push = stage.make(Push, {
      reconnectInterval: 20,
      reconnectMaxInterval: 0,
    });
    const retry = push.events.once("connect:retry");
    push.connect(await stage.nowhere(Pull));
    const { interval } = await within(retry, "the retry");
    assert.ok(interval !== undefined && interval >= 20 && interval <= 40);
  });

  it("a peer of another mechanism or type is told of by an event", async () => {
    await using stage = new Stage(scheme);
    const router = stage.make(Router);
    const refused = router.events.once("handshake:error:protocol");
    const push = stage.make(Push);
    await stage.join(router, push);
    const { error } = await within(refused, "the refusal");
    assert.equal(error?.code, "EPROTO");
    assert.match(error.message, /PUSH/);
    assert.equal(router.peers.length, 0);
  });

  it("a message over maxMessageSize ends the connection", async () => {
    await using stage = new Stage(scheme);
    const pull = stage.make(Pull, { maxMessageSize: 1000 });
    const gone = pull.events.once("disconnect");
    const push = stage.make(Push, { reconnectInterval: -1 });
    await stage.join(pull, push);
    await push.send(new Uint8Array(1000), TIMEOUT);
    assert.equal((await pull.receive(TIMEOUT))[0]!.length, 1000);
    await push.send(new Uint8Array(1001), TIMEOUT);
    const { error } = await within(gone, "the disconnect");
    assert.equal(error?.code, "EMSGSIZE");
    assert.equal(pull.tryReceive(), undefined);
  });

  it("heartbeats keep a silent connection", async () => {
    await using stage = new Stage(scheme);
    const beat = { heartbeatInterval: 10, heartbeatTimeout: 500 };
    const pull = stage.make(Pull, beat);
    const push = stage.make(Push, beat);
    let lost = 0;
    pull.events.on("disconnect", () => lost++);
    await stage.join(pull, push);
    await push.send("x", TIMEOUT);
    await pull.receive(TIMEOUT);
    await assert.rejects(pull.receive({ timeout: 150 }), { code: "EAGAIN" });
    assert.equal(lost, 0);
    assert.equal(pull.peers.length, 1);
  });
}
