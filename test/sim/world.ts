// A simulated world: hosts with their programs, a network, one time, and a
// trace of everything, all of it from one seed.
import type { Socket } from "../../mod.ts";
import { defaultOptions } from "../../src/options/options.ts";
import type { SessionHost } from "../../src/session/host.ts";
import { prepareConnections } from "../../src/session/maker.ts";
import { Judge } from "./judge.ts";
import { SimNetwork } from "./network.ts";
import { SimNode, type Surroundings } from "./node.ts";
import { Random } from "./random.ts";
import type { SimStream } from "./stream.ts";
import { type Settings, settings } from "./settings.ts";
import { Time } from "./time.ts";

/**
 * Has the engine load what it would load with its first endpoint: a run does
 * not leave the microtasks, in which nothing is ever loaded.
 */
async function loadEngine(): Promise<void> {
  const host = { type: "STREAM" } as SessionHost;
  await prepareConnections(host, defaultOptions("STREAM"));
}

/** Starts the program of a host; called anew after each crash. */
export type Boot = (node: SimNode) => Promise<void>;

/** A machine, and the program that runs on it now. */
export interface Host {
  readonly address: string;
  readonly boot: Boot;
  /** False: the scenario needs it to live. */
  readonly mortal: boolean;
  node: SimNode;
}

interface Look {
  readonly sent: number;
  readonly ends: readonly {
    readonly stream: SimStream;
    readonly octets: number;
  }[];
}

/** Virtual milliseconds that a run may take. */
const TIME_LIMIT = 600_000;
const EVENT_LIMIT = 3_000_000;

/** One run. */
export class World implements Surroundings {
  readonly random: Random;
  readonly time: Time;
  readonly network: SimNetwork;
  readonly judge: Judge;
  readonly hosts: Host[] = [];
  readonly settings: Settings;
  /** What happened, for those who want to read it. */
  log: ((line: string) => void) | undefined;
  readonly #engine: Random;
  readonly #sockets: Socket[][] = [];
  // What was sent and written when all queues were last seen empty.
  #look: Look | undefined;
  // Two halves of a hash of the whole trace.
  #low = 0x811c9dc5;
  #high = 0x1b873593;

  /** @param each every receiver is to get its own copy. */
  constructor(seed: number, each: boolean) {
    const random = this.random = new Random(seed);
    this.#engine = random.fork();
    this.settings = settings(random);
    this.time = new Time(random.fork());
    const trace = (line: string, octets?: Uint8Array): void =>
      this.trace(line, octets);
    this.network = new SimNetwork(this.time, random.fork(), trace);
    this.judge = new Judge(() => this.time.now, each);
  }

