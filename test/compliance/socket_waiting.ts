// Sending and receiving: the ways to wait, not to wait, and to give up.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pair, Pull, Push, ZmqError } from "../../mod.ts";
import { text, texts } from "../kit/messages.ts";
import type { Scheme } from "../kit/places.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { pause, until, within } from "../kit/wait.ts";

/** A connected PUSH and PULL. */
async function pipeline(stage: Stage): Promise<{ push: Push; pull: Pull }> {
  const push = stage.make(Push);
  const pull = stage.make(Pull);
  await stage.join(pull, push);
  return { push, pull };
}

/** Waits until so many messages are queued for the application. */
async function queued(pull: Pull, count: number): Promise<void> {
  await until(
    () => pull.stats.queued.incoming === count,
    `${count} messages are queued`,
  );
}

/** Registers the tests. */
export function testWaiting(scheme: Scheme): void {
  describe("sending and receiving", () => {
    it("tryReceive() takes what is queued and never waits", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      assert.equal(pull.tryReceive(), undefined);
      await push.send(["a", "b"]);
      await queued(pull, 1);
      assert.deepEqual(texts(pull.tryReceive()!), ["a", "b"]);
      assert.equal(pull.tryReceive(), undefined);
    });

    it("trySend() sends now, or says false", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push);
      assert.equal(push.trySend("nobody"), false);
      const pull = stage.make(Pull);
      await stage.join(pull, push);
      assert.equal(push.trySend("somebody"), true);
      assert.deepEqual(await nextTexts(pull), ["somebody"]);
    });

    it("receiveMany() waits for one and takes all, at most max", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      const first = pull.receiveMany(10, TIMEOUT);
      await push.send("0");
      assert.deepEqual((await first).map(texts), [["0"]]);
      for (let i = 1; i <= 5; i++) await push.send(`${i}`);
      await queued(pull, 5);
      assert.deepEqual((await pull.receiveMany(3)).flatMap(texts), [
        "1",
        "2",
        "3",
      ]);
      assert.deepEqual((await pull.receiveMany()).flatMap(texts), ["4", "5"]);
      await assert.rejects(pull.receiveMany(1, { timeout: 0 }), {
        code: "EAGAIN",
      });
    });

    it("receiveFrom() says who sent the message", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      await push.send("hello");
      const { message, peer } = await pull.receiveFrom(TIMEOUT);
      assert.deepEqual(texts(message), ["hello"]);
      assert.equal(peer.socketType, "PUSH");
      assert.ok(peer.address.startsWith(`${scheme}://`), peer.address);
    });

    it("iteration gives every message and ends with the socket", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      for (let i = 0; i < 3; i++) await push.send(`${i}`);
      const heard: string[] = [];
      for await (const [frame] of pull) {
        heard.push(text(frame));
        if (heard.length === 3) setTimeout(() => void pull.close(), 5);
      }
      assert.deepEqual(heard, ["0", "1", "2"]);
    });

    it("readable gives every message and ends with the socket", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      const reader = pull.readable.getReader();
      await push.send(["a", "b"]);
      const first = await within(reader.read(), "a message");
      assert.deepEqual(texts(first.value!), ["a", "b"]);
      const last = reader.read();
      await pause(5);
      await pull.close();
      assert.deepEqual(await within(last, "the end"), {
        done: true,
        value: undefined,
      });
    });

    it("readable takes nothing before it is read", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      assert.ok(pull.readable instanceof ReadableStream);
      await push.send("mine");
      assert.deepEqual(await nextTexts(pull), ["mine"]);
    });

    it("writable sends every chunk as a message", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      const writer = push.writable.getWriter();
      await writer.write("a");
      await writer.write(["b", "c"]);
      assert.deepEqual(await nextTexts(pull), ["a"]);
      assert.deepEqual(await nextTexts(pull), ["b", "c"]);
    });

    it("receive() fails with EAGAIN after its timeout", async () => {
      await using stage = new Stage(scheme);
      const { pull } = await pipeline(stage);
      const started = performance.now();
      await assert.rejects(pull.receive({ timeout: 40 }), { code: "EAGAIN" });
      const took = performance.now() - started;
      assert.ok(took > 35 && took < 2000, `${took} ms`);
      await assert.rejects(pull.receive({ timeout: 0 }), { code: "EAGAIN" });
      pull.receiveTimeout = 5;
      await assert.rejects(pull.receive(), { code: "EAGAIN" });
    });

    it("send() fails with EAGAIN after its timeout, and sends nothing", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendTimeout: 5 });
      await assert.rejects(push.send("late"), { code: "EAGAIN" });
      await assert.rejects(push.send("later", { timeout: 10 }), {
        code: "EAGAIN",
      });
      await assert.rejects(push.send("now", { timeout: 0 }), {
        code: "EAGAIN",
      });
      const pull = stage.make(Pull);
      await stage.join(pull, push);
      await push.send("good", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["good"]);
      assert.equal(pull.tryReceive(), undefined);
    });

    it("receive() calls are served first come, first served", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      const waiting = Array.from({ length: 20 }, () => pull.receive(TIMEOUT));
      for (let i = 0; i < 20; i++) await push.send(`${i}`);
      const heard = (await Promise.all(waiting)).flatMap(texts);
      assert.deepEqual(heard, Array.from({ length: 20 }, (_, i) => `${i}`));
    });

    it("send() calls are served first come, first served", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push);
      const waiting = Array.from(
        { length: 20 },
        (_, i) => push.send(`${i}`, TIMEOUT),
      );
      const pull = stage.make(Pull);
      await stage.join(pull, push);
      await Promise.all(waiting);
      for (let i = 0; i < 20; i++) {
        assert.deepEqual(await nextTexts(pull), [`${i}`]);
      }
    });

    it("an aborted receive() fails with the reason and eats no message", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      const stop = new AbortController();
      const first = pull.receive(TIMEOUT);
      const second = pull.receive({ signal: stop.signal });
      const third = pull.receive(TIMEOUT);
      const reason = new Error("changed my mind");
      stop.abort(reason);
      await assert.rejects(second, (error) => error === reason);
      await push.send("1");
      await push.send("2");
      assert.deepEqual(texts(await first), ["1"]);
      assert.deepEqual(texts(await third), ["2"]);
    });

    it("a receive() aborted as the message comes loses nothing", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      let heard = 0;
      for (let i = 0; i < 50; i++) {
        const stop = new AbortController();
        const waiting = pull.receive({ signal: stop.signal });
        const sent = push.send(`${i}`);
        await pause(i % 3);
        stop.abort();
        await sent;
        try {
          assert.deepEqual(texts(await waiting), [`${heard}`]);
          heard++;
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
        }
      }
      for (; heard < 50; heard++) {
        assert.deepEqual(await nextTexts(pull), [`${heard}`]);
      }
    });

    it("calls with an aborted signal fail at once", async () => {
      await using stage = new Stage(scheme);
      const { push, pull } = await pipeline(stage);
      const signal = AbortSignal.abort();
      await assert.rejects(pull.receive({ signal }), { name: "AbortError" });
      await assert.rejects(push.send("no", { signal }), {
        name: "AbortError",
      });
      await push.send("yes");
      assert.deepEqual(await nextTexts(pull), ["yes"]);
    });

    it("an aborted send() sends nothing", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push);
      const stop = new AbortController();
      const first = push.send(["half", "sent"], { signal: stop.signal });
      const second = push.send("whole", TIMEOUT);
      stop.abort();
      await assert.rejects(first, { name: "AbortError" });
      const pull = stage.make(Pull);
      await stage.join(pull, push);
      await second;
      assert.deepEqual(await nextTexts(pull), ["whole"]);
    });

    it("close() fails what waits with EBADF, and all later calls", async () => {
      await using stage = new Stage(scheme);
      const pair = stage.make(Pair);
      const waiting = [pair.receive(), pair.receive(), pair.send("x")];
      for (const each of waiting) each.catch(() => {});
      await pair.close();
      assert.equal(pair.closed, true);
      for (const each of waiting) await rejects(each, "EBADF");
      await rejects(pair.receive(), "EBADF");
      await rejects(pair.send("x"), "EBADF");
      await rejects(pair.bind(stage.place()), "EBADF");
      await rejects(pair.unbind("inproc://x"), "EBADF");
      await rejects(pair.disconnect("inproc://x"), "EBADF");
      assert.throws(() => pair.connect("inproc://x"), { code: "EBADF" });
      assert.throws(() => pair.tryReceive(), { code: "EBADF" });
      assert.throws(() => pair.trySend("x"), { code: "EBADF" });
      await pair.close();
    });

    it("shutdown of the context fails what waits with ETERM", async () => {
      await using stage = new Stage(scheme);
      const pair = stage.make(Pair);
      const waiting = [pair.receive(), pair.send("x")];
      for (const each of waiting) each.catch(() => {});
      await within(stage.context.shutdown(), "the shutdown");
      for (const each of waiting) await rejects(each, "ETERM");
      await rejects(pair.receive(), "ETERM");
      assert.throws(() => stage.make(Pair), { code: "ETERM" });
    });
  });
}

async function rejects(
  promise: Promise<unknown>,
  code: string,
): Promise<void> {
  await assert.rejects(within(promise, `a failure with ${code}`), (error) => {
    assert.ok(error instanceof ZmqError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}
