// One of several publishers over multicast, or the subscriber that hears them
// all, in a process of its own, so that it can be in a network of its own. It
// prints "ready", later what it came to, and ends.
//
//   send ENDPOINT NAME COUNT SIZE RATE RECOVERY
//   receive ENDPOINT SENDERS SIZE RATE
import process from "node:process";
import { Publisher, Subscriber } from "../../mod.ts";

/** What came of one publisher. */
export interface SourceReport {
  /** How many numbered messages came. */
  received: number;
  /** How often numbers are missing between one and the next. */
  jumps: number;
  /** How many were not what was sent, or came late or again. */
  wrong: number;
}

/** What a subscriber came to. */
export interface SourcesReport {
  /** By the names of the publishers. */
  readonly sources: Record<string, SourceReport>;
  /** How many gaps were told, by the address of the source. */
  readonly gaps: Record<string, number>;
}

/** How often a sender calls, 20 ms between, before it begins. */
const HELLOS = 50;
/**
 * How often it says that it has ended, and the milliseconds between: as long
 * as the receiver may wait for something before it, or until the test ends it.
 */
const LAST = 400;
const PAUSE = 50;
/** Milliseconds without a message after which a receiver gives up. */
const PATIENCE = 12_000;

const [role, endpoint = "", ...words] = process.argv.slice(2);
const pause = (time: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, time));

/** What the message of a number has as body. */
function body(name: string, n: number, size: number): Uint8Array {
  return new Uint8Array(size).fill((n + name.charCodeAt(0)) & 255);
}

async function send(): Promise<void> {
  const [name = "", ...numbers] = words;
  const [count = 0, size = 0, rate = 0, recoveryInterval = 0] = numbers
    .map(Number);
  const pub = new Publisher({ rate, recoveryInterval, noDrop: true });
  await pub.bind(endpoint);
  console.log("ready");
  for (let i = 0; i < HELLOS; i++) {
    await pub.send([name, "hello"]);
    await pause(20);
  }
  for (let n = 0; n < count; n++) {
    // Numbers of one length: all messages have it.
    const number = `${n}`.padStart(6, "0");
    await pub.send([name, number, body(name, n, size)]);
  }
  for (let i = 0; i < LAST; i++) {
    await pub.send([name, "last"]);
    await pause(PAUSE);
  }
  await pub.close();
}

async function receive(): Promise<void> {
  const [senders = 0, size = 0, rate = 0] = words.map(Number);
  const sub = new Subscriber({
    rate,
    receiveHighWaterMark: 0,
    receiveTimeout: PATIENCE,
  });
  const sources: Record<string, SourceReport> = {};
  const gaps: Record<string, number> = {};
  sub.events.on("gap", ({ peerAddress = "" }) => {
    gaps[peerAddress] = (gaps[peerAddress] ?? 0) + 1;
  });
  sub.subscribe("");
  await sub.bind(endpoint);
  console.log("ready");
  const ended = new Set<string>();
  const expected = new Map<string, number>();
  while (ended.size < senders) {
    const [head, number, content] = await sub.receive();
    const name = new TextDecoder().decode(head);
    const text = new TextDecoder().decode(number);
    const report = sources[name] ??= { received: 0, jumps: 0, wrong: 0 };
    if (content === undefined) {
      if (text === "last") ended.add(name);
      else if (text !== "hello") report.wrong++;
      continue;
    }
    const n = Number(text);
    const next = expected.get(name) ?? 0;
    report.received++;
    if (n > next) report.jumps++;
    expected.set(name, n + 1);
    const sent = body(name, n, size);
    const isRight = n >= next && content.length === size &&
      content.every((octet, i) => octet === sent[i]);
    if (!isRight) report.wrong++;
  }
  console.log(JSON.stringify({ sources, gaps }));
  await sub.close();
}

await (role === "send" ? send() : receive());
