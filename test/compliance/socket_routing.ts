// Routing by id: ROUTER and its options, numbers of SERVER, the messages that
// sockets make when peers come and go.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client, Dealer, Peer, Request, Router, Server } from "../../mod.ts";
import { text, texts } from "../kit/messages.ts";
import type { Scheme } from "../kit/places.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

/** Registers the tests. */
export function testRouting(scheme: Scheme): void {
  describe("routing", () => {
    it("ROUTER makes ids of five octets for peers without one", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router);
      const one = stage.make(Dealer);
      const two = stage.make(Dealer);
      await stage.join(router, one, two);
      await one.send("1", TIMEOUT);
      await two.send("2", TIMEOUT);
      const ids = new Map<string, Uint8Array>();
      for (let i = 0; i < 2; i++) {
        const [id, body] = await router.receive(TIMEOUT);
        assert.equal(id!.length, 5);
        assert.equal(id![0], 0);
        ids.set(text(body), id!);
      }
      await router.send([ids.get("2")!, "for 2"]);
      await router.send([ids.get("1")!, "for 1"]);
      assert.deepEqual(await nextTexts(one), ["for 1"]);
      assert.deepEqual(await nextTexts(two), ["for 2"]);
    });

    it("ROUTER drops what is for nobody", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router);
      await router.send(["nobody", "x"], { timeout: 0 });
      assert.equal(router.trySend(["nobody", "x"]), true);
    });

    it("mandatory makes that EHOSTUNREACH, naming the id", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router, { mandatory: true });
      await assert.rejects(router.send(["nobody", "x"]), {
        code: "EHOSTUNREACH",
        message: /nobody/,
      });
      const dealer = stage.make(Dealer, { routingId: "somebody" });
      await stage.join(router, dealer);
      await dealer.send("here I am", TIMEOUT);
      assert.deepEqual(await nextTexts(router), ["somebody", "here I am"]);
      await router.send(["somebody", "welcome"]);
      assert.deepEqual(await nextTexts(dealer), ["welcome"]);
      await dealer.close();
      await until(() => router.peers.length === 0, "the peer is gone");
      await assert.rejects(router.send(["somebody", "x"]), {
        code: "EHOSTUNREACH",
      });
    });

    if (Stage.holdsBack) {
      it("mandatory waits for a peer at its high water mark", async () => {
        await using stage = new Stage(scheme);
        const router = stage.make(Router, {
          mandatory: true,
          sendHighWaterMark: 5,
          sendTimeout: 100,
        });
        const dealer = stage.make(Dealer, {
          routingId: "slow",
          receiveHighWaterMark: 5,
        });
        await stage.join(router, dealer);
        await dealer.send("here", TIMEOUT);
        await router.receive(TIMEOUT);
        const frame = new Uint8Array(100_000);
        let sent = 0;
        await assert.rejects(async () => {
          for (; sent < 5000; sent++) await router.send(["slow", frame]);
        }, { code: "EAGAIN" });
        for (let i = 0; i < sent; i++) await dealer.receive(TIMEOUT);
        await router.send(["slow", "more"], TIMEOUT);
        assert.deepEqual(await nextTexts(dealer), ["more"]);
      });
    }

    it("handover gives a routing id to the peer that came last", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router, { handover: true });
      // It would come back and take the name over in its turn.
      const one = stage.make(Dealer, {
        routingId: "same",
        reconnectInterval: -1,
      });
      const endpoint = await stage.join(router, one);
      await one.send("one", TIMEOUT);
      assert.deepEqual(await nextTexts(router), ["same", "one"]);
      const two = stage.make(Dealer, { routingId: "same" });
      two.connect(endpoint);
      await two.send("two", TIMEOUT);
      assert.deepEqual(await nextTexts(router), ["same", "two"]);
      await router.send(["same", "for two"]);
      assert.deepEqual(await nextTexts(two), ["for two"]);
    });

    it("without handover the first peer keeps its routing id", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router);
      const one = stage.make(Dealer, { routingId: "same" });
      const endpoint = await stage.join(router, one);
      await one.send("one", TIMEOUT);
      assert.deepEqual(await nextTexts(router), ["same", "one"]);
      const two = stage.make(Dealer, { routingId: "same" });
      two.connect(endpoint);
      // It may have been sent away by now.
      two.trySend("two");
      await assert.rejects(router.receive({ timeout: 50 }), {
        code: "EAGAIN",
      });
      await router.send(["same", "for one"]);
      assert.deepEqual(await nextTexts(one), ["for one"]);
    });

    it("notify tells of peers that come and go", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router, { notify: true });
      const dealer = stage.make(Dealer, { routingId: "guest" });
      await stage.join(router, dealer);
      assert.deepEqual(await nextTexts(router), ["guest", ""]);
      await dealer.send("hello", TIMEOUT);
      assert.deepEqual(await nextTexts(router), ["guest", "hello"]);
      await dealer.close();
      assert.deepEqual(await nextTexts(router), ["guest", ""]);
    });

    it("notify can tell of one of the two only", async () => {
      for (const notify of ["connect", "disconnect"] as const) {
        await using stage = new Stage(scheme);
        const router = stage.make(Router, { notify });
        const dealer = stage.make(Dealer, { routingId: "guest" });
        await stage.join(router, dealer);
        await dealer.send("hello", TIMEOUT);
        const first = await nextTexts(router);
        const second = notify === "connect"
          ? await nextTexts(router)
          : (await dealer.close(), await nextTexts(router));
        assert.deepEqual(
          [first[1], second[1]],
          notify === "connect" ? ["", "hello"] : ["hello", ""],
        );
      }
    });

    it("connect() can name the peer itself", async () => {
      await using stage = new Stage(scheme);
      const binder = stage.make(Router, { routingId: "its own name" });
      const router = stage.make(Router, { routingId: "me" });
      const endpoint = await binder.bind(stage.place());
      router.connect(endpoint, { routingId: "my name for it" });
      await router.send(["my name for it", "hello"], TIMEOUT);
      assert.deepEqual(await nextTexts(binder), ["me", "hello"]);
      await binder.send(["me", "hello, too"]);
      assert.deepEqual(await nextTexts(router), [
        "my name for it",
        "hello, too",
      ]);
    });

    it("probeRouter greets every ROUTER with an empty message", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router);
      const request = stage.make(Request, {
        probeRouter: true,
        routingId: "probe",
      });
      await stage.join(router, request);
      assert.deepEqual(await nextTexts(router), ["probe", ""]);
    });

    it("helloMessage is the first message to every peer", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router, { helloMessage: "hello" });
      const dealer = stage.make(Dealer, {
        helloMessage: "good day",
        routingId: "d",
      });
      await stage.join(router, dealer);
      await dealer.send("more", TIMEOUT);
      assert.deepEqual(await nextTexts(dealer), ["hello"]);
      assert.deepEqual(await nextTexts(router), ["d", "good day"]);
      assert.deepEqual(await nextTexts(router), ["d", "more"]);
    });

    it("disconnectMessage is received when a peer goes", async () => {
      await using stage = new Stage(scheme);
      const server = stage.make(Server, { disconnectMessage: "gone" });
      const client = stage.make(Client);
      await stage.join(server, client);
      await client.send("here", TIMEOUT);
      const [here, { routingId }] = await server.receive(TIMEOUT);
      assert.deepEqual(texts([here]), ["here"]);
      await client.close();
      const [gone, from] = await server.receive(TIMEOUT);
      assert.deepEqual(texts([gone]), ["gone"]);
      assert.equal(from.routingId, routingId);
    });

    it("SERVER and PEER say EHOSTUNREACH for a number that nobody has", async () => {
      await using stage = new Stage(scheme);
      for (const socketClass of [Server, Peer]) {
        const socket = stage.make<Server | Peer, object>(socketClass);
        await assert.rejects(socket.send("x", { routingId: 12345 }), {
          code: "EHOSTUNREACH",
          message: /12345/,
        });
      }
    });

    if (scheme !== "inproc") {
      it("hiccupMessage is received when the connection is lost", async () => {
        await using stage = new Stage(scheme);
        const server = stage.make(Server);
        const client = stage.make(Client, { hiccupMessage: "hiccup" });
        await stage.join(server, client);
        await client.send("here", TIMEOUT);
        await server.receive(TIMEOUT);
        await server.close();
        assert.deepEqual(await nextTexts(client), ["hiccup"]);
      });

      it("a DEALER that comes back keeps its routing id", async () => {
        await using stage = new Stage(scheme);
        const endpoint = await stage.nowhere(Router);
        const dealer = stage.make(Dealer, { routingId: "faithful" });
        dealer.connect(endpoint);
        for (let round = 0; round < 2; round++) {
          const router = stage.make(Router, { mandatory: true });
          await router.bind(endpoint);
          await dealer.send(`${round}`, TIMEOUT);
          assert.deepEqual(await nextTexts(router), ["faithful", `${round}`]);
          await router.send(["faithful", "ok"]);
          assert.deepEqual(await nextTexts(dealer), ["ok"]);
          await router.close();
          await until(() => dealer.peers.length === 0, "the loss is noticed");
        }
      });
    }
  });
}
