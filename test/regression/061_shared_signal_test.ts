// More than ten calls that shared a signal, and a `poll()` of more than ten
// sockets, had Node warn of a leak of listeners.
import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { poll, Pull, Push, Request } from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { pause } from "../kit/wait.ts";

const MANY = 30;

/** A signal that counts who listens to it. */
function counted(): { stop: AbortController; listeners: () => number } {
  const stop = new AbortController();
  const { signal } = stop;
  let listeners = 0;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  Object.defineProperty(signal, "addEventListener", {
    value: (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    },
  });
  Object.defineProperty(signal, "removeEventListener", {
    value: (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    },
  });
  return { stop, listeners: () => listeners };
}

/** What the runtime warns of meanwhile. */
async function warnings(body: () => Promise<void>): Promise<string[]> {
  const found: string[] = [];
  const warn = ({ name }: Error): void => void found.push(name);
  process.on("warning", warn);
  await body();
  await pause();
  process.off("warning", warn);
  return found;
}

function pulls(bag: Bag): Promise<Pull[]> {
  return Promise.all(Array.from({ length: MANY }, async (_, i) => {
    const pull = bag.keep(new Pull());
    await pull.bind(`inproc://061_${i}`);
    return pull;
  }));
}

describe("a signal", () => {
  it("that many calls share has one listener, and none afterwards", async () => {
    await using bag = new Bag();
    const all = await pulls(bag);
    const push = bag.keep(new Push());
    push.connect("inproc://061_0");
    const { stop, listeners } = counted();
    const { signal } = stop;
    assert.deepEqual(
      await warnings(async () => {
        const calls = all.map((pull) => pull.receive({ signal }));
        const polling = poll(all, { signal });
        const asking = bag.keep(new Request()).request("x", { signal });
        const rest = [...calls.slice(1), polling, asking];
        assert.equal(listeners(), 1);
        await push.send("x");
        await calls[0];
        assert.equal(listeners(), 1);
        const reason = new Error("enough");
        const given = rest.map((call) => assert.rejects(call, reason));
        stop.abort(reason);
        await Promise.all(given);
        assert.equal(listeners(), 0);
      }),
      [],
    );
  });

  it("has no listener when all calls were served or late", async () => {
    await using bag = new Bag();
    const pull = bag.keep(new Pull());
    const push = bag.keep(new Push());
    push.connect(await pull.bind("inproc://061"));
    const { stop, listeners } = counted();
    const options = { signal: stop.signal, timeout: 5 };
    for (let round = 0; round < 2; round++) {
      const served = pull.receive(options);
      const late = pull.receive(options);
      await push.send("x");
      await served;
      assert.equal(listeners(), 1);
      await assert.rejects(late, { code: "EAGAIN" });
      assert.equal(listeners(), 0);
    }
  });
});

it("poll() of many sockets listens to nothing", async () => {
  await using bag = new Bag();
  const all = await pulls(bag);
  assert.deepEqual(
    await warnings(async () => {
      await assert.rejects(poll(all, { timeout: 5 }), { code: "EAGAIN" });
      const push = bag.keep(new Push());
      push.connect("inproc://061_29");
      const call = poll(all);
      await push.send("x");
      assert.equal((await call).socket, all[29]);
    }),
    [],
  );
});
