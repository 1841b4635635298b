// A process with sockets of ours, for tests whose processes are killed,
// stopped, or live in a network of their own. What it sends is told before it
// is sent, what it receives is told in bundles; players.ts is the other side.
import process from "node:process";
import {
  type DuplexSocket,
  type MessageLike,
  Router,
  type Socket,
  type Subscriber,
  type XPublisher,
} from "../../mod.ts";
import { play, tell } from "../kit/actor_program.ts";
import { type Stamp, stamped, stampOf } from "../kit/history.ts";
import { makeSocket, type TypeName } from "../kit/sockets.ts";
import { pause } from "../kit/wait.ts";
import { liveMemory } from "./memory.ts";

/** Milliseconds between two bundles of what was received. */
const BUNDLE = 100;

/** What is poured: a stream of stamped messages. */
export interface Pour {
  readonly sender: number;
  /** How many in all. Default: until `stop`. */
  readonly count?: number;
  /** Milliseconds between bursts. Default: none. */
  readonly every?: number;
  /** Messages in a burst. */
  readonly burst: number;
  /** Octets of each of the frames behind the stamp. */
  readonly frames: readonly number[];
}

const sockets = new Map<string, DuplexSocket>();
const stops = new Map<string, AbortController>();
const pours = new Map<string, Promise<void>>();
const events = new Map<string, [string, number][]>();
let flooded = 0;
let offset = 0;
const realNow = Date.now;
Date.now = () => realNow() + offset;
let bundle: (readonly [number, number, number, string])[] = [];

function find(name: string): DuplexSocket {
  const socket = sockets.get(name);
  if (socket === undefined) throw new Error(`No socket is called "${name}"`);
  return socket;
}

async function pour(name: string, what: Pour): Promise<void> {
  const { sender, burst, every, count = Infinity, frames } = what;
  const stop = new AbortController();
  stops.set(name, stop);
  const socket = find(name);
  const body = frames.map((size) => new Uint8Array(size).fill(size));
  for (let seq = 0; seq < count && !stop.signal.aborted;) {
    const end = Math.min(count, seq + burst);
    tell({ sent: [sender, seq, end] });
    for (; seq < end; seq++) {
      const message: MessageLike = stamped({ sender, epoch: 0, seq }, body);
      try {
        await socket.send(message, { signal: stop.signal });
      } catch {
        tell({ failed: [sender, seq, end] });
        return;
      }
    }
    if (every !== undefined) await pause(every);
  }
}

function flush(): void {
  if (bundle.length === 0) return;
  tell({ got: bundle });
  bundle = [];
}

/** Whether the frames are those that were stamped. */
function isWhole(stamp: Stamp, frames: readonly Uint8Array[]): boolean {
  const [expected] = stamped(stamp, frames.slice(1));
  return expected!.every((octet, i) => octet === frames[0]![i]);
}

/** Receives for ever. A ROUTER's messages begin with the connection's id. */
async function drain(name: string, rest: number): Promise<void> {
  const socket = find(name);
  const isRouter = socket instanceof Router;
  try {
    for (let i = 1;; i++) {
      const { message, peer } = await socket.receiveFrom();
      const [id, ...own] = isRouter ? message : [undefined, ...message];
      const frames = own as Uint8Array[];
      const stamp = stampOf(frames[0]);
      const from = id === undefined ? peer.address : id.join(".");
      if (stamp === undefined || !isWhole(stamp, frames)) tell({ torn: 1 });
      else bundle.push([stamp.sender, stamp.epoch, stamp.seq, from]);
      if (rest > 0 && i % rest === 0) await pause(Math.random() * 3);
    }
  } catch {
    // The socket was closed.
  }
}

async function echo(name: string): Promise<void> {
  const socket = find(name);
  try {
    for (;;) await socket.send(await socket.receive());
  } catch {
    // The socket was closed.
  }
}

async function discard(name: string): Promise<void> {
  try {
    for await (const _ of find(name));
  } catch {
    // The socket was closed.
  }
}

async function ask(name: string, every: number): Promise<void> {
  const socket = find(name);
  while (!socket.closed) {
    await socket.send("?");
    await socket.receive();
    await pause(every);
  }
}

async function flood(socket: DuplexSocket): Promise<void> {
  for (; !socket.closed; flooded++) {
    await socket.send("flood");
    if (flooded % 256 === 0) await pause();
  }
}

