// Of two calls that waited for a REP, the second one failed with EFSM when the
// first one was served; and `poll()` failed with EFSM when it was not a
// socket's turn to receive.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { poll, Pull, Push, Reply, Request } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts, TIMEOUT } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";

/** A REP and two REQs. */
async function served(bag: Bag): Promise<{ reply: Reply; asks: Request[] }> {
  const reply = bag.keep(new Reply());
  const endpoint = await reply.bind("inproc://059");
  const asks = [1, 2].map(() => bag.keep(new Request()));
  for (const each of asks) each.connect(endpoint);
  return { reply, asks };
}

describe("a call that waits out of turn", () => {
  it("receive() of a REP waits until the reply is sent", async () => {
    await using bag = new Bag();
    const { reply, asks } = await served(bag);
    const calls = [reply.receive(TIMEOUT), reply.receive(TIMEOUT)];
    for (const [i, each] of asks.entries()) await each.send(`${i}`);
    assert.deepEqual(texts(await calls[0]!), ["0"]);
    await reply.send("re 0");
    assert.deepEqual(texts(await calls[1]!), ["1"]);
    await assert.rejects(reply.receive(), { code: "EFSM" });
    await reply.send("re 1");
    assert.deepEqual(await nextTexts(asks[1]!), ["re 1"]);
  });

  it("poll() of a REP waits until the reply is sent", async () => {
    await using bag = new Bag();
    const { reply, asks } = await served(bag);
    const calls = [poll([reply], TIMEOUT), poll([reply], TIMEOUT)];
    for (const [i, each] of asks.entries()) await each.send(`${i}`);
    assert.deepEqual(texts((await calls[0]!).message), ["0"]);
    const third = poll([reply], TIMEOUT);
    await reply.send("re 0");
    assert.deepEqual(texts((await calls[1]!).message), ["1"]);
    await reply.send("re 1");
    await asks[0]!.receive(TIMEOUT);
    await asks[0]!.send("2");
    assert.deepEqual(texts((await third).message), ["2"]);
  });

  it("poll() of an idle REQ waits for the others, and for its reply", async () => {
    await using bag = new Bag();
    const { reply, asks } = await served(bag);
    const request = asks[0]!;
    const pull = bag.keep(new Pull());
    const push = bag.keep(new Push());
    push.connect(await pull.bind("inproc://059_pull"));
    const sockets = [request, pull];
    await assert.rejects(poll(sockets, { timeout: 5 }), { code: "EAGAIN" });
    await assert.rejects(poll(sockets, { timeout: 0 }), { code: "EAGAIN" });
    const first = poll(sockets, TIMEOUT);
    await push.send("pulled");
    assert.equal((await first).socket, pull);
    const second = poll(sockets, TIMEOUT);
    await request.send("question");
    await reply.send(await reply.receive(TIMEOUT));
    assert.equal((await second).socket, request);
    await assert.rejects(request.receive(), { code: "EFSM" });
  });

  it("poll() fails when one of its sockets is closed", async () => {
    await using bag = new Bag();
    const { reply, asks } = await served(bag);
    const call = poll([asks[0]!, reply], TIMEOUT);
    const failed = assert.rejects(within(call, "the end"), { code: "EBADF" });
    await reply.close();
    await failed;
    await assert.rejects(poll([asks[0]!, reply]), { code: "EBADF" });
  });

  it("poll() takes one message only, and receive() comes first", async () => {
    await using bag = new Bag();
    const pulls = [1, 2].map(() => bag.keep(new Pull()));
    const push = bag.keep(new Push());
    for (const [i, each] of pulls.entries()) {
      push.connect(await each.bind(`inproc://059_${i}`));
    }
    const call = poll(pulls, TIMEOUT);
    const own = pulls[0]!.receive(TIMEOUT);
    for (const each of ["own", "polled", "left"]) push.trySend(each);
    assert.deepEqual(texts(await own), ["own"]);
    const { socket, message } = await call;
    assert.equal(socket, pulls[1]);
    assert.deepEqual(texts(message), ["polled"]);
    assert.deepEqual(texts(pulls[0]!.tryReceive()!), ["left"]);
  });
});
