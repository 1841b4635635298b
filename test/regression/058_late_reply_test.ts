// Without `correlate`, `request()` took the late reply to a request that was
// abandoned for that to the next one; and what was abandoned unsent arrived
// when the peer came, all tries together.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Reply, Request, Router, type SocketEvent } from "../../mod.ts";
import { text, texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts, TIMEOUT } from "../kit/stage.ts";
import { until, within } from "../kit/wait.ts";

const SCHEMES = { tcp: "tcp://127.0.0.1:*", inproc: "inproc://058" };

for (const [scheme, place] of Object.entries(SCHEMES)) {
  describe(`request() that is abandoned over ${scheme}`, () => {
    it("leaves its late reply to nobody", async () => {
      await using bag = new Bag();
      const reply = bag.keep(new Reply());
      const request = bag.keep(new Request({ linger: 0 }));
      request.connect(await reply.bind(place));
      await until(() => request.peers.length === 1, "the peer is there");
      // More than once: each time it is connected to again.
      for (const each of ["1", "2"]) {
        const call = request.request(`late ${each}`, { timeout: 100 });
        call.catch(() => {});
        assert.deepEqual(await nextTexts(reply), [`late ${each}`]);
        await assert.rejects(within(call, "the end"), { code: "EAGAIN" });
        const next = request.request(`next ${each}`, TIMEOUT);
        await reply.send("of the abandoned one");
        assert.deepEqual(await nextTexts(reply), [`next ${each}`]);
        await reply.send(`re ${each}`);
        assert.deepEqual(texts(await next), [`re ${each}`]);
      }
      assert.equal(request.peers.length, 1);
    });

    it("leaves a reply to nobody that is on its way", async () => {
      await using bag = new Bag();
      const router = bag.keep(new Router());
      const request = bag.keep(new Request({ linger: 0 }));
      request.connect(await router.bind(place));
      const stop = new AbortController();
      const call = request.request("given up", { signal: stop.signal });
      call.catch(() => {});
      const [id, empty] = await router.receive(TIMEOUT);
      await router.send([id!, empty!, "of the abandoned one"]);
      stop.abort();
      // Whichever was first: this one must not have the other's reply.
      const given = await Promise.allSettled([call]);
      const next = request.request("next", TIMEOUT);
      const message = await router.receive(TIMEOUT);
      assert.equal(text(message[2]!), "next");
      await router.send([message[0]!, "", "re"]);
      assert.deepEqual(texts(await next), ["re"]);
      assert.equal(given.length, 1);
    });

    it("is not sent any more when it has not left", async () => {
      await using bag = new Bag();
      const first = bag.keep(new Reply());
      const endpoint = await first.bind(place);
      await first.close();
      const request = bag.keep(new Request({ linger: 0 }));
      request.connect(endpoint);
      const dead = request.request("dead", { timeout: 5, retries: 5 });
      await assert.rejects(within(dead, "the end"), { code: "EAGAIN" });
      assert.equal(request.stats.queued.outgoing, 0);
      assert.equal(request.stats.dropped, 6);
      const reply = bag.keep(new Reply());
      await reply.bind(endpoint);
      const alive = request.request("alive", TIMEOUT);
      assert.deepEqual(await nextTexts(reply), ["alive"]);
      await reply.send("re");
      assert.deepEqual(texts(await alive), ["re"]);
    });

    it("is asked again of a REQ that is bound", async () => {
      await using bag = new Bag();
      const router = bag.keep(new Router());
      const request = bag.keep(new Request({ linger: 0 }));
      router.connect(await request.bind(place));
      const call = request.request("again", { timeout: 300, retries: 20 });
      const first = await router.receive(TIMEOUT);
      const second = await router.receive(TIMEOUT);
      assert.deepEqual(texts(second.slice(2)), ["again"]);
      await router.send([...first.slice(0, 2), "late"]);
      await router.send([...second.slice(0, 2), "re"]);
      assert.deepEqual(texts(await within(call, "the reply")), ["re"]);
    });
  });
}

describe("request() that is abandoned", () => {
  it("drops its connection, says so, and has another at once", async () => {
    await using bag = new Bag();
    const reply = bag.keep(new Reply());
    // Nobody comes again by himself within the test.
    const request = bag.keep(
      new Request({ linger: 0, reconnectInterval: -1 }),
    );
    const told: string[] = [];
    const tell = ({ type, error }: SocketEvent): void =>
      void told.push(`${type} ${error?.code}`);
    request.events.on("disconnect", tell).on("connect:retry", tell);
    request.connect(await reply.bind("tcp://127.0.0.1:*"));
    const call = request.request("x", { timeout: 500, retries: 20 });
    assert.deepEqual(await nextTexts(reply), ["x"]);
    const again = reply.events.once("handshake");
    await within(again, "the next connection");
    await reply.send("late");
    assert.deepEqual(await nextTexts(reply), ["x"]);
    await reply.send("re");
    assert.deepEqual(texts(await within(call, "the reply")), ["re"]);
    assert.equal(told[0], "disconnect ETIMEDOUT");
    assert.ok(told.every((each) => each === told[0]), told.join());
  });

  it("keeps its connection with correlate", async () => {
    await using bag = new Bag();
    const router = bag.keep(new Router());
    const request = bag.keep(new Request({ linger: 0, correlate: true }));
    const lost: SocketEvent[] = [];
    request.events.on("disconnect", (event) => void lost.push(event));
    request.connect(await router.bind("tcp://127.0.0.1:*"));
    const call = request.request("x", { timeout: 100, retries: 50 });
    const first = await router.receive(TIMEOUT);
    const second = await router.receive(TIMEOUT);
    assert.deepEqual(first[0], second[0]);
    await router.send([...first.slice(0, 3), "late"]);
    await router.send([...second.slice(0, 3), "re"]);
    assert.deepEqual(texts(await within(call, "the reply")), ["re"]);
    assert.equal(lost.length, 0);
  });

  it("leaves the request of a send() alone", async () => {
    await using bag = new Bag();
    const reply = bag.keep(new Reply());
    const request = bag.keep(new Request({ linger: 0 }));
    request.connect(await reply.bind("inproc://058"));
    await request.send("own");
    await assert.rejects(request.request("x"), { code: "EFSM" });
    await reply.send(await reply.receive());
    assert.deepEqual(await nextTexts(request), ["own"]);
  });

  it("still leaves when the socket lingers", async () => {
    await using bag = new Bag();
    const first = bag.keep(new Reply());
    const endpoint = await first.bind("tcp://127.0.0.1:*");
    await first.close();
    const request = bag.keep(new Request({ linger: -1 }));
    request.connect(endpoint);
    const call = assert.rejects(request.request("last"), { code: "EBADF" });
    const closing = request.close();
    await call;
    const reply = bag.keep(new Reply());
    await reply.bind(endpoint);
    assert.deepEqual(await nextTexts(reply), ["last"]);
    await within(closing, "the end");
  });
});
