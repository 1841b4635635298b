// R10: a process with sockets of many kinds whose peers are killed at random,
// for some minutes, or as many as SOAK_MINUTES says. Two hours show more, but a
// leak of each connection or message is seen in minutes.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { History } from "../kit/history.ts";
import { runtimeName } from "../kit/runtime.ts";
import { mebioctets, verdict } from "../kit/verdict.ts";
import { pause } from "../kit/wait.ts";
import { Player } from "./players.ts";

/** Minutes on one runtime; the others, which run the same engine, get less. */
const MINUTES = Number(
  process.env.SOAK_MINUTES ?? (runtimeName === "node" ? 4 : 2),
);

/** Milliseconds between two samples. */
const EVERY = 2500;

/** Milliseconds in which all that grows once has grown: compilers, pools. */
const WARM_UP = 60_000;

/** Octets an hour. */
const SLOPE = 1024 * 1024;

/**
 * Octets in all that compilers may still add after that: in a run of minutes
 * the slope they leave is far above that of an hour.
 */
const NOISE = 1024 * 1024;

const EAGER = { reconnectInterval: 20, reconnectMaxInterval: 200 } as const;

/** The sockets of the process that is watched, by what its peers are. */
const ENDS = [
  ["PULL", "drain", "PUSH"],
  ["ROUTER", "echo", "DEALER"],
  ["PUB", "clockwork", "SUB"],
  ["REP", "echo", "REQ"],
] as const;

type Endpoints = Readonly<Record<string, string>>;

/** A peer with a socket of each kind. */
async function peer(
  history: History,
  endpoints: Endpoints,
  sender: number,
): Promise<Player> {
  const player = new Player(history, 1);
  for (const [kind, , type] of ENDS) {
    const name = await player.open(type, EAGER);
    if (type === "SUB") await player.ask("subscribe", name, "");
    await player.ask("connect", name, endpoints[kind]);
    if (type === "REQ") await player.ask("asking", name, 20);
    else if (type === "SUB") await player.ask("discard", name);
    else {
      if (type === "DEALER") await player.ask("discard", name);
      const stream = { burst: 10, every: 50, frames: [0, 200, 3000] };
      const id = 2 * sender + (type === "PUSH" ? 0 : 1);
      await player.pour(name, { sender: id, ...stream });
    }
  }
  return player;
}

/** A line through points, and how sure its slope is (two standard errors). */
function fit(
  points: readonly (readonly [x: number, y: number])[],
): { readonly slope: number; readonly doubt: number } {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [0, 1].map((i) => mean(points.map((point) => point[i]!)));
  const xx = mean(points.map(([x]) => (x - mx!) ** 2));
  const xy = mean(points.map(([x, y]) => (x - mx!) * (y - my!)));
  const slope = xy / xx;
  const rest = mean(
    points.map(([x, y]) => (y - my! - slope * (x - mx!)) ** 2),
  );
  return { slope, doubt: 2 * Math.sqrt(rest / xx / (points.length - 2)) };
}

interface Sample {
  readonly time: number;
  readonly alive: number;
  readonly resident: number;
  readonly descriptors: number;
}

describe("a process that runs for minutes", () => {
  it("keeps its size while its peers are killed", async () => {
    const history = new History();
    const watched = new Player(history, 0);
    const peers: Player[] = [];
    const samples: Sample[] = [];
    let kills = 0;
    try {
      const endpoints: Record<string, string> = {};
      for (const [kind, act] of ENDS) {
        const { name, endpoint } = await watched.bound(
          kind,
          "tcp://127.0.0.1:*",
        );
        endpoints[kind] = endpoint;
        if (act === "clockwork") await watched.ask(act, name, 500, 10, 50);
        else await watched.ask(act, name);
      }
      for (let i = 0; i < 4; i++) {
        peers.push(await peer(history, endpoints, i));
      }
      const start = performance.now();
      while (performance.now() - start < MINUTES * 60_000) {
        const victim = Math.floor(Math.random() * peers.length);
        await peers[victim]!.kill();
        peers[victim] = await peer(history, endpoints, 4 + kills++);
        await pause(EVERY);
        samples.push({
          time: (performance.now() - start) / 3_600_000,
          alive: await watched.ask<number>("memory"),
          resident: await watched.ask<number>("rss"),
          descriptors: readdirSync(`/proc/${watched.child.pid}/fd`).length,
        });
      }
    } finally {
      await Promise.all([watched, ...peers].map((each) => each.kill()));
    }
    const early = Math.max(WARM_UP / 3_600_000, MINUTES / 60 / 5);
    const late = samples.filter(({ time }) => time > early);
    const alive = fit(late.map(({ time, alive }) => [time, alive]));
    const resident = fit(late.map(({ time, resident }) => [time, resident]));
    const growth = alive.slope * (late.at(-1)!.time - late[0]!.time);
    const perHour = ({ slope, doubt }: typeof alive) =>
      `${mebioctets(slope)} ± ${mebioctets(doubt)} an hour`;
    const judged = history.verdict();
    const counts = late.map(({ descriptors }) => descriptors);
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    assert.ok(late.length >= 10, "too few samples");
    verdict("R10", {
      of: `memory, ${MINUTES} minutes, ${kills} kills`,
      figure: `alive ${perHour(alive)}, ${
        (growth / 1024).toFixed(0)
      } KiB in all; resident ${perHour(resident)}`,
      target: `alive not surely above ${mebioctets(SLOPE)}, or at most ${
        NOISE / 1024
      } KiB in all`,
      ok: alive.slope - alive.doubt <= SLOPE || growth <= NOISE,
    });
    verdict("R10", {
      of: "descriptors",
      figure: `${least} to ${most}`,
      target: "constant, 4 more at most",
      ok: most - least <= 4,
    });
    verdict("R10", {
      of: "history",
      figure: judged.line.split(";")[0]!,
      target: "only loss, of those that were killed",
      ok: judged.clean && judged.received > 1000,
    });
  });
});
