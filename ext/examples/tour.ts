// `npm start`: Node, Deno and Bun exchange messages with each other and with
// libzmq, every message checked. Each peer is a process of its own; the tour
// only tells them what to do, and exits with 1 when a leg fails.
import process from "node:process";
import { curveKeyPair } from "../../mod.ts";
import { findPeers, type Peer } from "./tour_processes.ts";
import type { Count, Task } from "./tour_roles.ts";

const PATTERNS: readonly (readonly [pattern: string, name: string])[] = [
  ["pipeline", "pipeline"],
  ["pubsub", "publish-subscribe"],
  ["reqrep", "request-reply"],
  ["router", "router-dealer"],
  ["curve", "pipeline, CURVE"],
];

/** Who sends to whom: the runtimes round, and each with a libzmq. */
const PAIRS: readonly (readonly [a: string, b: string])[] = [
  ["Node", "Deno"],
  ["Deno", "Bun"],
  ["Bun", "Node"],
  ["Node", "zeromq.js"],
  ["zeromq.js", "Deno"],
  ["Bun", "pyzmq"],
  ["pyzmq", "Node"],
];

const MILLISECONDS = 250;
/** Milliseconds after which a leg has failed. */
const LEG_LIMIT = 8000;
/** Milliseconds after which the whole tour gives up. */
const TOUR_LIMIT = 55_000;

interface Leg {
  readonly pattern: string;
  readonly name: string;
  readonly a: Peer;
  readonly b: Peer;
  outcome?: Count | { error: string };
}

function keys(): NonNullable<Task["keys"]> {
  const server = curveKeyPair();
  const client = curveKeyPair();
  return {
    serverPublic: server.publicKey,
    serverSecret: server.secretKey,
    clientPublic: client.publicKey,
    clientSecret: client.secretKey,
  };
}

/** Lets two peers do a leg, and counts what arrived. */
async function travel(
  leg: Leg,
  number: number,
): Promise<NonNullable<Leg["outcome"]>> {
  const task = {
    leg: number,
    pattern: leg.pattern,
    milliseconds: MILLISECONDS,
    ...(leg.pattern === "curve" && { keys: keys() }),
  };
  // Publishers bind, and so do all others that receive.
  const binder = leg.pattern === "pubsub" ? "a" : "b";
  const other = binder === "a" ? "b" : "a";
  try {
    const first = leg[binder].begin({ ...task, side: binder }, LEG_LIMIT);
    const endpoint = await Promise.race([
      first.endpoint,
      first.count.then(() => {
        throw new Error("ended before it was bound");
      }),
    ]);
    const second = leg[other].begin(
      { ...task, side: other, endpoint },
      LEG_LIMIT,
    );
    const counts = await Promise.all([first.count, second.count]);
    const [sent, received] = binder === "a" ? counts : counts.toReversed();
    if (sent!.count !== received!.count) {
      throw new Error(`${sent!.count} sent, ${received!.count} received`);
    }
    // From the first to the last, whoever took longer.
    const milliseconds = Math.max(sent!.milliseconds, received!.milliseconds);
    return { count: received!.count, milliseconds };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function rate({ count, milliseconds }: Count): string {
  return Math.round(count / (milliseconds / 1000)).toLocaleString("en");
}

function describe({ name, a, b, outcome }: Leg): string {
  const head = `${name.padEnd(18)} ${`${a.name} → ${b.name}`.padEnd(18)}`;
  if (outcome === undefined) return `… ${head}`;
  if ("error" in outcome) return `✗ ${head} FAILED: ${outcome.error}`;
  const messages = outcome.count.toLocaleString("en").padStart(9);
  return `✓ ${head}${messages} messages, ${rate(outcome).padStart(9)} a second`;
}

/** On a terminal, a leg's line is shown while it runs and then replaced. */
function show(leg: Leg): void {
  const { isTTY } = process.stdout;
  if (leg.outcome !== undefined) {
    console.log(`${isTTY ? "\r\x1b[2K" : ""}${describe(leg)}`);
  } else if (isTTY) process.stdout.write(describe(leg));
}

/** Pairs × patterns, messages a second. */
function summary(legs: readonly Leg[], peers: readonly Peer[]): string {
  const isThere = (name: string) => peers.some((peer) => peer.name === name);
  const cells = [["messages a second", ...PATTERNS.map(([, name]) => name)]];
  for (const [from, to] of PAIRS) {
    const cell = (pattern: string): string => {
      const absent = [from, to].find((name) => !isThere(name));
      if (absent !== undefined) return "not installed";
      const leg = legs.find((each) =>
        each.pattern === pattern && each.a.name === from && each.b.name === to
      );
      const outcome = leg?.outcome;
      if (outcome === undefined) return "not run";
      return "error" in outcome ? "FAILED" : `ok ${rate(outcome)}`;
    };
    cells.push([
      `${from} → ${to}`,
      ...PATTERNS.map(([pattern]) => cell(pattern)),
    ]);
  }
  const widths = cells[0]!.map((_, column) =>
    Math.max(...cells.map((row) => row[column]!.length))
  );
  return cells.map((row) =>
    row.map((cell, column) =>
      column === 0
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    ).join("   ")
  ).join("\n");
}

async function main(): Promise<void> {
  const started = Date.now();
  const { peers, missing } = await findPeers();
  for (const { name, version } of peers) {
    console.log(`${name.padEnd(10)} ${version}`);
  }
  for (const { name, hint } of missing) {
    console.log(`${name.padEnd(10)} not installed (${hint})`);
  }
  console.log();
  const find = (name: string) => peers.find((peer) => peer.name === name);
  const legs: Leg[] = PATTERNS.flatMap(([pattern, name]) =>
    PAIRS.flatMap(([from, to]) => {
      const a = find(from);
      const b = find(to);
      return a && b ? [{ pattern, name, a, b }] : [];
    })
  );
  for (const [index, leg] of legs.entries()) {
    if (Date.now() - started > TOUR_LIMIT) break;
    show(leg);
    leg.outcome = await travel(leg, index + 1);
    show(leg);
  }
  await Promise.all(peers.map((peer) => peer.end()));
  console.log(`\n${summary(legs, peers)}\n`);
  const good = legs.filter(({ outcome }) => outcome && "count" in outcome);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${good.length} of ${legs.length} legs ok, in ${seconds} s`);
  if (legs.length === 0 || good.length < legs.length) process.exitCode = 1;
}

await main();
