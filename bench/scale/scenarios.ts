// What is measured at scale, for one program each: the subject does what the
// program does, and raw peers do the rest.
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Subject } from "./subject.ts";
import { FEW, topicOctets } from "./topics.ts";

const PEERS = [
  process.execPath,
  fileURLToPath(new URL("peers.js", import.meta.url)),
];

/** How much of everything. */
export interface Scale {
  readonly connections: number;
  readonly subscribers: number;
  readonly messages: number;
  readonly topics: number;
}

/** Octets of a message. */
export const SIZE = 100;
/** Echoes that are under way at once, by all peers. */
const AT_ONCE = 100;
const ROUNDS = 3;
/** Octets of a frame before its body. */
const HEADER = 2;

type Values = Readonly<Record<string, number>>;

async function withProcesses<T>(
  work: (
    start: (...words: ConstructorParameters<typeof Subject>) => Subject,
  ) => Promise<T>,
): Promise<T> {
  const subjects: Subject[] = [];
  try {
    return await work((...words) => {
      const subject = new Subject(...words);
      subjects.push(subject);
      return subject;
    });
  } finally {
    await Promise.all(subjects.map((subject) => subject.end()));
  }
}

/** Many connections of one process, by two processes of peers. */
export function connections(
  command: readonly string[],
  { connections: count }: Scale,
): Promise<Values> {
  return withProcesses(async (start) => {
    const subject = start(command, "echo");
    const { endpoint } = await subject.answer();
    const before = await subject.settledMemory();
    const peers = [0, 1].map(() => start(PEERS, endpoint, "DEALER", count / 2));
    const ramps = await Promise.all(peers.map((each) => each.answer()));
    const milliseconds = Math.max(
      ...ramps.map((each) => Number(each.milliseconds)),
    );
    const echoes = await Promise.all(
      peers.map((each) => each.ask("echo", ROUNDS, AT_ONCE / 2, SIZE)),
    );
    const after = await subject.settledMemory();
    return {
      memory: (after - before) / count / 1024,
      ramp: count / (milliseconds / 1000),
      p50: Math.max(...echoes.map((each) => Number(each.p50))),
      p99: Math.max(...echoes.map((each) => Number(each.p99))),
    };
  });
}

/** One publisher, and many subscribers to everything. */
export function fanOut(
  command: readonly string[],
  { subscribers, messages }: Scale,
): Promise<Values> {
  return withProcesses(async (start) => {
    const subject = start(command, "fan");
    const { endpoint } = await subject.answer();
    const peers = start(PEERS, endpoint, "SUB", subscribers);
    await peers.answer();
    await peers.ask("all");
    await subject.ask("subscribers", subscribers);
    const count = Math.ceil(messages / subscribers) * 20;
    const received = peers.ask("receive", count * (SIZE + HEADER));
    const { now: started } = await subject.ask("send", count, SIZE);
    const { now } = await received;
    const seconds = (Number(now) - Number(started)) / 1000;
    return { deliveries: count * subscribers / seconds };
  });
}

/** Messages that nobody takes yet, on the side that sends. */
export function outgoing(
  command: readonly string[],
  { messages }: Scale,
): Promise<Values> {
  return withProcesses(async (start) => {
    const subject = start(command, "push");
    await subject.ask("ready");
    const before = await subject.settledMemory();
    await subject.ask("send", messages, SIZE);
    return { memory: (await subject.settledMemory() - before) / messages };
  });
}

/** Messages that nobody takes yet, on the side that receives. */
export function incoming(
  command: readonly string[],
  { messages }: Scale,
): Promise<Values> {
  return withProcesses(async (start) => {
    const subject = start(command, "pull");
    const { endpoint } = await subject.answer();
    const peers = start(PEERS, endpoint, "PUSH", 1);
    await peers.answer();
    const before = await subject.settledMemory();
    await peers.ask("send", messages, SIZE);
    return { memory: (await subject.settledMemory() - before) / messages };
  });
}

/** A great many subscriptions of one subscriber. */
export function topics(
  command: readonly string[],
  { topics: count }: Scale,
): Promise<Values> {
  return withProcesses(async (start) => {
    const subject = start(command, "topics");
    const { endpoint } = await subject.answer();
    const peers = start(PEERS, endpoint, "SUB", 1);
    await peers.answer();
    const time = async (among: number) =>
      Number((await subject.ask("time", among)).nanoseconds);
    await subscribe(subject, peers, 0, FEW);
    const few = await time(FEW);
    const before = await subject.settledMemory();
    const seconds = await subscribe(subject, peers, FEW, count);
    const growth = await subject.settledMemory() - before;
    return {
      memory: growth / (count - FEW) - topicOctets(count),
      rate: (count - FEW) / seconds,
      few,
      many: await time(FEW),
      any: await time(count),
    };
  });
}

/** Subscribes to topics; the seconds until the publisher knows of them all. */
async function subscribe(
  subject: Subject,
  peers: Subject,
  from: number,
  to: number,
): Promise<number> {
  const start = Date.now();
  // The last topic: when a message on it arrives, all have been heard of.
  const last = `~${to}~`;
  let isHeard = false;
  const heard = peers.ask("subscribe", from, to, last)
    .then(() => peers.ask("receive", last.length + HEADER))
    .finally(() => isHeard = true);
  while (!isHeard) {
    // libzmq does nothing with subscriptions until it is called.
    subject.tell("publish", last);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return (Number((await heard).now) - start) / 1000;
}
