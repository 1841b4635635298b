// R12 to R14: a link that is cut and mended, one that loses and reorders, and
// one that is slow; all at once, because most of it is waiting.
import { describe, it } from "node:test";
import { History } from "../kit/history.ts";
import { ADDRESSES, ImpairedLink } from "../kit/impaired.ts";
import type { TypeName } from "../kit/sockets.ts";
import { verdict } from "../kit/verdict.ts";
import { pause, until } from "../kit/wait.ts";
import { Player } from "./players.ts";

const MEBIOCTET = 1024 * 1024;

/** Heartbeats of R12: dead after three seconds of silence. */
const BEATING = {
  heartbeatInterval: 1000,
  heartbeatTimeout: 3000,
  heartbeatTimeToLive: 3000,
} as const;

/** A PUSH and a PULL at the ends of a bad link. */
class Pair implements AsyncDisposable {
  readonly history = new History();
  readonly link: ImpairedLink;
  readonly sink: Player;
  readonly source: Player;
  pull = "";
  push = "";

  constructor(link: ImpairedLink) {
    this.link = link;
    const [near, far] = link.launchers;
    this.sink = new Player(this.history, 0, { launcher: near });
    this.source = new Player(this.history, 1, { launcher: far });
  }

  /** Connects them and waits until they are. */
  async start(
    options: object,
    types: readonly TypeName[],
    sourceOptions: object = options,
  ): Promise<void> {
    const { name, endpoint } = await this.sink.bound(
      types[0]!,
      `tcp://${ADDRESSES[0]}:*`,
      options,
    );
    this.pull = name;
    await this.sink.ask("watch", name);
    this.push = await this.source.open(types[1]!, {
      ...sourceOptions,
      connectTimeout: 500,
      reconnectMaxInterval: 0,
    });
    await this.source.ask("watch", this.push);
    await this.source.ask("connect", this.push, endpoint);
    await this.peers(1, 30_000);
  }

  /** Waits until the bound side has so many peers; says how long it took. */
  async peers(count: number, limit: number): Promise<number> {
    const start = performance.now();
    while (await this.sink.ask<number>("peers", this.pull) !== count) {
      if (performance.now() - start > limit) return Infinity;
      await pause(10);
    }
    return performance.now() - start;
  }

  /** How often a connection was lost, by either side. */
  async losses(): Promise<number> {
    const events = await Promise.all([
      this.sink.ask<[string, number][]>("events", this.pull),
      this.source.ask<[string, number][]>("events", this.push),
    ]);
    return events.flat().filter(([name]) => name === "disconnect").length;
  }

  /** Stops sending; waits until what was sent is there, if it ever is. */
  async drain(): Promise<void> {
    await this.source.ask("stop");
    for (let i = 0, missing = -1; i < 60; i++) {
      const left = [...this.history.missing()].length;
      if (left === 0) return;
      if (left !== missing) i = 0;
      missing = left;
      await pause(500);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.sink.kill(), this.source.kill()]);
    await this.link[Symbol.asyncDispose]();
  }
}

const PIPELINE = ["PULL", "PUSH"] as const;

/** R12 with heartbeats. */
async function partition(seconds: number): Promise<void> {
  await using pair = new Pair(await ImpairedLink.open("--delay", "1"));
  await pair.start(BEATING, PIPELINE);
  await pair.sink.ask("drain", pair.pull);
  const stream = { sender: 1, burst: 2, every: 100, frames: [100] };
  await pair.source.pour(pair.push, stream);
  await pause(1500);
  pair.link.down();
  const start = performance.now();
  const gone = await pair.peers(0, 10_000);
  await pause(Math.max(0, seconds * 1000 - (performance.now() - start)));
  pair.link.up();
  const back = await pair.peers(1, 10_000);
  await pause(1000);
  await pair.drain();
  const judged = pair.history.verdict();
  verdict("R12", {
    of: `${seconds} s with heartbeats`,
    figure: `gone after ${(gone / 1000).toFixed(2)} s, back after ${
      (back / 1000).toFixed(2)
    } s; ${judged.line.split(";")[0]}`,
    target: "4 s, 1 s; only loss",
    ok: gone <= 4000 && back <= 1000 && judged.clean,
  });
}

