// The peers of the process that is measured: `peers ENDPOINT TYPE COUNT`. They
// are raw connections; see `raw_peer.ts`.
import process from "node:process";
import { frame, RawPeer, subscription } from "./raw_peer.ts";
import { type Answer, obey, report } from "./subject.ts";
import { topicText } from "./topics.ts";

/** Connections that are being made at once. */
const AT_ONCE = 64;
/** Octets of many small commands that are written at a time. */
const CHUNK = 256 * 1024;

const [endpoint = "", type = "", count] = process.argv.slice(2);
const peers: RawPeer[] = [];

/** Calls for each number below `count`, so many at once. */
async function each(
  count: number,
  atOnce: number,
  work: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Sends a message on each connection and waits for it to come back. */
async function echo(
  rounds: number,
  atOnce: number,
  size: number,
): Promise<Answer> {
  const message = frame(0, new Uint8Array(size).fill(0x2e));
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await each(peers.length, atOnce, async (i) => {
      const peer = peers[i]!;
      const start = performance.now();
      const back = peer.until(peer.received + message.length);
      await peer.write(message);
      await back;
      times.push(performance.now() - start);
    });
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]!;
  return { p50: at(0.5), p99: at(0.99), most: times.at(-1)! };
}

/** Subscribes to `to - from` topics and one more on the first connection. */
async function subscribe(
  from: number,
  to: number,
  last: string,
): Promise<Answer> {
  const encoder = new TextEncoder();
  const chunk = new Uint8Array(CHUNK);
  let length = 0;
  for (let i = from; i <= to; i++) {
    const topic = i < to ? topicText(i) : last;
    const command = subscription(encoder.encode(topic));
    if (length + command.length > CHUNK) {
      await peers[0]!.write(chunk.slice(0, length));
      length = 0;
    }
    chunk.set(command, length);
    length += command.length;
  }
  await peers[0]!.write(chunk.slice(0, length));
  return {};
}

/** Sends messages on the first connection. */
async function send(count: number, size: number): Promise<Answer> {
  const message = frame(0, new Uint8Array(size).fill(0x2e));
  const many = Math.floor(CHUNK / message.length);
  const chunk = new Uint8Array(many * message.length);
  for (let i = 0; i < many; i++) chunk.set(message, i * message.length);
  for (let left = count; left > 0; left -= many) {
    const octets = Math.min(left, many) * message.length;
    await peers[0]!.write(chunk.subarray(0, octets));
  }
  return {};
}

const start = performance.now();
await each(Number(count), AT_ONCE, async () => {
  peers.push(await RawPeer.open(endpoint, type));
});
report({ milliseconds: performance.now() - start });

obey({
  echo: (rounds, atOnce, size) =>
    echo(Number(rounds), Number(atOnce), Number(size)),
  /** Each subscribes to all. */
  all: async () => {
    const everything = subscription(new Uint8Array());
    await Promise.all(peers.map((peer) => peer.write(everything)));
    return {};
  },
  subscribe: (from, to, last) => subscribe(Number(from), Number(to), last!),
  send: (count, size) => send(Number(count), Number(size)),
  /** Waits until each has received so many octets from now on. */
  receive: async (octets) => {
    await Promise.all(
      peers.map((peer) => peer.until(peer.received + Number(octets))),
    );
    return { now: Date.now() };
  },
});
