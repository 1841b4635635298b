// `npm run bench -- --scale`: memory and time with very many connections,
// subscribers, messages and subscriptions; beside libzmq in C, where it can do
// the same, and plain sockets.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT, versions } from "../programs.ts";
import {
  type Figure,
  figureTable,
  holds,
  LIBZMQ,
  NET,
  OWN,
  type Target,
} from "./figures.ts";
import {
  connections,
  fanOut,
  incoming,
  outgoing,
  type Scale,
  SIZE,
  topics,
} from "./scenarios.ts";
import { Subject } from "./subject.ts";

const FULL: Scale = {
  connections: 10_000,
  subscribers: 1000,
  messages: 100_000,
  topics: 1_000_000,
};
const QUICK: Scale = {
  connections: 1000,
  subscribers: 200,
  messages: 20_000,
  topics: 100_000,
};

const HERE = join(ROOT, ".out/bench/scale");
const ISOMQ = [process.execPath, join(HERE, "isomq_subject.js")];
const SOCKETS = [process.execPath, join(HERE, "net_subject.js")];

function libzmq(): readonly string[] | undefined {
  const binary = join(ROOT, ".out/bench/control/libzmq_scale");
  const source = join(ROOT, "bench/control/libzmq_scale.c");
  mkdirSync(join(ROOT, ".out/bench/control"), { recursive: true });
  const words = ["-O2", "-o", binary, source, "-lzmq"];
  const { status } = spawnSync("gcc", words, { timeout: 60_000 });
  return status === 0 && existsSync(binary) ? [binary] : undefined;
}

/** What each program measured, by what it is. */
type Measured = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Measures one thing with every program in turn. */
async function measure(
  what: string,
  programs: Readonly<Record<string, readonly string[] | undefined>>,
  scenario: (command: readonly string[], scale: Scale) => Promise<
    Readonly<Record<string, number>>
  >,
  scale: Scale,
): Promise<Measured> {
  const measured: Record<string, Readonly<Record<string, number>>> = {};
  for (const [name, command] of Object.entries(programs)) {
    if (command === undefined) continue;
    process.stderr.write(`${what}, ${name}\n`);
    measured[name] = await scenario(command, scale);
  }
  return measured;
}

function figure(
  name: string,
  measured: Measured,
  key: string,
  bound?: Target["bound"],
  value = 0,
): Figure {
  const values = Object.fromEntries(
    Object.entries(measured).map(([program, all]) => [program, all[key]!]),
  );
  return bound === undefined
    ? { name, values }
    : { name, values, target: { bound, value } };
}

async function measureAll(scale: Scale): Promise<Figure[]> {
  const inC = libzmq();
  const both = { [OWN]: ISOMQ, [LIBZMQ]: inC };
  const many = (count: number) => count.toLocaleString("en").replace(/,/g, " ");
  const opened = await measure(
    "connections",
    { ...both, [NET]: SOCKETS },
    connections,
    scale,
  );
  const fanned = await measure("fan-out", both, fanOut, scale);
  const sent = await measure("backlog of a sender", both, outgoing, scale);
  const waiting = await measure("backlog of a receiver", both, incoming, scale);
  const subscribed = await measure("subscriptions", both, topics, scale);
  const subject = new Subject(ISOMQ, "match");
  const match = await subject.ask("match", scale.topics) as Record<
    string,
    number
  >;
  await subject.end();
  const matching = (key: string) => ({ [OWN]: { [key]: match[key]! } });
  const ratio = { [OWN]: { ratio: match.many! / match.few! } };
  const peers = `${many(scale.connections)} connections`;
  const topicsText = `${many(scale.topics)} subscriptions`;
  return [
    figure(`${peers}: KiB each`, opened, "memory", "at most", 20),
    figure(`${peers}: accepted a second`, opened, "ramp", "at least", 1000),
    figure(`${peers}: echo, median, ms`, opened, "p50"),
    figure(`${peers}: echo, 99 of 100, ms`, opened, "p99", "at most", 100),
    figure(
      `1 publisher, ${
        many(scale.subscribers)
      } subscribers: deliveries a second`,
      fanned,
      "deliveries",
    ),
    figure(
      `${many(scale.messages)} messages of ${SIZE} B to send: B each`,
      sent,
      "memory",
    ),
    figure(
      `${many(scale.messages)} messages of ${SIZE} B received: B each`,
      waiting,
      "memory",
    ),
    figure(
      `${topicsText}: B each beyond the topic`,
      subscribed,
      "memory",
      "at most",
      150,
    ),
    figure(`${topicsText}: made a second`, subscribed, "rate"),
    figure("matching, 1 000 subscriptions: ns", matching("few"), "few"),
    figure(`matching, ${topicsText}: ns`, matching("many"), "many"),
    figure("matching: so many times as long", ratio, "ratio", "at most", 2),
    figure(`matching, ${topicsText}, any topic: ns`, matching("any"), "any"),
    figure("publishing, 1 000 subscriptions: ns", subscribed, "few"),
    figure(`publishing, ${topicsText}: ns`, subscribed, "many"),
    figure(`publishing, ${topicsText}, any topic: ns`, subscribed, "any"),
  ];
}

/** Measures everything and prints a table. */
export async function runScale(
  isQuick: boolean,
  json: string | undefined,
): Promise<void> {
  const figures = await measureAll(isQuick ? QUICK : FULL);
  console.log(figureTable(figures));
  const facts = Object.entries(versions()).map(([name, text]) =>
    text.startsWith(name) ? text : `${name} ${text}`
  );
  console.log(
    `\n${facts.join(", ")}${
      isQuick ? "; too few of everything for the targets" : ""
    }`,
  );
  if (json !== undefined) {
    const all = {
      date: new Date().toISOString(),
      versions: versions(),
      figures,
    };
    writeFileSync(json, `${JSON.stringify(all, null, 2)}\n`);
  }
  if (!figures.every(holds)) process.exitCode = 1;
}
