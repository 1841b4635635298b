// IsoMQ as the process that is measured: `isomq_subject ROLE`. What it is told
// and what it answers are the same for `libzmq_scale.c`.
import process from "node:process";
import { Publisher, Pull, Push, Router, XPublisher } from "../../mod.ts";
import { matchTimes } from "./match.ts";
import { obey, report } from "./subject.ts";
import { bestTime, makeFrames } from "./topics.ts";

const ANY_PORT = "tcp://127.0.0.1:*";
/** Nobody listens there. */
const NOBODY = "tcp://127.0.0.1:9";
const MANY_PEERS = { maxPendingHandshakes: -1, backlog: 4096 } as const;

function messageOf(size: string | undefined): Uint8Array {
  return new Uint8Array(Number(size)).fill(0x2e);
}

const roles: Readonly<Record<string, () => Promise<void> | void>> = {
  /** Sends back whatever comes. */
  async echo() {
    const socket = new Router(MANY_PEERS);
    report({ endpoint: await socket.bind(ANY_PORT) });
    for await (const message of socket) await socket.send(message);
  },

  /** Sends to every subscriber, and loses nothing. */
  async fan() {
    const socket = new XPublisher({
      ...MANY_PEERS,
      noDrop: true,
      verbosity: "allSubs",
    });
    report({ endpoint: await socket.bind(ANY_PORT) });
    obey({
      subscribers: async (count) => {
        for (let left = Number(count); left > 0; left--) await socket.receive();
        return {};
      },
      send: async (count, size) => {
        const message = messageOf(size);
        const now = Date.now();
        for (let left = Number(count); left > 0; left--) {
          await socket.send(message);
        }
        return { now };
      },
    });
  },

  /** Sends to nobody: all of it waits. */
  push() {
    const socket = new Push({ sendHighWaterMark: 0, maxQueuedBytes: -1 });
    socket.connect(NOBODY);
    obey({
      ready: () => ({}),
      send: async (count, size) => {
        const message = messageOf(size);
        for (let left = Number(count); left > 0; left--) {
          await socket.send(message);
        }
        return {};
      },
    });
  },

  /** Receives nothing: all of it waits. */
  async pull() {
    const socket = new Pull({ receiveHighWaterMark: 0 });
    report({ endpoint: await socket.bind(ANY_PORT) });
  },

  /** Has a great many subscriptions. */
  async topics() {
    const socket = new Publisher({ maxTopics: -1, maxTopicBytes: -1 });
    report({ endpoint: await socket.bind(ANY_PORT) });
    obey({
      publish: (text) => {
        socket.trySend(text);
      },
      time: (among) => ({
        nanoseconds: bestTime(
          makeFrames(Number(among), "unwanted"),
          (frame) => socket.trySend(frame),
        ),
      }),
    });
  },

  /** Matches without any socket. */
  match() {
    obey({ match: (count) => matchTimes(Number(count)) });
  },
};

await roles[process.argv[2]!]!();
