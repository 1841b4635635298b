// What libzmq asserts of REQ, REP, DEALER and ROUTER that talk to each other:
// turns, fairness, envelopes, and which reply a REQ takes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Dealer, poll, Reply, Request, Router } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { PATIENCE, until } from "../kit/wait.ts";

const SERVICES = 5;

for (const scheme of ["tcp", "ipc", "inproc"] as const) {
  describe(`requests over ${scheme}`, () => {
    it("REQ asks each of five peers in turn", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request);
      const replies = Array.from({ length: SERVICES }, () => stage.make(Reply));
      await stage.join(request, ...replies);
      await until(() => request.peers.length === SERVICES, "all are there");
      const asked = new Set<Reply>();
      for (let i = 0; i < SERVICES; i++) {
        await request.send("ABC", TIMEOUT);
        const reply = await whoReceives(replies);
        asked.add(reply);
        await reply.send("DEF", TIMEOUT);
        assert.deepEqual(await nextTexts(request), ["DEF"]);
      }
      assert.equal(asked.size, SERVICES);
    });

    it("DEALER asks each of five REPs in turn", async () => {
      await using stage = new Stage(scheme);
      const dealer = stage.make(Dealer);
      const replies = Array.from({ length: SERVICES }, () => stage.make(Reply));
      await stage.join(dealer, ...replies);
      await until(() => dealer.peers.length === SERVICES, "all are there");
      for (let i = 0; i < SERVICES; i++) await dealer.send(["", "ABC"]);
      for (const reply of replies) {
        assert.deepEqual(await nextTexts(reply), ["ABC"]);
        await assert.rejects(reply.receive(), { code: "EFSM" });
      }
    });

    it("DEALER takes one message of each peer in turn", async () => {
      await using stage = new Stage(scheme);
      const receiver = stage.make(Dealer);
      const senders = Array.from(
        { length: SERVICES },
        () => stage.make(Dealer),
      );
      await stage.join(receiver, ...senders);
      for (let i = 0; i < 2; i++) {
        await senders[0]!.send("A", TIMEOUT);
        assert.deepEqual(await nextTexts(receiver), ["A"]);
      }
      for (const [i, sender] of senders.entries()) {
        await sender.send(`first ${i}`, TIMEOUT);
        await sender.send(`second ${i}`, TIMEOUT);
      }
      await until(
        () => receiver.stats.queued.incoming === 2 * SERVICES,
        "all has arrived",
      );
      const found: string[] = [];
      for (let i = 0; i < SERVICES; i++) {
        found.push(...await nextTexts(receiver));
      }
      assert.deepEqual(found.sort(), senders.map((_, i) => `first ${i}`));
    });

    it("ROUTER takes one message of each peer in turn", async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router);
      const names = ["A", "B", "C", "D", "E"];
      const dealers = names.map((routingId) =>
        stage.make(Dealer, { routingId })
      );
      await stage.join(router, ...dealers);
      for (const dealer of dealers) {
        await dealer.send("M", TIMEOUT);
        await dealer.send("M", TIMEOUT);
      }
      await until(
        () => router.stats.queued.incoming === 2 * SERVICES,
        "all has arrived",
      );
      const found: string[] = [];
      for (let i = 0; i < SERVICES; i++) {
        const [name, body] = await nextTexts(router);
        assert.equal(body, "M");
        found.push(name!);
      }
      assert.deepEqual(found.sort(), names);
    });

    it("a request is an empty frame and the frames sent", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request);
      const router = stage.make(Router);
      await stage.join(request, router);
      await request.send(["ABC", "DEF"], TIMEOUT);
      const [id, ...frames] = await router.receive(TIMEOUT);
      assert.ok(id!.length > 0);
      assert.deepEqual(texts(frames), ["", "ABC", "DEF"]);
      await router.send([id!, "", "GHI"]);
      assert.deepEqual(await nextTexts(request), ["GHI"]);
    });

    it("REQ takes the reply of the peer that it asked, and no other", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request, { routingId: "A" });
      const routers = [1, 2, 3].map(() =>
        stage.make(Router, { mandatory: true })
      );
      await stage.join(request, ...routers);
      await until(() => request.peers.length === 3, "all are there");
      await until(() => routers.every((each) => each.peers.length === 1), "so");
      for (let round = 0; round < 3; round++) {
        await request.send("ABC", TIMEOUT);
        const asked = await whoReceives(routers);
        const before = request.stats.received.messages;
        for (const router of routers) {
          if (router !== asked) await router.send(["A", "", "WRONG"], TIMEOUT);
        }
        await until(
          () => request.stats.received.messages === before + 2,
          "the wrong replies are there",
        );
        assert.equal(request.tryReceive(), undefined);
        await asked.send(["A", "", "GOOD"], TIMEOUT);
        assert.deepEqual(await nextTexts(request), ["GOOD"]);
      }
    });

    it("REQ skips a reply without its empty frame over inproc, and takes the next", async () => {
      await using stage = new Stage("inproc");
      const router = stage.make(Router);
      const request = stage.make(Request);
      await stage.join(router, request);
      await request.send("r", TIMEOUT);
      const [id] = await router.receive(TIMEOUT);
      await router.send([id!, "malformed"]);
      await router.send([id!, "", "b"]);
      assert.deepEqual(await nextTexts(request), ["b"]);
    });

    it("REQ with correlate skips a reply of another number", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request, { correlate: true });
      const router = stage.make(Router);
      await stage.join(router, request);
      await request.send(["ABC", "DEF"], TIMEOUT);
      const [id, number, ...frames] = await router.receive(TIMEOUT);
      assert.equal(number!.length, 4);
      assert.deepEqual(texts(frames), ["", "ABC", "DEF"]);
      const wrong = number!.slice();
      wrong[0]! ^= 1;
      await router.send([id!, wrong, "", "DATA"]);
      await router.send([id!, number!, "", "GHI"]);
      assert.deepEqual(await nextTexts(request), ["GHI"]);
    });

    it("REQ with relaxed and correlate asks anew, and takes the last reply only", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request, { relaxed: true, correlate: true });
      const replies = Array.from({ length: SERVICES }, () => stage.make(Reply));
      await stage.join(request, ...replies);
      await until(() => request.peers.length === SERVICES, "all are there");
      const owing = new Set<Reply>();
      const ask = async (...frames: string[]): Promise<Reply> => {
        await request.send(frames, TIMEOUT);
        const asked = await whoReceives(
          replies.filter((each) => !owing.has(each)),
        );
        owing.add(asked);
        return asked;
      };
      const answer = async (reply: Reply, ...frames: string[]) => {
        owing.delete(reply);
        await reply.send(frames, TIMEOUT);
      };
      const first = await ask("A", "B");
      const second = await ask("C", "D");
      assert.notEqual(first, second);
      await answer(first, "WRONG");
      await answer(second, "OK");
      assert.deepEqual(await nextTexts(request), ["OK"]);
      const third = await ask("E");
      await answer(third, "F", "G");
      assert.deepEqual(await nextTexts(request), ["F", "G"]);
      // A reply that has arrived, but was not received, is abandoned too.
      const fourth = await ask("H");
      const before = request.stats.received.messages;
      await answer(fourth, "BAD");
      await until(
        () => request.stats.received.messages > before,
        "the reply is there",
      );
      const fifth = await ask("I");
      await answer(fifth, "GOOD");
      assert.deepEqual(await nextTexts(request), ["GOOD"]);
      // All five have had a turn; the first is next.
      assert.equal(await ask("J"), first);
    });

    it("REQ with relaxed asks twice before there is a peer, and takes the second reply", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request, { relaxed: true, correlate: true });
      const endpoint = await stage.nowhere(Router);
      request.connect(endpoint);
      await request.send("TO_BE_DISCARDED", TIMEOUT);
      await request.send("TO_BE_ANSWERED", TIMEOUT);
      const router = stage.make(Router);
      await router.bind(endpoint);
      for (let i = 0; i < 2; i++) {
        await router.send(await router.receive(TIMEOUT));
      }
      assert.deepEqual(await nextTexts(request), ["TO_BE_ANSWERED"]);
    });

    it("REQ and DEALER without a peer say no at once, and EAGAIN after their timeout", async () => {
      await using stage = new Stage(scheme);
      for (const socketClass of [Request, Dealer]) {
        const socket = stage.make<Request | Dealer, object>(socketClass, {
          sendTimeout: 50,
        });
        assert.equal(socket.trySend(""), false);
        const started = performance.now();
        await assert.rejects(socket.send(""), { code: "EAGAIN" });
        assert.ok(performance.now() - started >= 45);
      }
    });

    it("REP replies to a client that is gone, and that is no error", async () => {
      await using stage = new Stage(scheme);
      const reply = stage.make(Reply);
      const request = stage.make(Request);
      await stage.join(reply, request);
      await request.send("a question", TIMEOUT);
      assert.deepEqual(await nextTexts(reply), ["a question"]);
      await request.close({ linger: 0 });
      await until(() => reply.peers.length === 0, "the client is gone");
      await reply.send("too late", TIMEOUT);
      await reply.close();
    });
  });
}

describe("a mandatory ROUTER", () => {
  it("reaches each of 100 DEALERs of another context as soon as it is there", async () => {
    await using stage = new Stage("tcp");
    await using context = new Context();
    const router = stage.make(Router, { mandatory: true });
    const endpoint = await router.bind(stage.place());
    for (let cycle = 0; cycle < 100; cycle++) {
      const routingId = `${cycle}`.padStart(9, "0");
      const dealer = new Dealer({ context, routingId, linger: 0 });
      dealer.connect(endpoint);
      const received = dealer.receive(TIMEOUT);
      await untilSent(router, routingId);
      assert.deepEqual(texts(await received), ["HELLO"]);
      await dealer.close();
    }
  });
});

/** Sends as soon as the peer is there. */
async function untilSent(router: Router, routingId: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await router.send([routingId, "HELLO"], TIMEOUT);
    } catch (error) {
      assert.equal((error as { code?: string }).code, "EHOSTUNREACH");
      assert.ok(Date.now() < end, "the peer is there in time");
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

/** The one of the sockets that receives next. */
async function whoReceives<T extends Reply | Router>(
  sockets: readonly T[],
): Promise<T> {
  return (await poll(sockets, TIMEOUT)).socket as T;
}
