// A program of a simulated world: a context with its sockets and tasks, that
// can sleep, stall and die.
import { Context, type Message, type Socket, ZmqError } from "../../mod.ts";
import type { Stamp } from "../kit/history.ts";
import type { Judge, Source } from "./judge.ts";
import type { Program, SimNetwork } from "./network.ts";
import type { Random } from "./random.ts";
import type { Settings } from "./settings.ts";
import { NodeClock, type Time } from "./time.ts";

type SocketClass<T extends Socket, O> = new (
  options: O & { readonly context: Context },
) => T;

/** What a node needs of its world. */
export interface Surroundings {
  readonly time: Time;
  readonly network: SimNetwork;
  readonly judge: Judge;
  readonly random: Random;
  /** What every socket of this run has. */
  readonly settings: Settings;
  /** Something that tells runs apart happened. */
  trace(line: string, octets?: Uint8Array): void;
}

/** A program. */
export class SimNode implements Program {
  readonly address: string;
  /** Tells receivers apart. */
  readonly id: number;
  readonly clock: NodeClock;
  readonly context: Context;
  readonly sockets: Socket[] = [];
  alive = true;
  stalledUntil = 0;
  /** True once it is being closed in good order. */
  closing = false;
  readonly #world: Surroundings;
  #ways = 0;

  constructor(world: Surroundings, address: string, id: number) {
    this.#world = world;
    this.address = address;
    this.id = id;
    const start = world.random.below(1_000_000);
    this.clock = new NodeClock(world.time, this, start);
    this.context = new Context({
      runtime: {
        name: "simulation",
        transports: [world.network.transport(this)],
        clock: this.clock,
        options: new Set(),
      },
    });
  }

  /** Makes a socket. */
  make<T extends Socket, const O extends object>(
    socketClass: SocketClass<T, O>,
    options?: O,
  ): T {
    const { common, limits } = this.#world.settings;
    const socket = new socketClass({
      ...common,
      ...options as O,
      context: this.context,
    });
    const { sendHighWaterMark, receiveHighWaterMark } = limits;
    if ("send" in socket) Object.assign(socket, { sendHighWaterMark });
    if ("receive" in socket) Object.assign(socket, { receiveHighWaterMark });
    this.sockets.push(socket);
    return socket;
  }

  /** A numbered sender; `lossy` says that its loss is not judged. */
  source(lossy = false): Source {
    return this.#world.judge.source(this, lossy);
  }

  /**
   * Takes down a message that arrived; its first frame is the stamp.
   *
   * @param way messages of one sender that came the same way are in order;
   * absent: they may come in any.
   */
  got(message: Message, way?: string): Stamp | undefined {
    const { judge, time, trace } = this.#world;
    time.touch();
    trace(`got ${this.id}`, message[0]);
    return judge.history.received(this.id, message, way ?? this.#ways++);
  }

  /** So many milliseconds later, unless the node has died. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#world.time.after(milliseconds, this, resolve);
    });
  }

  /**
   * Runs a part of the program. It may fail when the node is closed, and
   * never otherwise; when the node is dead, nothing it does counts.
   */
  async task(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isClosed = error instanceof ZmqError && error.code === "EBADF";
      if (!this.alive || (this.closing && isClosed)) return;
      this.#world.judge.blame(`a task of ${this.address} failed: ${error}`);
    }
  }

  /** Messages that wait in its sockets. */
  get queued(): number {
    return this.sockets.reduce(
      (sum, { stats: { queued } }) => sum + queued.incoming + queued.outgoing,
      0,
    );
  }

  /** Messages that its sockets have sent. */
  get sent(): number {
    return this.sockets.reduce(
      (sum, { stats }) => sum + stats.sent.messages,
      0,
    );
  }

  /** Closes everything in good order. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.sockets.map((socket) => socket.close()));
    await this.context.shutdown();
  }
}
