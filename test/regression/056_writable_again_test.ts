// A `writable` was of no more use after one `pipeTo()`, one chunk that was no
// message or one timeout, and did not learn that the socket was closed.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  Dealer,
  type DuplexSocket,
  Pull,
  Push,
  Router,
  type WritableSocket,
} from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts } from "../kit/stage.ts";
import { pause, within } from "../kit/wait.ts";

/** A stream of texts. */
function source(...texts: string[]): ReadableStream<string> {
  return new ReadableStream({
    start: (controller) => {
      for (const each of texts) controller.enqueue(each);
      controller.close();
    },
  });
}

async function pipeline(bag: Bag): Promise<{ push: Push; pull: Pull }> {
  const pull = bag.keep(new Pull());
  const push = bag.keep(new Push());
  push.connect(await pull.bind("inproc://056"));
  return { push, pull };
}

describe("writable", () => {
  it("is the same one while it is open", async () => {
    await using bag = new Bag();
    const { push } = await pipeline(bag);
    const { writable } = push;
    assert.equal(push.writable, writable);
    const writer = writable.getWriter();
    await writer.write("x");
    writer.releaseLock();
    assert.equal(push.writable, writable);
  });

  it("is made anew after each pipeTo()", async () => {
    await using bag = new Bag();
    const { push, pull } = await pipeline(bag);
    await within(source("a", "b").pipeTo(push.writable), "the first");
    await within(source("c").pipeTo(push.writable), "the second");
    for (const each of ["a", "b", "c"]) {
      assert.deepEqual(await nextTexts(pull), [each]);
    }
  });

  it("is made anew after a chunk that is no message", async () => {
    await using bag = new Bag();
    const { push, pull } = await pipeline(bag);
    const writer = push.writable.getWriter();
    await assert.rejects(writer.write(undefined as never), { code: "EINVAL" });
    await within(source("good").pipeTo(push.writable), "the next");
    assert.deepEqual(await nextTexts(pull), ["good"]);
  });

  it("is made anew after a timeout", async () => {
    await using bag = new Bag();
    const dealer = bag.keep(new Dealer({ sendTimeout: 5 }));
    const writer = dealer.writable.getWriter();
    await assert.rejects(writer.write("nobody"), { code: "EAGAIN" });
    const router = bag.keep(new Router());
    dealer.connect(await router.bind("inproc://056_timeout"));
    await within(source("good").pipeTo(dealer.writable), "the next");
    assert.equal((await nextTexts(router))[1], "good");
  });

  it("is made anew after an abort, which the old one does not undo", async () => {
    await using bag = new Bag();
    const push = bag.keep(new Push());
    const first = push.writable.getWriter();
    const writing = first.write("never");
    writing.catch(() => {});
    await pause(5);
    const aborting = first.abort(new Error("enough"));
    await assert.rejects(writing);
    const second = push.writable;
    await within(aborting, "the abort");
    assert.equal(push.writable, second);
  });

  const closed = async (
    socket: WritableSocket | DuplexSocket,
    close: () => Promise<void>,
    code: string,
  ): Promise<void> => {
    const writer = socket.writable.getWriter();
    const end = assert.rejects(within(writer.closed, "the end"), { code });
    await close();
    await end;
    await assert.rejects(writer.write("x"), { code });
    const { writable } = socket;
    if (!writable.locked) {
      await assert.rejects(writable.getWriter().closed, { code });
    }
  };

  it("fails when the socket is closed", async () => {
    const push = new Push();
    await closed(push, () => push.close(), "EBADF");
    const dealer = new Dealer();
    await closed(dealer, () => dealer.close(), "EBADF");
  });

  it("fails when the context is shut down", async () => {
    const context = new Context();
    const push = new Push({ context });
    await closed(push, () => context.shutdown(), "ETERM");
  });

  it("of a closed socket has failed", async () => {
    const push = new Push();
    await push.close();
    const writer = push.writable.getWriter();
    await assert.rejects(within(writer.closed, "the end"), { code: "EBADF" });
  });
});