async function clockwork(
  socket: DuplexSocket,
  size: number,
  burst: number,
  every: number,
): Promise<void> {
  for (let due = performance.now(); !socket.closed;) {
    for (let i = 0; i < burst; i++) {
      const frame = new Uint8Array(size);
      new DataView(frame.buffer).setFloat64(0, Date.now());
      socket.trySend(frame);
    }
    due += every;
    await pause(Math.max(0, due - performance.now()));
  }
}

setInterval(flush, BUNDLE).unref();

play({
  open(name: string, type: TypeName, options: object) {
    sockets.set(name, makeSocket(type, options) as DuplexSocket);
  },
  bind: (name: string, endpoint: string) => find(name).bind(endpoint),
  connect: (name: string, endpoint: string) => find(name).connect(endpoint),
  subscribe: (name: string, topic: string) =>
    (find(name) as Socket as Subscriber).subscribe(topic),
  pour(name: string, what: Pour) {
    pours.set(name, pour(name, what));
  },
  /** Makes a DEALER for each endpoint, and pours into it. */
  join(links: readonly (readonly [string, Pour])[], options: object) {
    for (const [endpoint, what] of links) {
      const name = `link ${endpoint}`;
      const socket = makeSocket("DEALER", options) as DuplexSocket;
      socket.connect(endpoint);
      sockets.set(name, socket);
      pours.set(name, pour(name, what));
    }
  },
  poured: (name: string) => pours.get(name),
  async stop() {
    for (const stop of stops.values()) stop.abort();
    await Promise.all(pours.values());
  },
  drain: (name: string, rest = 0) => void drain(name, rest),
  echo: (name: string) => void echo(name),
  /** Sends one message to each subscription that comes. */
  greet(name: string) {
    const publisher = find(name) as Socket as XPublisher;
    void (async () => {
      for (;;) {
        const notice = await publisher.receive();
        if (notice[0]![0] === 1) await publisher.send(notice[0]!.subarray(1));
      }
    })();
  },
  /** Receives and forgets. */
  discard: (name: string) => void discard(name),
  /** Sends bursts of messages that say when, for ever, on time. */
  clockwork(name: string, size: number, burst: number, every: number) {
    void clockwork(find(name), size, burst, every);
  },
  /** Sends small messages as fast as it can, for ever. */
  flood(name: string) {
    void discard(name);
    void flood(find(name));
  },
  flooded: () => flooded,
  /** Sends until the high water mark is reached and stays so. */
  async fill(name: string, size: number) {
    const frame = new Uint8Array(size);
    for (let turns = 0; turns < 20; turns++) {
      while (find(name).trySend(frame)) turns = 0;
      await pause(10);
    }
  },
  sendLarge: (name: string, size: number) =>
    void find(name).send(new Uint8Array(size)),
  /** The octets of a message that is there, or -1. */
  tryReceiveSize: (name: string) => find(name).tryReceive()?.[0]?.length ?? -1,
  /** How long a receive with a timeout takes when nothing comes. */
  async waitInVain(name: string, timeout: number) {
    const start = performance.now();
    try {
      await find(name).receive({ timeout });
    } catch {
      // That is what was expected.
    }
    return performance.now() - start;
  },
  date: () => Date.now(),
  /** Has the wall clock of this process jump. */
  jump: (milliseconds: number) => {
    offset = milliseconds;
  },
  /** Asks a REP again and again. */
  asking: (name: string, every: number) => void ask(name, every),
  send: (name: string, text: string) => find(name).send(text),
  receive: async (name: string, timeout: number) =>
    (await find(name).receive({ timeout })).map((frame) =>
      new TextDecoder().decode(frame)
    ),
  flush,
  stats: (name: string) => find(name).stats,
  peers: (name: string) => find(name).peers.length,
  /** Keeps the events of a socket with their times. */
  watch(name: string) {
    const seen: [string, number][] = [];
    events.set(name, seen);
    const names = [
      "connect:delay",
      "handshake",
      "disconnect",
      "accept",
    ] as const;
    for (const each of names) {
      find(name).events.addEventListener(each, () => {
        seen.push([each, performance.now()]);
      });
    }
  },
  events: (name: string) => [...events.get(name)!],
  now: () => performance.now(),
  memory: () => liveMemory(),
  rss: () => process.memoryUsage().rss,
  cpu: () => process.cpuUsage().user + process.cpuUsage().system,
  close: (name: string, linger: number) => find(name).close({ linger }),
});
