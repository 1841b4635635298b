// What libzmq asserts of inproc: any order of bind and connect, many sockets
// for one name, names that are freed, contexts that end meanwhile.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Dealer, Pair, Pull, Push, Router } from "../../mod.ts";
import { bounce } from "../kit/bounce.ts";
import { texts } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";

describe("inproc", () => {
  for (const first of ["bind", "connect"] as const) {
    it(`delivers what is sent when ${first} comes first`, async () => {
      await using stage = new Stage("inproc");
      const endpoint = stage.place();
      const bound = stage.make(Pair);
      const connected = stage.make(Pair);
      if (first === "bind") await bound.bind(endpoint);
      connected.connect(endpoint);
      await connected.send("foobar", TIMEOUT);
      if (first === "connect") await bound.bind(endpoint);
      assert.deepEqual(await nextTexts(bound), ["foobar"]);
      await bounce(bound, connected);
    });
  }

  it("delivers what ten sockets sent before the name was bound", async () => {
    await using stage = new Stage("inproc");
    const endpoint = stage.place();
    const pushes = Array.from({ length: 10 }, () => stage.make(Push));
    for (const [i, push] of pushes.entries()) {
      push.connect(endpoint);
      await push.send(`${i}`, TIMEOUT);
    }
    const pull = stage.make(Pull);
    await pull.bind(endpoint);
    const found = new Set<string>();
    for (const _ of pushes) found.add((await nextTexts(pull))[0]!);
    assert.equal(found.size, 10);
  });

  it("delivers what 30 sockets sent that were closed before the name was bound", async () => {
    await using stage = new Stage("inproc");
    const endpoint = stage.place();
    const closed: Promise<void>[] = [];
    for (let i = 0; i < 30; i++) {
      const push = stage.make(Push);
      push.connect(endpoint);
      await push.send("foobar");
      closed.push(push.close());
    }
    const pull = stage.make(Pull);
    await pull.bind(endpoint);
    for (let i = 0; i < 30; i++) {
      assert.deepEqual(await nextTexts(pull), ["foobar"]);
    }
    await within(Promise.all(closed), "the closes");
  });

  it("joins 50 pairs of sockets that bind and connect at the same time", async () => {
    await using stage = new Stage("inproc");
    const pairs = Array.from({ length: 50 }, async (_, i) => {
      const endpoint = stage.place();
      const bound = stage.make(Pair);
      const connected = stage.make(Pair);
      const binding = async (): Promise<void> => {
        await bound.bind(endpoint);
        await bound.send("foobar", TIMEOUT);
      };
      const connecting = async (): Promise<string[]> => {
        connected.connect(endpoint);
        return texts(await connected.receive(TIMEOUT));
      };
      const both = i % 2 === 0
        ? [binding(), connecting()]
        : [connecting(), binding()];
      const results = await Promise.all(both);
      assert.ok(results.some((each) => each?.[0] === "foobar"));
    });
    await Promise.all(pairs);
  });

  it("tells a ROUTER that binds late who a DEALER is", async () => {
    await using stage = new Stage("inproc");
    const endpoint = stage.place();
    const dealer = stage.make(Dealer, { routingId: "me" });
    const nameless = stage.make(Dealer);
    for (const each of [dealer, nameless]) each.connect(endpoint);
    const router = stage.make(Router);
    await router.bind(endpoint);
    await dealer.send(["A", "B"], TIMEOUT);
    assert.deepEqual(await nextTexts(router), ["me", "A", "B"]);
    await nameless.send(["A", "B"], TIMEOUT);
    const [id, ...rest] = await router.receive(TIMEOUT);
    assert.equal(id!.length, 5);
    assert.deepEqual(texts(rest), ["A", "B"]);
  });

  it("frees a name by unbind(), for the next socket", async () => {
    await using stage = new Stage("inproc");
    const one = stage.make(Pair);
    const endpoint = await one.bind(stage.place());
    await one.unbind(endpoint);
    const other = stage.make(Pair);
    await other.bind(endpoint);
    const connected = stage.make(Pair);
    connected.connect(endpoint);
    await connected.send("foobar", TIMEOUT);
    assert.deepEqual(await nextTexts(other), ["foobar"]);
  });

  it("lets a socket close that only connected", async () => {
    const context = new Context();
    const push = new Push({ context });
    push.connect("inproc://nobody");
    await within(push.close(), "the close");
    await within(context.shutdown(), "the shutdown");
  });

  it("lets a context end while 20 sockets wait for a name to be bound", async () => {
    const context = new Context();
    for (let i = 0; i < 20; i++) {
      const router = new Router({ context });
      router.connect(`inproc://nobody ${i}`);
    }
    await within(context.shutdown(), "the shutdown");
  });

  it("lets a context end although messages wait for a name to be bound", async () => {
    const context = new Context();
    const open = new Push({ context });
    const closing = new Push({ context });
    for (const push of [open, closing]) {
      push.connect("inproc://nobody");
      await push.send("never");
    }
    const closed = closing.close();
    await within(context.shutdown(), "the shutdown");
    await within(closed, "the close");
    assert.equal(open.closed, true);
    assert.equal(open.stats.dropped, 1);
  });
});
