// What libzmq asserts of the options of ROUTER: names, handover, mandatory,
// notices of peers that come and go, probes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dealer, Router } from "../../mod.ts";
import { nothing } from "../kit/bounce.ts";
import { text, texts } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { TcpPeer } from "../kit/tcp_peer.ts";
import { until, within } from "../kit/wait.ts";
import { frame, greeting, ready } from "../kit/zmtp_octets.ts";

describe("ROUTER", () => {
  it("with handover sends to the second peer of a name, and not to the first", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, { handover: true });
    const one = stage.make(Dealer, { routingId: "X", reconnectInterval: -1 });
    const endpoint = await stage.join(router, one);
    await one.send("Hello", TIMEOUT);
    assert.deepEqual(await nextTexts(router), ["X", "Hello"]);
    const two = stage.make(Dealer, { routingId: "X" });
    two.connect(endpoint);
    await two.send("Hello", TIMEOUT);
    assert.deepEqual(await nextTexts(router), ["X", "Hello"]);
    await router.send(["X", "to the second"]);
    assert.deepEqual(await nextTexts(two), ["to the second"]);
    await nothing(one);
  });

  it("without handover hears and serves the first peer of a name only", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router);
    const one = stage.make(Dealer, { routingId: "X" });
    const endpoint = await stage.join(router, one);
    await one.send("Hello", TIMEOUT);
    assert.deepEqual(await nextTexts(router), ["X", "Hello"]);
    const two = stage.make(Dealer, { routingId: "X", reconnectInterval: -1 });
    two.connect(endpoint);
    two.trySend("Hello");
    await nothing(router);
    await router.send(["X", "to the first"]);
    assert.deepEqual(await nextTexts(one), ["to the first"]);
    await nothing(two);
  });

  it("that is not mandatory drops what is for a peer at its high water mark", async () => {
    await using stage = new Stage("inproc");
    const router = stage.make(Router, { sendHighWaterMark: 1 });
    const dealer = stage.make(Dealer, {
      routingId: "X",
      receiveHighWaterMark: 1,
    });
    await stage.join(router, dealer);
    for (let i = 0; i < 5; i++) {
      assert.equal(router.trySend(["X", `${i}`]), true);
    }
    assert.deepEqual(await nextTexts(dealer), ["0"]);
    assert.deepEqual(await nextTexts(dealer), ["1"]);
    await nothing(dealer);
    assert.equal(router.stats.dropped, 3);
  });

  it("that is mandatory holds back from a full peer, and serves the others", async () => {
    await using stage = new Stage("inproc");
    const router = stage.make(Router, {
      mandatory: true,
      sendHighWaterMark: 100,
    });
    const [one, two] = ["X", "Y"].map((routingId) =>
      stage.make(Dealer, { routingId, receiveHighWaterMark: 100 })
    );
    await stage.join(router, one!, two!);
    let blocked = 0;
    for (let i = 0; i < 1000; i++) {
      assert.equal(router.trySend(["X", "Hello"]), true);
      assert.deepEqual(texts(one!.tryReceive()!), ["Hello"]);
      if (!router.trySend(["Y", "Hello"])) blocked++;
    }
    assert.equal(blocked, 800);
    assert.throws(() => router.trySend(["foo", "x"]), { code: "EHOSTUNREACH" });
  });

  it("tells of nobody whose handshake failed", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, { notify: true });
    const endpoint = await router.bind(stage.place());
    const failed = router.events.once("handshake:error:protocol");
    await using raw = await TcpPeer.connect(endpoint);
    raw.write("not-a-handshake");
    await within(failed, "the failure");
    await within(raw.ended, "the end");
    await nothing(router);
  });

  it("tells of a peer that is lost in the middle of a message, and gives no part of it", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, {
      notify: "disconnect",
      maxMessageSize: 64,
    });
    const dealer = stage.make(Dealer, {
      routingId: "X",
      reconnectInterval: -1,
    });
    await stage.join(router, dealer);
    await dealer.send(["Hello2", "*".repeat(127)], TIMEOUT);
    assert.deepEqual(await nextTexts(router), ["X", ""]);
    await nothing(router);
  });

  it("tells of a peer that disconnects after the last message of it", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, { notify: true });
    const dealer = stage.make(Dealer, { routingId: "X" });
    const endpoint = await stage.join(router, dealer);
    assert.deepEqual(await nextTexts(router), ["X", ""]);
    await dealer.send("Hello", TIMEOUT);
    await dealer.disconnect(endpoint);
    assert.deepEqual(await nextTexts(router), ["X", "Hello"]);
    assert.deepEqual(await nextTexts(router), ["X", ""]);
  });

  it("is sent an empty message by a ROUTER and a DEALER with probeRouter", async () => {
    await using stage = new Stage("tcp");
    for (const socketClass of [Router, Dealer]) {
      const server = stage.make(Router, { mandatory: true });
      const client = stage.make<Router | Dealer, object>(socketClass, {
        routingId: "X",
        probeRouter: true,
      });
      await stage.join(server, client);
      assert.deepEqual(await nextTexts(server), ["X", ""]);
      await server.send(["X", "Hello"]);
      const found = await nextTexts(client);
      assert.equal(found.at(-1), "Hello");
      assert.equal(found.length, socketClass === Router ? 2 : 1);
    }
  });

  it("gives a raw peer an id of its own, and takes frames of it", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router);
    const endpoint = await router.bind(stage.place());
    await using raw = await TcpPeer.connect(endpoint);
    raw.write(greeting(1));
    raw.write(ready("DEALER"));
    raw.write(frame("A", true));
    raw.write(frame("B"));
    const [id, ...rest] = await router.receive(TIMEOUT);
    assert.equal(id![0], 0);
    assert.deepEqual(texts(rest), ["A", "B"]);
  });

  for (const named of [false, true]) {
    const who = named ? "with names of their own" : "without names";
    it(`can be known by a name that the other side chooses, ${who}`, async () => {
      await using stage = new Stage("tcp");
      const binder = stage.make(Router, named ? { routingId: "X" } : {});
      const router = stage.make(Router, named ? { routingId: "Y" } : {});
      const endpoint = await binder.bind(stage.place());
      router.connect(endpoint, { routingId: "conn1" });
      await router.send(["conn1", "hi 1"], TIMEOUT);
      const [id, body] = await binder.receive(TIMEOUT);
      assert.equal(text(body), "hi 1");
      if (named) assert.equal(text(id), "Y");
      else assert.equal(id![0], 0);
      await binder.send([id!, "ok"]);
      assert.deepEqual(await nextTexts(router), ["conn1", "ok"]);
      await binder.unbind(endpoint);
    });
  }

  it("refuses to connect under a name that is taken", async () => {
    await using stage = new Stage("tcp");
    const binder = stage.make(Router);
    const router = stage.make(Router, { mandatory: true });
    const endpoint = await binder.bind(stage.place());
    router.connect(endpoint, { routingId: "conn1" });
    await router.send(["conn1", "first"], TIMEOUT);
    assert.throws(() => router.connect(endpoint, { routingId: "conn1" }), {
      code: "EINVAL",
      message: /conn1/,
    });
    await router.send(["conn1", "second"], TIMEOUT);
    assert.equal((await nextTexts(binder))[1], "first");
    assert.equal((await nextTexts(binder))[1], "second");
  });

  it("connects under a chosen name while it is being sent to", async () => {
    await using stage = new Stage("tcp");
    const x = stage.make(Router, { routingId: "X" });
    const y = stage.make(Router, { routingId: "Y" });
    const z = stage.make(Router, { routingId: "Z" });
    const xEndpoint = await x.bind(stage.place());
    const zEndpoint = await z.bind(stage.place());
    y.connect(xEndpoint, { routingId: "X" });
    await y.send(["X", "hi 1"], TIMEOUT);
    await until(() => x.stats.queued.incoming === 1, "it has arrived");
    x.connect(zEndpoint, { routingId: "Z" });
    await x.send(["Z", "hi 1"], TIMEOUT);
    assert.deepEqual(await nextTexts(z), ["X", "hi 1"]);
    await nothing(y);
    assert.deepEqual(await nextTexts(x), ["Y", "hi 1"]);
  });
});
