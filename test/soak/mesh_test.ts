// R11: a mesh of twenty processes in which random ones are killed with
// `kill -9`, five hundred times, and started again.
import { describe, it } from "node:test";
import type { SocketStats } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { runtimeName } from "../kit/runtime.ts";
import { sequence } from "../kit/numbers.ts";
import { mebioctets, verdict } from "../kit/verdict.ts";
import { pause } from "../kit/wait.ts";
import { Player } from "./players.ts";

const PROCESSES = 20;

/** These two are never killed: between them nothing may be missing. */
const IMMORTALS = 2;

/** Kills: all of them on one runtime, on the others fewer. */
const KILLS = runtimeName === "node" ? 500 : 100;

/** How many are killed before the memory of those that live is measured. */
const WARM_UP = 50;

/** Octets that one that lives may grow: of seventy connections it is ended. */
const GROWTH = 4 * 1024 * 1024;

/** What of each sender's stream is sent at once, and how often. */
const STREAM = { burst: 5, every: 1000, frames: [0, 300] } as const;

const EAGER = {
  reconnectInterval: 20,
  reconnectMaxInterval: 200,
  sendHighWaterMark: 100,
} as const;

/** A process of the mesh: a ROUTER, and a DEALER to each of the others. */
class Member {
  readonly index: number;
  readonly #history: History;
  #player: Player | undefined;
  #endpoint = "tcp://127.0.0.1:*";
  #router = "";

  constructor(history: History, index: number) {
    this.#history = history;
    this.index = index;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  get player(): Player {
    return this.#player!;
  }

  /** Starts a process that is bound where the one before it was. */
  async start(): Promise<void> {
    const player = new Player(this.#history, this.index);
    this.#player = player;
    const { name, endpoint } = await player.bound("ROUTER", this.#endpoint);
    this.#router = name;
    this.#endpoint = endpoint;
    await player.ask("drain", name);
  }

  /** Connects to the others and sends to them. */
  async join(members: readonly Member[]): Promise<void> {
    const player = this.player;
    const incarnation = ++incarnations;
    const links = members.flatMap((member, i) => {
      if (member === this) return [];
      const sender = incarnation * PROCESSES + i;
      streams.set(sender, [this.index, i]);
      return [[member.endpoint, { sender, ...STREAM }]];
    });
    await player.ask("join", links, EAGER);
  }

  /** Stops sending, and waits until all that is queued has left. */
  async stop(): Promise<void> {
    await this.player.ask("stop");
  }

  async peers(): Promise<number> {
    return await this.player.ask<number>("peers", this.#router);
  }
}

let incarnations = 0;
/** From whom to whom a sender's stream goes. */
const streams = new Map<number, readonly [number, number]>();

/** Kills one after the other, several at a time. */
async function killRandomly(
  members: readonly Member[],
  kills: number,
  random: (below: number) => number,
): Promise<void> {
  const busy = new Set<Member>();
  let left = kills;
  const worker = async () => {
    while (left-- > 0) {
      let victim: Member;
      do {
        victim = members[IMMORTALS + random(members.length - IMMORTALS)]!;
      } while (busy.has(victim));
      busy.add(victim);
      await victim.player.kill();
      await victim.start();
      await victim.join(members);
      await pause(random(100));
      busy.delete(victim);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}

/** The octets in use of those that are never killed. */
async function memory(members: readonly Member[]): Promise<number[]> {
  return await Promise.all(
    members.slice(0, IMMORTALS).map((member) =>
      member.player.ask<number>("memory")
    ),
  );
}

describe(`a mesh of ${PROCESSES} processes`, () => {
  it("outlives hundreds of them", async () => {
    const history = new History();
    const members = Array.from(
      { length: PROCESSES },
      (_, i) => new Member(history, i),
    );
    try {
      await Promise.all(members.map((member) => member.start()));
      await Promise.all(members.map((member) => member.join(members)));
      const random = sequence(Date.now());
      await killRandomly(members, WARM_UP, random);
      const before = await memory(members);
      await killRandomly(members, KILLS - WARM_UP, random);
      const after = await memory(members);
      await pause(1000);
      await Promise.all(members.map((member) => member.stop()));
      await pause(1000);
      const peers = await Promise.all(members.map((each) => each.peers()));
      await Promise.all(members.map((each) => each.player.ask("flush")));
      await pause(100);
      const judged = history.verdict();
      let missing = 0;
      for (const { sender } of history.missing()) {
        const [from, to] = streams.get(sender)!;
        if (from < IMMORTALS && to < IMMORTALS) missing++;
      }
      const { duplicates, reordered, phantom, torn } = judged;
      verdict("R11", {
        of: `${KILLS} kills, ${judged.received} messages`,
        figure: `${duplicates} twice, ${reordered} out of order, ${
          phantom + torn
        } wrong; between survivors ${missing} lost`,
        target: "0, 0, 0, 0",
        ok: judged.clean && missing === 0 && judged.received > KILLS,
      });
      verdict("R11", {
        of: "connections at the end",
        figure: `${Math.min(...peers)} to ${Math.max(...peers)} each`,
        target: `${PROCESSES - 1}`,
        ok: peers.every((count) => count === PROCESSES - 1),
      });
      const growth = Math.max(...after.map((each, i) => each - before[i]!));
      verdict("R11", {
        of: `memory of survivors after ${KILLS - WARM_UP} kills`,
        figure: mebioctets(growth),
        target: `at most ${mebioctets(GROWTH)} more`,
        ok: growth <= GROWTH,
      });
    } finally {
      await Promise.all(members.map((member) => member.player?.kill()));
    }
  });
});

describe("a queue up to its high water mark", () => {
  it("is free again soon after its peer was killed", async () => {
    const times: number[] = [];
    await using player = new Player(new History(), 0);
    const { name, endpoint } = await player.bound("PUSH", "tcp://127.0.0.1:*", {
      sendHighWaterMark: 1000,
    });
    for (let i = 0; i < 10; i++) {
      await using victim = new Player(new History(), 0);
      await victim.connected("PULL", endpoint);
      await player.ask("fill", name, 64 * 1024);
      const { queued } = await player.ask<SocketStats>("stats", name);
      if (queued.outgoing < 1000) throw new Error("The queue is not full");
      await victim.kill();
      const start = performance.now();
      let waits = Infinity;
      while (waits > 0 && performance.now() - start < 5000) {
        waits = (await player.ask<SocketStats>("stats", name)).queued.outgoing;
        await pause(1);
      }
      times.push(performance.now() - start);
    }
    const most = Math.max(...times);
    verdict("R11", {
      of: "a full queue is free",
      figure: `${most.toFixed(0)} ms after the kill`,
      target: "within 1000 ms",
      ok: most <= 1000,
    });
  });
});
