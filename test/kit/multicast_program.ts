// A publisher or a subscriber over multicast, in a process of its own, so that
// it can be in a network of its own. peers/multicast_peer.py does the same with
// libzmq. It prints "ready", later what it came to, and ends.
//
// A sender stays there until its input ends.
//
//   send ENDPOINT COUNT SIZE PARTS RATE
//   receive ENDPOINT COUNT SIZE PARTS RATE
import { once } from "node:events";
import process from "node:process";
import { Publisher, Subscriber, type ZmqError } from "../../mod.ts";

/** What a receiver came to. */
export interface MulticastReport {
  /** How many numbered messages came. */
  readonly received: number;
  /** The numbers of the first and the last; -1 where none came. */
  readonly first: number;
  readonly last: number;
  /** How many of them came too late, or again. */
  readonly disordered: number;
  /** How many were not what was sent. */
  readonly torn: number;
  /** How often something was reported lost. */
  readonly gaps: number;
  /** The gaps as events told of them. */
  readonly events: number;
}

/** How often a sender calls, 20 ms between, before it begins. */
const HELLOS = 50;
/** Milliseconds without a message after which a receiver gives up. */
const PATIENCE = 15_000;

const [role, endpoint = "", ...numbers] = process.argv.slice(2);
const [count = 0, size = 0, parts = 1, rate = 100] = numbers.map(Number);
// Congestion control goes at its own pace: tests go at theirs.
const pace = endpoint.startsWith("norm:") ? { normMode: "fixed" } as const : {};
const pause = (time: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, time));

async function send(): Promise<void> {
  const pub = new Publisher({ rate, noDrop: true, ...pace });
  await pub.bind(endpoint);
  console.log("ready");
  for (let i = 0; i < HELLOS; i++) {
    await pub.send("hello");
    await pause(20);
  }
  for (let n = 0; n < count; n++) {
    const body = new Uint8Array(size).fill(n & 255);
    await pub.send([`${n}`, ...new Array(parts).fill(body)]);
  }
  await pub.send("last");
  // Who missed something at the end asks for it now: the end of the input says
  // that nobody does.
  process.stdin.resume();
  await once(process.stdin, "end");
  await pub.close();
}

async function receive(): Promise<void> {
  const sub = new Subscriber({
    rate,
    receiveHighWaterMark: 0,
    receiveTimeout: PATIENCE,
  });
  let events = 0;
  sub.events.on("gap", () => events++);
  sub.subscribe("");
  await sub.bind(endpoint);
  console.log("ready");
  const report = {
    received: 0,
    first: -1,
    last: -1,
    disordered: 0,
    torn: 0,
    gaps: 0,
    events: 0,
  };
  for (let expected = 0;;) {
    const message = await sub.receive().catch((error: ZmqError) => {
      if (error.code !== "EAGAIN") throw error;
    });
    // The end got lost.
    if (message === undefined) break;
    const [head, ...bodies] = message;
    const text = new TextDecoder().decode(head);
    if (text === "last" && bodies.length === 0) break;
    if (text === "hello" && bodies.length === 0) continue;
    const n = Number(text);
    if (report.received++ === 0) report.first = n;
    if (!(n >= expected)) report.disordered++;
    report.last = n;
    expected = n + 1;
    const isWhole = bodies.length === parts &&
      bodies.every((body) =>
        body.length === size && body.every((octet) => octet === (n & 255))
      );
    if (!isWhole) report.torn++;
    if (n === count - 1) break;
  }
  report.gaps = sub.stats.gaps;
  report.events = events;
  console.log(JSON.stringify(report));
  await sub.close();
}

await (role === "send" ? send() : receive());