/** R12 without heartbeats: TCP bears it. */
async function silence(seconds: number): Promise<void> {
  await using pair = new Pair(await ImpairedLink.open("--delay", "1"));
  await pair.start({}, PIPELINE);
  await pair.sink.ask("drain", pair.pull);
  const stream = { sender: 1, burst: 2, every: 100, frames: [100] };
  await pair.source.pour(pair.push, stream);
  await pause(1500);
  pair.link.down();
  await pause(seconds * 1000);
  pair.link.up();
  const received = pair.history.verdict().received;
  const start = performance.now();
  await until(
    () => pair.history.verdict().received > received,
    "messages come again",
    2000 * seconds,
  );
  const resumed = performance.now() - start;
  await pair.drain();
  const judged = pair.history.verdict();
  verdict("R12", {
    of: `${seconds} s without heartbeats`,
    figure: `goes on after ${(resumed / 1000).toFixed(2)} s; ${
      judged.line.split(";")[0]
    }`,
    target: `${seconds} s; nothing lost`,
    ok: resumed <= seconds * 1000 && judged.clean && judged.lost === 0,
  });
}

/** R13: 30 seconds of a bad network. */
async function badNetwork(): Promise<void> {
  const options =
    "--delay 100 --jitter 50 --loss 5 --reorder 10 --dup 1 --rate 1000000";
  await using pair = new Pair(await ImpairedLink.open(...options.split(" ")));
  const beats = { heartbeatInterval: 1000, heartbeatTimeout: 5000 };
  await pair.start({
    ...beats,
  }, PIPELINE);
  await pair.sink.ask("drain", pair.pull);
  const stream = { sender: 1, burst: 5, every: 50, frames: [50, 100] };
  await pair.source.pour(pair.push, stream);
  await pause(30_000);
  await pair.drain();
  const judged = pair.history.verdict();
  const losses = await pair.losses();
  verdict("R13", {
    figure: `${judged.line.split(";")[0]}; ${losses} connections`,
    target: "nothing lost, twice, out of order; no connection lost",
    ok: judged.clean && judged.lost === 0 && losses === 0 &&
      judged.received > 500,
  });
}

/** Who has heartbeats while a long message is on its way. */
type Beating = "both sides" | "its receiver" | "its sender";

/**
 * R14: a message that takes half a minute, with heartbeats each second. The
 * bound side sends: Bun, when it connects, does not know what has left.
 */
async function slowMessage(beating: Beating): Promise<void> {
  await using pair = new Pair(
    // A queue as long as those of routers; a longer one hides the peer.
    await ImpairedLink.open(
      ..."--delay 20 --rate 1000000 --queue 20".split(" "),
    ),
  );
  const beats = {
    heartbeatInterval: 1000,
    heartbeatTimeout: 2000,
    heartbeatTimeToLive: 2000,
  };
  await pair.start(
    beating === "its receiver" ? {} : beats,
    ["PAIR", "PAIR"],
    beating === "its sender" ? {} : beats,
  );
  const start = performance.now();
  await pair.sink.ask("sendLarge", pair.pull, 4 * MEBIOCTET);
  let size = -1;
  while (size < 0 && performance.now() - start < 90_000) {
    size = await pair.source.ask<number>("tryReceiveSize", pair.push);
    await pause(50);
  }
  const seconds = (performance.now() - start) / 1000;
  const losses = await pair.losses();
  verdict("R14", {
    of: `4 MiB over 1 Mbit/s, heartbeats of 1 s of ${beating}`,
    figure: `${size} octets after ${seconds.toFixed(0)} s, ${losses} ` +
      "false deaths",
    target: `${4 * MEBIOCTET}, 0`,
    ok: size === 4 * MEBIOCTET && losses === 0 && seconds > 20,
  });
}

describe("links", () => {
  it("that are cut, bad or slow lose nothing that they need not", async () => {
    const runs = await Promise.allSettled([
      partition(5),
      partition(30),
      silence(5),
      silence(20),
      badNetwork(),
      slowMessage("both sides"),
      slowMessage("its receiver"),
      slowMessage("its sender"),
    ]);
    for (const run of runs) {
      if (run.status === "rejected") throw run.reason;
    }
  });
});
