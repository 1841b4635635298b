// Requests and replies: the lock-step, ways out of it, and request().
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dealer, Reply, Request, Router } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import type { Scheme } from "../kit/places.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";

/** Registers the tests. */
export function testRequests(scheme: Scheme): void {
  describe("requests and replies", () => {
    it("REQ may not ask twice, nor receive before it asked", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request);
      const reply = stage.make(Reply);
      await stage.join(reply, request);
      await assert.rejects(request.receive(), { code: "EFSM" });
      await request.send("1", TIMEOUT);
      await assert.rejects(request.send("2"), { code: "EFSM" });
      assert.deepEqual(await nextTexts(reply), ["1"]);
      await reply.send("one");
      assert.deepEqual(await nextTexts(request), ["one"]);
      await assert.rejects(request.receive(), { code: "EFSM" });
    });

    it("REP may not reply before it was asked, nor receive before it replied", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request);
      const reply = stage.make(Reply);
      await stage.join(reply, request);
      await assert.rejects(reply.send("what?"), { code: "EFSM" });
      await request.send("1", TIMEOUT);
      await reply.receive(TIMEOUT);
      await assert.rejects(reply.receive(), { code: "EFSM" });
      await reply.send("one");
      assert.deepEqual(await nextTexts(request), ["one"]);
    });

    it("REQ asks its peers in turn", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request);
      const replies = [stage.make(Reply), stage.make(Reply)];
      for (const reply of replies) await stage.join(reply, request);
      for (let i = 0; i < 4; i++) {
        await request.send(`${i}`, TIMEOUT);
        const reply = replies[i % 2]!;
        assert.deepEqual(await nextTexts(reply), [`${i}`]);
        await reply.send("ok");
        await request.receive(TIMEOUT);
      }
    });

    it("REP serves its peers in turn and answers the right one", async () => {
      await using stage = new Stage(scheme);
      const reply = stage.make(Reply);
      const requests = [0, 1, 2].map(() => stage.make(Request));
      await stage.join(reply, ...requests);
      await Promise.all(
        requests.map((request, i) => request.send(`${i}`, TIMEOUT)),
      );
      for (let i = 0; i < 3; i++) {
        const question = await reply.receive(TIMEOUT);
        await reply.send(["answer", ...question]);
      }
      for (const [i, request] of requests.entries()) {
        assert.deepEqual(await nextTexts(request), ["answer", `${i}`]);
      }
    });

    it("REP keeps an envelope of any depth", async () => {
      await using stage = new Stage(scheme);
      const reply = stage.make(Reply);
      const dealer = stage.make(Dealer);
      await stage.join(reply, dealer);
      await dealer.send(["a", "b", "", "question", "", "more"], TIMEOUT);
      assert.deepEqual(await nextTexts(reply), ["question", "", "more"]);
      await reply.send("answer");
      assert.deepEqual(await nextTexts(dealer), ["a", "b", "", "answer"]);
      const hops = Array.from({ length: 300 }, (_, i) => `hop ${i}`);
      await dealer.send([...hops, "", "far"], TIMEOUT);
      assert.deepEqual(await nextTexts(reply), ["far"]);
      await reply.send("answer");
      assert.deepEqual(await nextTexts(dealer), [...hops, "", "answer"]);
    });

    it("relaxed allows to ask again, correlate drops the late reply", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request, { relaxed: true, correlate: true });
      const router = stage.make(Router);
      await stage.join(router, request);
      await request.send("1", TIMEOUT);
      const first = await router.receive(TIMEOUT);
      await request.send("2", TIMEOUT);
      const second = await router.receive(TIMEOUT);
      assert.deepEqual(texts(second.slice(3)), ["2"]);
      await router.send([...first.slice(0, -1), "late"]);
      await router.send([...second.slice(0, -1), "two"]);
      assert.deepEqual(await nextTexts(request), ["two"]);
    });

    it("request() gives the reply", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request);
      const reply = stage.make(Reply);
      await stage.join(reply, request);
      const answers = Promise.all(
        ["a", "b", "c"].map((question) => request.request(question, TIMEOUT)),
      );
      for (let i = 0; i < 3; i++) {
        const question = await reply.receive(TIMEOUT);
        await reply.send(["re", ...question]);
      }
      assert.deepEqual((await answers).map(texts), [
        ["re", "a"],
        ["re", "b"],
        ["re", "c"],
      ]);
    });

    it("request() asks again after its timeout", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request, { correlate: true });
      const router = stage.make(Router);
      await stage.join(router, request);
      const answer = request.request("are you there?", {
        timeout: 60,
        retries: 50,
      });
      await router.receive(TIMEOUT);
      const second = await router.receive(TIMEOUT);
      await router.send([...second.slice(0, -1), "now I am"]);
      assert.deepEqual(texts(await within(answer, "the answer")), [
        "now I am",
      ]);
    });

    it("request() fails with EAGAIN when no reply comes, and can be called again", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request, { correlate: true });
      const reply = stage.make(Reply);
      await stage.join(reply, request);
      const failing = request.request("1", { timeout: 30, retries: 1 });
      await assert.rejects(within(failing, "the failure"), { code: "EAGAIN" });
      const answer = request.request("2", TIMEOUT);
      let question = await nextTexts(reply);
      while (question[0] !== "2") {
        await reply.send("late");
        question = await nextTexts(reply);
      }
      await reply.send("two");
      assert.deepEqual(texts(await answer), ["two"]);
    });

    it("request() can be aborted, and called again", async () => {
      await using stage = new Stage(scheme);
      const request = stage.make(Request, { correlate: true });
      const reply = stage.make(Reply);
      await stage.join(reply, request);
      const stop = new AbortController();
      const failing = request.request("1", { signal: stop.signal });
      assert.deepEqual(await nextTexts(reply), ["1"]);
      stop.abort();
      await assert.rejects(within(failing, "the failure"), {
        name: "AbortError",
      });
      await reply.send("late");
      const answer = request.request("2", TIMEOUT);
      assert.deepEqual(await nextTexts(reply), ["2"]);
      await reply.send("two");
      assert.deepEqual(texts(await answer), ["two"]);
    });
  });
}
