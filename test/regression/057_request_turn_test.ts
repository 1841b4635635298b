// A `request()` that waited for an earlier one looked neither at its signal
// nor at its timeout until that one was over.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Reply, Request } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts } from "../kit/stage.ts";
import { pause, within } from "../kit/wait.ts";

/** A REQ whose first call waits. */
function busy(bag: Bag): { request: Request; first: Promise<unknown> } {
  const request = bag.keep(new Request({ linger: 0 }));
  request.connect("inproc://057");
  const first = request.request("first");
  first.catch(() => {});
  return { request, first };
}

describe("request() behind another", () => {
  it("is given up by its signal, and never sent", async () => {
    await using bag = new Bag();
    const { request, first } = busy(bag);
    const stop = new AbortController();
    const second = request.request("second", { signal: stop.signal });
    const third = request.request("third");
    stop.abort();
    await assert.rejects(within(second, "the abort"), { name: "AbortError" });
    await assert.rejects(
      within(request.request("x", { signal: stop.signal }), "the refusal"),
      { name: "AbortError" },
    );
    const reply = bag.keep(new Reply());
    await reply.bind("inproc://057");
    for (const [name, call] of Object.entries({ first, third })) {
      assert.deepEqual(await nextTexts(reply), [name]);
      await reply.send("re");
      await within(call, name);
    }
  });

  it("is late after the time of all of its tries", async () => {
    await using bag = new Bag();
    const { request } = busy(bag);
    const started = performance.now();
    const late = (options: { timeout: number; retries?: number }) =>
      assert.rejects(within(request.request("x", options), "the end"), {
        code: "EAGAIN",
      });
    await Promise.all([
      late({ timeout: 0 }),
      late({ timeout: 50 }),
      late({ timeout: 50, retries: 3 }),
    ]);
    const took = performance.now() - started;
    assert.ok(took >= 199 && took < 600, `${took} ms`);
  });

  it("has what is left of its time when it has its turn", async () => {
    await using bag = new Bag();
    const { request, first } = busy(bag);
    const reply = bag.keep(new Reply());
    const started = performance.now();
    const second = request.request("second", { timeout: 500, retries: 1 });
    second.catch(() => {});
    await pause(300);
    await reply.bind("inproc://057");
    assert.deepEqual(await nextTexts(reply), ["first"]);
    await reply.send("re");
    await within(first, "the first");
    assert.deepEqual(await nextTexts(reply), ["second"]);
    await assert.rejects(second, { code: "EAGAIN" });
    const took = performance.now() - started;
    assert.ok(took >= 990 && took < 1400, `${took} ms`);
  });

  it("fails as all others do when the socket is closed", async () => {
    await using bag = new Bag();
    const { request, first } = busy(bag);
    const calls = [first, request.request("second"), request.request("third")];
    const failed = calls.map((call) =>
      assert.rejects(within(call, "the failure"), { code: "EBADF" })
    );
    await request.close();
    await Promise.all(failed);
  });

  it("has its turn in order", async () => {
    await using bag = new Bag();
    const { request, first } = busy(bag);
    const rest = ["b", "c"].map((each) => request.request(each));
    const reply = bag.keep(new Reply());
    await reply.bind("inproc://057");
    for (let i = 0; i < 3; i++) await reply.send(await reply.receive());
    const answers = await Promise.all([first as Promise<[]>, ...rest]);
    assert.deepEqual(answers.map(texts), [["first"], ["b"], ["c"]]);
  });
});
