// The proxy that is an object: its states, and how it ends.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  Proxy,
  Pull,
  Push,
  Router,
  type Socket,
  ZmqError,
} from "../../../mod.ts";
import { Bag } from "../../kit/sockets.ts";
import { nextTexts, TIMEOUT } from "../../kit/stage.ts";
import { pause, until, within } from "../../kit/wait.ts";

/** PUSH → proxy → PULL, in a context of its own; it does not run yet. */
async function streamer(bag: Bag) {
  const context = new Context();
  const make = <S extends Socket>(type: new (init: object) => S): S =>
    bag.keep(new type({ context }));
  const proxy = new Proxy(make(Pull), make(Push));
  await proxy.frontEnd.bind("inproc://front");
  await proxy.backEnd.bind("inproc://back");
  const [push, pull] = [make(Push), make(Pull)];
  push.connect("inproc://front");
  pull.connect("inproc://back");
  return { proxy, push, pull, context };
}

/** Asserts that the proxy cannot be steered. */
function standsStill(proxy: Proxy): void {
  for (const how of ["pause", "resume", "terminate"] as const) {
    assert.throws(() => proxy[how](), { code: "EBADF", name: "ZmqError" });
  }
}

describe("Proxy", () => {
  it("forwards from run() to terminate(), then closes its sockets", async () => {
    await using bag = new Bag();
    const { proxy, push, pull } = await streamer(bag);
    standsStill(proxy);
    const ended = proxy.run();
    await push.send("0", TIMEOUT);
    assert.deepEqual(await nextTexts(pull), ["0"]);
    proxy.pause();
    // One message may be on its way already.
    for (let i = 1; i <= 5; i++) await push.send(`${i}`, TIMEOUT);
    const forwarded = proxy.backEnd.stats.sent.messages;
    await pause(30);
    assert.ok(proxy.backEnd.stats.sent.messages <= forwarded + 1);
    assert.ok(forwarded <= 2, `${forwarded} were forwarded`);
    proxy.resume();
    for (let i = 1; i <= 5; i++) {
      assert.deepEqual(await nextTexts(pull), [`${i}`]);
    }
    proxy.terminate();
    await within(ended, "the end");
    assert.ok(proxy.frontEnd.closed && proxy.backEnd.closed);
    standsStill(proxy);
  });

  it("terminate() ends it while it pauses", async () => {
    await using bag = new Bag();
    const { proxy } = await streamer(bag);
    const ended = proxy.run();
    proxy.pause();
    proxy.terminate();
    await within(ended, "the end");
  });

  it("runs once at a time, and not again", async () => {
    await using bag = new Bag();
    const { proxy } = await streamer(bag);
    const ended = proxy.run();
    await assert.rejects(proxy.run(), { code: "EFSM" });
    proxy.terminate();
    await within(ended, "the end");
    await assert.rejects(proxy.run(), { code: "EINVAL" });
  });

  for (
    const [what, close] of [
      ["its front end", ({ frontEnd }) => frontEnd.close()],
      ["its back end", ({ backEnd }) => backEnd.close()],
      ["its context", (_, context) => context.shutdown()],
    ] as [string, (proxy: Proxy, context: Context) => Promise<void>][]
  ) {
    it(`ends well, with both sockets closed, when ${what} is closed`, async () => {
      await using bag = new Bag();
      const { proxy, context } = await streamer(bag);
      const ended = proxy.run();
      await close(proxy, context);
      await within(ended, "the end");
      assert.ok(proxy.frontEnd.closed && proxy.backEnd.closed);
    });
  }

  it("does not wait for what is unsent, and leaves it the linger time", async () => {
    const context = new Context();
    const proxy = new Proxy(new Pull({ context }), new Push({ context }));
    await proxy.frontEnd.bind("inproc://unsent");
    proxy.backEnd.connect("inproc://later");
    const push = new Push({ context });
    push.connect("inproc://unsent");
    const ended = proxy.run();
    await push.send("kept");
    const { backEnd } = proxy;
    await until(() => backEnd.stats.queued.outgoing === 1, "it is queued");
    proxy.terminate();
    await within(ended, "the end");
    const pull = new Pull({ context });
    await pull.bind("inproc://later");
    assert.deepEqual(await nextTexts(pull), ["kept"]);
    await Promise.all([push.close(), pull.close(), backEnd.close()]);
  });

  it("fails with what a socket fails with that stays open, and closes both", async () => {
    await using bag = new Bag();
    const front = bag.keep(new Pull());
    const back = bag.keep(new Router({ mandatory: true }));
    const proxy = new Proxy(front, back);
    await front.bind("inproc://fails");
    const ended = proxy.run();
    const push = bag.keep(new Push());
    push.connect("inproc://fails");
    await push.send(["nobody", "x"]);
    await assert.rejects(within(ended, "the end"), { code: "EHOSTUNREACH" });
    assert.ok(front.closed && back.closed);
  });

  it("takes open sockets only", async () => {
    const [pull, push] = [new Pull(), new Push()];
    const none = {} as Socket;
    assert.throws(() => new Proxy(none, push), ZmqError);
    assert.throws(() => new Proxy(pull, none), {
      code: "EINVAL",
      message: /^Cannot proxy with backEnd an object: expected an open socket$/,
    });
    const proxy = new Proxy(pull, push);
    await push.close();
    await assert.rejects(proxy.run(), { code: "EINVAL" });
    assert.equal(pull.closed, false);
    assert.throws(() => new Proxy(pull, push), { code: "EINVAL" });
    await pull.close();
  });
});
