// thorough
// R8: clients whose server is away, or throws them out, do not come all the
// time and not all at once.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { describe, it } from "node:test";
import { Dealer, Router } from "../../mod.ts";
import { verdict } from "../kit/verdict.ts";
import { pause, until } from "../kit/wait.ts";

const CLIENTS = 1000;

/** Milliseconds that the server is away. */
const AWAY = 10_000;

/** Attempts a second, of all clients. */
const MOST = 1000;

/** How often that is counted: the machine may be busy with something else. */
const TRIES = 3;

/** A server that throws everybody out, and keeps the times. */
async function unfriendly(): Promise<
  { readonly server: Server; readonly endpoint: string; times: number[] }
> {
  const times: number[] = [];
  const server = createServer((socket) => {
    times.push(performance.now());
    socket.on("error", () => {});
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  return { server, endpoint: `tcp://127.0.0.1:${port}`, times };
}

describe("a client", () => {
  it("that is thrown out 12 times leaves time between its attempts", async () => {
    const { server, endpoint, times } = await unfriendly();
    await using dealer = new Dealer({
      linger: 0,
      reconnectInterval: 20,
      reconnectMaxInterval: 0,
    });
    dealer.connect(endpoint);
    await until(() => times.length >= 12, "it came 12 times");
    server.close();
    const gaps = times.slice(1, 12).map((time, i) => time - times[i]!);
    const least = Math.min(...gaps);
    const spread = Math.max(...gaps) - least;
    verdict("R8", {
      of: "12 times thrown out",
      figure: `${least.toFixed(0)} ms apart at least, ${
        spread.toFixed(0)
      } ms more at most`,
      // A timer may be a millisecond early; an accept late by some.
      target: "about 20 ms, and not always as long",
      ok: least >= 15 && spread >= 2,
    });
  });
});

/** Whether an attempt waited twice as long as the one before it had to. */
function isLateEnough(time: number, i: number, all: number[]): boolean {
  if (i === 0) return true;
  const wait = Math.min(2500, 100 * 2 ** (i - 1));
  return time - all[i - 1]! >= wait - 5;
}

/** What came of one absence of a server. */
interface Storm {
  /** Attempts a second: all in all, late in the absence, and at its end. */
  readonly rate: number;
  readonly last: number;
  readonly most: number;
  /** Clients that came sooner than they may. */
  readonly soon: number;
}

/** Lets very many clients wait for a server, and come back. */
async function storm(): Promise<Storm> {
  const gone = new Router();
  const endpoint = await gone.bind("tcp://127.0.0.1:*");
  await gone.close();
  const attempts: number[][] = [];
  const dealers = Array.from({ length: CLIENTS }, () => {
    const dealer = new Dealer({ linger: 0 });
    const own: number[] = [];
    attempts.push(own);
    dealer.events.addEventListener("connect:delay", () => {
      own.push(performance.now());
    });
    return dealer;
  });
  const start = performance.now();
  for (const dealer of dealers) dealer.connect(endpoint);
  await pause(AWAY);
  const end = start + AWAY;
  const times = attempts.flat();
  const between = (from: number, to: number) =>
    times.filter((time) => time >= start + from && time < start + to).length;
  await using router = new Router({
    maxPendingHandshakes: -1,
    backlog: 4096,
  });
  assert.equal(await router.bind(endpoint), endpoint);
  await until(
    () => router.peers.length === CLIENTS,
    "all of them are back",
    2 * AWAY,
  );
  const returns = attempts.map((own) => own.at(-1)! - end);
  const steps = [...Array(20).keys()].map((i) =>
    returns.filter((time) => time >= i * 250 && time < (i + 1) * 250).length
  );
  await Promise.all(dealers.map((dealer) => dealer.close()));
  return {
    rate: between(0, AWAY) / (AWAY / 1000),
    last: between(AWAY / 2, AWAY) / (AWAY / 2000),
    most: Math.max(...steps) * 4,
    soon: attempts.filter((own) => !own.every(isLateEnough)).length,
  };
}

describe(`${CLIENTS} clients whose server is away for ${AWAY} ms`, () => {
  it("come less and less often, and all of them come back", async () => {
    const isCalm = ({ rate, last, most }: Storm) =>
      Math.max(rate, last, most) <= MOST;
    let found = await storm();
    // Who stood still for a while does at once what was to be done meanwhile.
    for (let i = 1; i < TRIES && !isCalm(found); i++) {
      const { soon } = found;
      found = await storm();
      found = { ...found, soon: found.soon + soon };
    }
    const { rate, last, most, soon } = found;
    verdict("R8", {
      of: `${CLIENTS} clients`,
      figure: `${rate.toFixed(0)} attempts a second, ${
        last.toFixed(0)
      } in the second half, ${soon} clients too soon, back ${most} a second`,
      target: `at most ${MOST}, ${MOST}, 0, ${MOST}`,
      ok: isCalm(found) && soon === 0,
    });
  });
});
