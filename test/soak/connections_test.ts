// runtimes: node
// R9: ten thousand connections of one process. `npm run bench -- --scale`
// measures the same beside libzmq.
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { connections } from "../../bench/scale/scenarios.ts";
import { Context, Dealer, Router } from "../../mod.ts";
import { verdict } from "../kit/verdict.ts";
import { until } from "../kit/wait.ts";
import { ROOT } from "../structure/project.ts";

const COUNT = 10_000;

/** Connections that are looked at for timers. */
const IDLE = 200;

const SUBJECT = [
  process.execPath,
  join(ROOT, ".out/bench/scale/isomq_subject.js"),
];

describe(`${COUNT} connections`, () => {
  it("cost little memory and are served soon", async () => {
    const { memory, ramp, p99 } = await connections(SUBJECT, {
      connections: COUNT,
      subscribers: 0,
      messages: 0,
      topics: 0,
    });
    verdict("R9", {
      of: `${COUNT} connections`,
      figure: `${memory!.toFixed(1)} KiB each, ${
        Math.round(ramp!)
      } made a second, 99 of 100 echoes within ${p99!.toFixed(1)} ms`,
      target: "at most 20 KiB, at least 1000, at most 100 ms",
      ok: memory! <= 20 && ramp! >= 1000 && p99! <= 100,
    });
  });

  it("have no timer each", async () => {
    await using context = new Context();
    const router = new Router({ context, maxPendingHandshakes: -1 });
    const endpoint = await router.bind("tcp://127.0.0.1:*");
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === "Timeout")
        .length;
    const before = timers();
    for (let i = 0; i < IDLE; i++) new Dealer({ context }).connect(endpoint);
    await until(() => router.peers.length === IDLE, "all are connected");
    const count = timers() - before;
    verdict("R9", {
      of: `timers of ${2 * IDLE} idle ends`,
      figure: `${count}`,
      target: "none, some for all",
      ok: count <= 2,
    });
  });
});
