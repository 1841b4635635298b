// thorough
// Strangers in great numbers, from a process of their own: who is logged in is
// served as before, who logs in gets in, and memory follows what was received.
import assert from "node:assert/strict";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { Context, Dealer, Router } from "../../mod.ts";
import { keys, type Mechanism, ourSecurity } from "../interop/security.ts";
import { Script, scriptUrl } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";
import { Bag } from "../kit/sockets.ts";
import { pause, within } from "../kit/wait.ts";

/** Milliseconds within which 99 of 100 echoes come back. */
const ECHO = 50;
/** Milliseconds within which 99 of 100 logins are done. */
const LOGIN = 1000;
/** How often a figure may be taken. */
const ATTEMPTS = 4;
/** How many times as long all may take while others have the processor. */
const SHARED = 10;
const MIB = 1024 * 1024;
/** Octets that memory may grow beside twice what was received... */
const ROOM = 8 * MIB;
/** ...and what a connection takes: the README's figure. */
const CONNECTION = 11 * 1024;

/** What a flood says of itself. */
interface Flood {
  readonly connections: number;
  readonly octets: number;
  readonly welcomed: number;
}

/** Milliseconds of the processor that this process has used. */
function used(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * How long something takes, in milliseconds: of the processor where those are
 * fewer, for others may have it meanwhile. What only waits is seen as well.
 */
async function timed(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  const before = used();
  await act();
  const took = performance.now() - began;
  return Math.max(Math.min(took, used() - before), took / SHARED);
}

/** The value that 99 of 100 are not above. */
function p99(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1]!;
}

describe("hostile peers, in great numbers: the socket", () => {
  let context: Context;

  before(() => {
    context = new Context({ authenticate: () => true });
  });

  after(() => context.shutdown());

  /** A router that echoes, and a dealer that is logged in at it. */
  async function scene(bag: Bag, mechanism: Mechanism) {
    const router = bag.keep(
      new Router({ context, ...ourSecurity(mechanism, true) }),
    );
    const endpoint = await router.bind("tcp://127.0.0.1:*");
    const serve = async () => {
      for await (const message of router) await router.send(message);
    };
    // A test that fails leaves it in the middle of something.
    serve().catch(() => {});
    const join = () =>
      bag.keep(new Dealer({ context, ...ourSecurity(mechanism, false) }));
    const dealer = join();
    dealer.connect(endpoint);
    const talk = async (of: Dealer): Promise<void> => {
      await of.send("echo");
      await of.receive();
    };
    const echo = () => timed(() => talk(dealer));
    await echo();
    /** A new peer logs in and is served. */
    const login = () =>
      timed(async () => {
        const newcomer = join();
        newcomer.connect(endpoint);
        await talk(newcomer);
        await newcomer.close();
      });
    return { router, endpoint, echo, login };
  }

  /** Does something again and again until it is time to stop. */
  async function measure(
    act: () => Promise<number>,
    every: number,
    least: number,
    isOver: () => boolean,
  ): Promise<number[]> {
    const times: number[] = [];
    while (!isOver() || times.length < least) {
      times.push(await within(act(), "an echo"));
      await pause(every);
    }
    return times;
  }

  const floods: readonly {
    readonly name: string;
    readonly mechanism: Mechanism;
    readonly args: readonly string[];
    readonly connections: number;
  }[] = [
    {
      name: "400 silent connections",
      mechanism: "NULL",
      args: ["silent", "400"],
      connections: 400,
    },
    {
      name: "200 CURVE HELLOs a second",
      mechanism: "CURVE",
      args: ["hello", "200", "2"],
      connections: 400,
    },
  ];

  for (const { name, mechanism, args, connections } of floods) {
    /** Lets the flood come once; gives why the socket has not survived it. */
    const flooded = async (): Promise<string[]> => {
      await using bag = new Bag();
      const { router, endpoint, echo, login } = await scene(bag, mechanism);
      // What the code itself takes, compiled, is no growth.
      for (let i = 0; i < 50; i++) await login();
      const alone: number[] = [];
      for (let i = 0; i < 100; i++) alone.push(await echo());
      const before = process.memoryUsage().rss;
      const [kind, ...rest] = args;
      const url = scriptUrl("flood", import.meta.url);
      const { publicKey } = keys.server;
      const script = new Script(url, [kind!, endpoint, ...rest, publicKey]);
      let flood: Flood | undefined;
      let growth = 0;
      const told = script.line().then((line) => {
        flood = JSON.parse(line);
        growth = process.memoryUsage().rss - before;
      });
      // Silence only matters once it is there.
      if (kind === "silent") await told;
      const isOver = () => flood !== undefined;
      const [echoes, logins] = await Promise.all([
        measure(echo, 2, 200, isOver),
        measure(login, 50, 20, isOver),
        told,
      ]);
      assert.equal(router.peers.length, 1, "no stranger is a peer");
      await script.kill();
      const { octets, welcomed } = flood!;
      assert.equal(flood!.connections, connections);
      if (kind === "hello") assert.equal(welcomed, connections, "all HELLOs");
      show(
        `${name}: echo p99 ${p99(echoes).toFixed(1)} ms (alone ` +
          `${p99(alone).toFixed(1)}), login p99 ${p99(logins).toFixed(0)} ms ` +
          `of ${logins.length}, memory ${(growth / MIB).toFixed(1)} MiB`,
      );
      const limit = 2 * octets + ROOM + connections * CONNECTION;
      await login();
      return [
        ...p99(echoes) < ECHO ? [] : ["the echo took too long"],
        ...p99(logins) < LOGIN ? [] : ["the login took too long"],
        ...growth < limit ? [] : [`memory grew by ${growth}`],
      ];
    };

    it(`survives ${name}`, async () => {
      // Others may keep the machine busy: a slow engine is slow every time.
      let lacks = ["nothing was tried"];
      for (let i = 0; i < ATTEMPTS && lacks.length > 0; i++) {
        lacks = await flooded();
      }
      assert.deepEqual(lacks, []);
    });
  }
});