  /** The same for the same history. */
  get hash(): string {
    return [this.#high, this.#low]
      .map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }

  readonly trace = (line: string, octets?: Uint8Array): void => {
    const { now } = this.time;
    this.#mix(now);
    for (let i = 0; i < line.length; i++) this.#mix(line.charCodeAt(i));
    if (octets !== undefined) {
      for (let i = 0; i < octets.length; i++) this.#mix(octets[i]!);
    }
    this.log?.(
      `${now} ${line}${octets === undefined ? "" : ` ${octets.length} octets`}`,
    );
  };

  /** The address of a host that was added, or will be. */
  addressOf(index: number): string {
    return `10.0.${index >> 8}.${index & 255}`;
  }

  /** Adds a host, and starts its program. */
  async add(boot: Boot, mortal = true): Promise<Host> {
    const address = this.addressOf(this.hosts.length);
    const host = { address, boot, mortal, node: this.#start(address) };
    this.hosts.push(host);
    await host.node.task(() => boot(host.node));
    return host;
  }

  /** Starts the program of a host again. */
  restart(host: Host): void {
    this.#fault(`restart ${host.address}`);
    this.network.power(host.address, true);
    const node = host.node = this.#start(host.address);
    void node.task(() => host.boot(node));
  }

  /**
   * Ends the program of a host without a warning.
   *
   * @param powerless its peers are not told either.
   */
  crash(host: Host, powerless: boolean): void {
    this.#fault(`${powerless ? "power off" : "kill"} ${host.address}`);
    host.node.alive = false;
    if (powerless) this.network.power(host.address, false);
    this.network.bury(
      host.node,
      (stream) => powerless ? stream.vanish() : stream.leave(),
    );
  }

  /** Cuts hosts off from all others; none heals the network. */
  partition(island: readonly Host[]): void {
    const addresses = island.map(({ address }) => address);
    this.#fault(`partition ${addresses}`);
    this.network.partition(
      addresses.length > 0 ? new Set(addresses) : undefined,
    );
  }

  /** Breaks a connection; `both` says whether both ends learn of it. */
  reset(both: boolean): void {
    const open = this.network.pairs.filter(([a, b]) => !a.gone && !b.gone);
    if (open.length === 0) return;
    const [near, far] = this.random.pick(open);
    this.#fault(`reset ${near.localAddress} ${both}`);
    const first = this.random.chance(0.5) ? near : far;
    first.break("ECONNRESET");
    if (both) first.peer.break("ECONNRESET");
  }

  /** A program does nothing for a while. */
  stall(host: Host, milliseconds: number): void {
    this.#fault(`stall ${host.address} ${milliseconds}`);
    host.node.stalledUntil = this.time.now + milliseconds;
  }

  /** So many milliseconds later. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.time.after(milliseconds, undefined, resolve);
    });
  }

  /** Waits until something holds; blames the run when it takes too long. */
  async until(
    condition: () => boolean,
    what: string,
    limit: number,
  ): Promise<boolean> {
    const end = this.time.now + limit;
    while (!condition()) {
      if (this.time.now >= end) {
        this.judge.blame(`not ${what} within ${limit} ms`);
        return false;
      }
      await this.sleep(25);
    }
    return true;
  }

  /**
   * True when no message waits in a socket, and none is on its way: heartbeats
   * always are. It takes two looks to see that.
   */
  get isCalm(): boolean {
    const nodes = this.hosts.map(({ node }) => node);
    if (nodes.some(({ queued }) => queued > 0)) {
      this.#look = undefined;
      return false;
    }
    const sent = nodes.reduce((sum, node) => sum + node.sent, 0);
    if (this.#look?.sent !== sent) {
      const ends = this.network.pairs.flat().filter(({ gone }) => !gone)
        .map((stream) => ({ stream, octets: stream.octets }));
      this.#look = { sent, ends };
      return false;
    }
    // All that was written until then has arrived, and no message came since.
    return this.#look.ends.every(({ stream, octets }) =>
      stream.gone || stream.peer.gone || stream.peer.handed >= octets
    );
  }

  /** Runs a scenario, and gives everything that was wrong. */
  async run(scenario: (world: World) => Promise<void>): Promise<string[]> {
    await loadEngine();
    const restore = this.#ownChance();
    try {
      await this.time.run(async () => {
        await scenario(this);
        await this.#end();
      }, { time: TIME_LIMIT, events: EVENT_LIMIT });
    } catch (error) {
      const text = error instanceof Error ? error.stack : error;
      this.judge.blame(`the run failed: ${text}`);
    } finally {
      restore();
    }
    return this.judge.judge(this.network.pairs, this.#sockets.flat());
  }

  #start(address: string): SimNode {
    const node = new SimNode(this, address, this.#sockets.length);
    this.#sockets.push(node.sockets);
    return node;
  }

  #fault(line: string): void {
    this.judge.epoch++;
    this.trace(line);
  }

  /** Closes everything, and looks for what is left. */
  async #end(): Promise<void> {
    const nodes = this.hosts.map(({ node }) => node);
    let open = nodes.length;
    for (const node of nodes) void node.close().then(() => open--);
    if (!await this.until(() => open === 0, "closed", 5000)) return;
    const { judge, network } = this;
    for (const { address, clock } of nodes) {
      if (clock.timers > 0) {
        judge.blame(`${clock.timers} timers are left in ${address}`);
      }
    }
    if (network.listeners > 0) judge.blame("a listener is left");
    const left = network.pairs.flat()
      .filter((end) => !end.gone && nodes.includes(end.owner as SimNode));
    if (left.length > 0) {
      judge.blame(`${left[0]!.localAddress} and ${left.length - 1} are left`);
    }
  }

  /**
   * Chance and time are the world's while it runs, and nobody else's: a run
   * does not leave the microtasks.
   */
  #ownChance(): () => void {
    const engine = this.#engine;
    const forbidden = (): never => {
      throw new Error("The simulation was to have no other time than its own");
    };
    const changes: [object, string, unknown][] = [
      [Math, "random", () => engine.next()],
      [crypto, "getRandomValues", (view: Uint8Array) => engine.fill(view)],
      [Date, "now", forbidden],
      [performance, "now", forbidden],
      [globalThis, "setTimeout", forbidden],
      [globalThis, "setInterval", forbidden],
      [globalThis, "setImmediate", forbidden],
      // Most errors are a broken connection's: where they come from is known.
      [Error, "stackTraceLimit", this.log === undefined ? 0 : 20],
    ];
    const before = changes.map(([object, name, value]) => {
      const old = Object.getOwnPropertyDescriptor(object, name);
      Object.defineProperty(object, name, {
        value,
        configurable: true,
        writable: true,
      });
      return () => {
        if (old !== undefined) Object.defineProperty(object, name, old);
        else delete (object as Record<string, unknown>)[name];
      };
    });
    return () => before.forEach((undo) => undo());
  }

  #mix(word: number): void {
    this.#low = Math.imul(this.#low ^ word, 0x01000193);
    this.#high = Math.imul(
      this.#high ^ (word + (this.#low >>> 15)),
      0x85ebca6b,
    );
  }
}
