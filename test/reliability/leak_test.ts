// thorough
// What is opened and closed a thousand times leaves nothing behind: no
// descriptor, no timer, no memory.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { after, describe, it } from "node:test";
import {
  Context,
  curveKeyPair,
  Dealer,
  Pull,
  Push,
  Request,
  Router,
  Subscriber,
  XPublisher,
} from "../../mod.ts";
import { Places } from "../kit/places.ts";
import { PATIENCE, until } from "../kit/wait.ts";

const CYCLES = 1000;

/** Cycles with keys, which take many milliseconds each. */
const KEYED_CYCLES = 200;

/** Octets that the process may grow in a round of cycles. */
const GROWTH = 16 * 1024 * 1024;

/**
 * How many rounds there may be until one of them does not grow: the garbage
 * collector lets a first round or two pile up, a leak grows in each.
 */
const ROUNDS = 5;

const DESCRIPTORS = "/proc/self/fd";

/** Descriptors that a runtime may open for itself meanwhile. */
const FEW = 4;

const TIMEOUT = { timeout: PATIENCE } as const;

/** What the process holds open now; Bun knows of no resources. */
function held(): { readonly descriptors: number; readonly timers: number } {
  const resources = process.getActiveResourcesInfo();
  return {
    descriptors: existsSync(DESCRIPTORS) ? readdirSync(DESCRIPTORS).length : 0,
    timers: resources.filter((name) => name === "Timeout").length,
  };
}

/**
 * Does it a thousand times, and compares what is held and used. A fifth of
 * that comes before: then everything that grows once has grown.
 */
async function assertNoLeak(
  cycle: () => Promise<void>,
  cycles: number = CYCLES,
): Promise<void> {
  for (let i = 0; i < cycles / 5; i++) await cycle();
  const before = held();
  const growths: number[] = [];
  do {
    const { rss } = process.memoryUsage();
    for (let i = 0; i < cycles; i++) await cycle();
    growths.push(process.memoryUsage().rss - rss);
  } while (growths.at(-1)! >= GROWTH && growths.length < ROUNDS);
  // A peer's descriptor and its timers go when the system has told it so.
  await until(
    () => held().descriptors <= before.descriptors + FEW,
    `${before.descriptors} descriptors are left of ${held().descriptors}`,
  );
  await until(
    () => held().timers <= before.timers,
    `${before.timers} timers are left of ${held().timers}`,
  );
  assert.ok(
    growths.at(-1)! < GROWTH,
    `the process grew in every round: ${growths.join(", ")} octets`,
  );
}

describe("after many cycles nothing is left of", () => {
  const places = new Places();
  const context = new Context();

  after(async () => {
    await context.shutdown();
    places.remove();
  });

  for (const scheme of ["tcp", "ipc", "inproc"] as const) {
    it(`connections over ${scheme}`, async () => {
      const pull = new Pull({ context });
      const endpoint = await pull.bind(places.fresh(scheme));
      await assertNoLeak(async () => {
        const push = new Push({ context });
        push.connect(endpoint);
        await push.send("x", TIMEOUT);
        await pull.receive(TIMEOUT);
        await push.close();
      });
      await until(() => pull.peers.length === 0, "no peer is left");
      await pull.close();
    });

    it(`bound endpoints over ${scheme}`, async () => {
      const pull = new Pull({ context });
      await assertNoLeak(async () => {
        const endpoint = await pull.bind(places.fresh(scheme));
        await pull.unbind(endpoint);
      });
      await pull.close();
    });
  }

  it("sockets that connect to nobody", async () => {
    await assertNoLeak(async () => {
      const dealer = new Dealer({ context, reconnectInterval: 1 });
      dealer.connect("tcp://127.0.0.1:9");
      await dealer.send("never");
      await dealer.close({ linger: 0 });
    });
  });

  it("calls that wait and are given up", async () => {
    const router = new Router({ context });
    await assertNoLeak(async () => {
      const stop = new AbortController();
      const waiting = router.receive({ signal: stop.signal, timeout: 60_000 });
      stop.abort();
      await assert.rejects(waiting, { name: "AbortError" });
      await assert.rejects(router.receive({ timeout: 0 }), { code: "EAGAIN" });
    });
    await router.close();
  });

  it("subscribers and their subscriptions", async () => {
    const publisher = new XPublisher({ context });
    const endpoint = await publisher.bind(places.fresh("tcp"));
    await assertNoLeak(async () => {
      const subscriber = new Subscriber({ context });
      subscriber.subscribe("topic");
      subscriber.connect(endpoint);
      await publisher.receive(TIMEOUT);
      await publisher.send("topic");
      await subscriber.receive(TIMEOUT);
      await subscriber.close();
      await publisher.receive(TIMEOUT);
    });
    assert.equal(publisher.topicsCount, 0);
    await publisher.close();
  });

  it("contexts", async () => {
    await assertNoLeak(async () => {
      const own = new Context();
      const pull = new Pull({ context: own });
      const push = new Push({ context: own });
      push.connect(await pull.bind("inproc://cycle"));
      await push.send("x", TIMEOUT);
      await own.shutdown();
    });
  });

  for (const mechanism of ["PLAIN", "CURVE"] as const) {
    it(`connections with ${mechanism}`, async () => {
      const { publicKey, secretKey } = curveKeyPair();
      const own = new Context({ authenticate: () => true });
      const isCurve = mechanism === "CURVE";
      const pull = new Pull({
        context: own,
        ...isCurve
          ? { curveServer: true, curveSecretKey: secretKey }
          : { plainServer: true },
      });
      const endpoint = await pull.bind(places.fresh("ipc"));
      await assertNoLeak(async () => {
        const push = new Push({
          context: own,
          ...isCurve
            ? {
              curveServerKey: publicKey,
              curvePublicKey: publicKey,
              curveSecretKey: secretKey,
            }
            : { plainUsername: "u", plainPassword: "p" },
        });
        push.connect(endpoint);
        await push.send("x", TIMEOUT);
        await pull.receive(TIMEOUT);
        await push.close();
      }, isCurve ? KEYED_CYCLES : CYCLES);
      await own.shutdown();
    });
  }

  it("requests that time out", async () => {
    const router = new Router({ context });
    const endpoint = await router.bind(places.fresh("tcp"));
    const request = new Request({ context });
    request.connect(endpoint);
    await until(() => router.peers.length === 1, "they are connected");
    await assertNoLeak(async () => {
      await assert.rejects(request.request("x", { timeout: 0 }));
    });
    await request.close({ linger: 0 });
    await router.close();
  });
});
