// What libzmq asserts of PUSH and PULL: turns, fairness, what is queued when
// peers come and go, and that a message arrives whole or not at all.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gather, Pull, Push, Scatter } from "../../mod.ts";
import { nothing } from "../kit/bounce.ts";
import { MEBIOCTET, noise, text } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

const SERVICES = 5;

for (const scheme of ["tcp", "ipc", "inproc"] as const) {
  describe(`PUSH and PULL over ${scheme}`, () => {
    it("PUSH sends to each of five peers in turn, twice", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push);
      const pulls = Array.from({ length: SERVICES }, () => stage.make(Pull));
      await stage.join(push, ...pulls);
      await until(() => push.peers.length === SERVICES, "all are there");
      for (const round of ["ABC", "DEF"]) {
        for (let i = 0; i < SERVICES; i++) await push.send(round, TIMEOUT);
      }
      for (const pull of pulls) {
        assert.deepEqual(await nextTexts(pull), ["ABC"]);
        assert.deepEqual(await nextTexts(pull), ["DEF"]);
        assert.equal(pull.tryReceive(), undefined);
      }
    });

    it("PULL takes one message of each peer before a second one", async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull);
      const pushes = Array.from({ length: SERVICES }, () => stage.make(Push));
      await stage.join(pull, ...pushes);
      for (const [i, push] of pushes.entries()) {
        await push.send(`first ${i}`, TIMEOUT);
        await push.send(`second ${i}`, TIMEOUT);
      }
      await until(
        () => pull.stats.queued.incoming === 2 * SERVICES,
        "all has arrived",
      );
      for (const round of ["first", "second"]) {
        const found = new Set<string>();
        for (let i = 0; i < SERVICES; i++) {
          found.add((await nextTexts(pull))[0]!);
        }
        const expected = pushes.map((_, i) => `${round} ${i}`);
        assert.deepEqual([...found].sort(), expected);
      }
    });

    it("PUSH without a peer says no at once, and EAGAIN after its timeout", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendTimeout: 50 });
      assert.equal(push.trySend(""), false);
      const started = performance.now();
      await assert.rejects(push.send(""), { code: "EAGAIN" });
      assert.ok(performance.now() - started >= 45);
    });

    it("disconnect() ends the queue: nothing is sent, nor comes again", async () => {
      // Over inproc one queue holds for both sides.
      const mostQueued = scheme === "inproc" ? 2 : 1;
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendHighWaterMark: 1 });
      const pull = stage.make(Pull, { receiveHighWaterMark: 1 });
      const endpoint = await stage.join(push, pull);
      await push.send("ABC", TIMEOUT);
      await push.send("DEF", TIMEOUT);
      await until(
        () => pull.stats.queued.incoming === mostQueued,
        "the queue of the receiver is full",
      );
      await pull.disconnect(endpoint);
      await until(() => push.peers.length === 0, "the peer is gone");
      assert.equal(push.trySend("nobody"), false);
      // Unlike in libzmq, what has arrived can be read; it is not sent anew.
      const left: string[] = [];
      for (let message; (message = pull.tryReceive()) !== undefined;) {
        left.push(...message.map(text));
      }
      assert.deepEqual(left, ["ABC", "DEF"].slice(0, mostQueued));
      pull.connect(endpoint);
      await push.send("GHI", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["GHI"]);
      await nothing(pull);
    });

    it("a message of several frames arrives whole or not at all", async () => {
      await using stage = new Stage(scheme);
      const push = stage.make(Push, { sendHighWaterMark: 1, linger: 0 });
      const pull = stage.make(Pull, { receiveHighWaterMark: 1, linger: 0 });
      const endpoint = await stage.join(push, pull);
      const large = noise(16 * MEBIOCTET, 1);
      await push.send(["0", "0", large], TIMEOUT);
      assert.equal((await pull.receive(TIMEOUT))[2]!.length, large.length);
      await push.send("1", TIMEOUT);
      await push.send(["2", "2", large], TIMEOUT);
      // In the middle of it, the peer goes; and comes back.
      await pull.disconnect(endpoint);
      while (pull.tryReceive() !== undefined);
      pull.connect(endpoint);
      await push.send(["3", "3", large, "3b"], TIMEOUT);
      const sent = push.send(["5", "5", large], TIMEOUT);
      const numbers: string[] = [];
      while (numbers.at(-1) !== "5") {
        const message = await pull.receive(TIMEOUT);
        const number = text(message[0]);
        assert.equal(message.length, number === "3" ? 4 : 3, number);
        assert.equal(text(message[1]), number);
        assert.equal(message[2]!.length, large.length);
        numbers.push(number);
      }
      await sent;
      // No message came twice or out of order.
      assert.deepEqual(numbers, [...new Set(numbers)].sort());
    });

    it("unbind() and disconnect() leave nobody to send to", async () => {
      await using stage = new Stage(scheme);
      for (const unbinds of [true, false]) {
        const push = stage.make(Push);
        const pull = stage.make(Pull, { reconnectInterval: -1 });
        const pair = unbinds ? [push, pull] : [pull, push];
        const endpoint = await stage.join(pair[0]!, pair[1]!);
        await push.send("ABC", TIMEOUT);
        assert.deepEqual(await nextTexts(pull), ["ABC"]);
        if (unbinds) await push.unbind(endpoint);
        else await push.disconnect(endpoint);
        assert.equal(push.trySend("nobody"), false);
        await Promise.all([push.close(), pull.close()]);
      }
    });

    it("SCATTER sends to each GATHER in turn", async () => {
      await using stage = new Stage(scheme);
      const scatter = stage.make(Scatter);
      const gathers = [stage.make(Gather), stage.make(Gather)];
      await stage.join(scatter, ...gathers);
      await until(() => scatter.peers.length === 2, "both are there");
      await scatter.send("1", TIMEOUT);
      await scatter.send("2", TIMEOUT);
      const found = [];
      for (const gather of gathers) found.push(...await nextTexts(gather));
      assert.deepEqual(found.sort(), ["1", "2"]);
      await assert.rejects(scatter.send(["X", "Y"]), { code: "EINVAL" });
    });
  });
}
