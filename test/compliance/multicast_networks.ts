// What transports of reliable multicast do between networks: over a link
// between two namespaces, and over one that loses packets; ours among
// themselves, and with libzmq's.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ADDRESSES, ImpairedLink } from "../kit/impaired.ts";
import {
  type Load,
  runPair,
  type Side,
  skipWithoutNamespaces,
} from "../kit/multicast_pair.ts";
import type { MulticastReport } from "../kit/multicast_program.ts";
import type { MulticastSubject } from "../kit/multicast_subject.ts";
import { runtimeName } from "../kit/runtime.ts";
import { showTable } from "../kit/show.ts";
import { VethCable, type VethEnd } from "../kit/veth.ts";

/** Who sends, and who receives. */
export type Pair = readonly [Side, Side];
/** The endpoints of who sends, and of who receives. */
export type Endpoints = readonly [string, string];

/** A way to send over a link. */
export interface NetworkWay {
  /** As titles have it: `"messages of many packets over pgm"`. */
  readonly what: string;
  /** As the table has it: `"pgm over veth"`. */
  readonly row: string;
  /** @param number unlike any other of the subject, of two digits at most. */
  endpoints(
    ends: readonly [VethEnd, VethEnd],
    number: number,
    pair: Pair,
  ): Endpoints;
}

/** What a transport promises over a link that loses packets. */
export interface LossPromises {
  /** Kilobits a second. */
  readonly rate: number;
  /** The endpoint of who has an address. */
  endpoint(address: string, number: number, side: 0 | 1): string;
  /** Checks what of the 10 000 messages came over it. */
  judge(report: MulticastReport, pair: Pair, count: number): void;
}

const PAIRS: readonly Pair[] = [
  ["ours", "ours"],
  ["ours", "libzmq"],
  ["libzmq", "ours"],
];

/** Everything came, once, in order and whole. */
function sound(report: MulticastReport, count: number): void {
  assert.deepEqual(report, {
    received: count,
    first: 0,
    last: count - 1,
    disordered: 0,
    torn: 0,
    gaps: 0,
    events: 0,
  });
}

/** A table of what came, a row a pair. */
class Outcomes {
  readonly #rows: string[][] = [];

  note(what: string, [from, to]: Pair, report: MulticastReport): void {
    const { received, first, last, gaps, torn } = report;
    this.#rows.push([
      what,
      `${from} to ${to}`,
      `${received} came, ${first} to ${last}, ${gaps} gaps, ${torn} torn`,
    ]);
  }

  show(protocol: string): void {
    showTable(`${protocol} on ${runtimeName}:`, [], this.#rows);
  }
}

/** The conditions of suites each of whose tests has two processes. */
const conditionsOf = (skip: string | false) => ({
  skip: skip || skipWithoutNamespaces,
  concurrency: 6,
});

/** Runs the suite of a link that loses nothing, each way for all pairs. */
export function testNetworks(
  { protocol, skip }: MulticastSubject,
  ways: readonly NetworkWay[],
  loadOf: (pair: Pair) => Load,
): void {
  describe(`${protocol} between two namespaces`, conditionsOf(skip), () => {
    const outcomes = new Outcomes();
    let cable: VethCable;
    before(() => {
      cable = new VethCable();
    });
    after(async () => {
      await cable[Symbol.asyncDispose]();
      outcomes.show(protocol);
    });
    let number = 0;
    for (const { what, row, endpoints } of ways) {
      for (const pair of PAIRS) {
        const own = number++;
        it(`carries ${what}, ${pair[0]} to ${pair[1]}`, async () => {
          const load = loadOf(pair);
          const [near, far] = cable.ends;
          const run = () =>
            runPair<MulticastReport>(
              pair,
              [near.launcher, far.launcher],
              endpoints(cable.ends, own, pair),
              load,
            );
          let report = await run();
          // A process that stands still for long loses, as from any link, and
          // libzmq tells nobody: not three times in a row.
          for (let left = 2; left > 0; left--) {
            if (pair[1] === "ours" || report.received === load.count) break;
            outcomes.note(`${row}, and again`, pair, report);
            report = await run();
          }
          sound(report, load.count);
          outcomes.note(row, pair, report);
        });
      }
    }
  });
}

/** Runs the suite of a link that loses packets. */
export function testLosses(
  { scheme, protocol, skip }: MulticastSubject,
  { rate, endpoint, judge }: LossPromises,
): void {
  const title = `${protocol} over a link that loses 5 % of the packets`;
  describe(title, conditionsOf(skip), () => {
    const outcomes = new Outcomes();
    let link: ImpairedLink;
    before(async () => {
      link = await ImpairedLink.open("--delay", "1", "--loss", "5");
    });
    after(async () => {
      await link[Symbol.asyncDispose]();
      outcomes.show(protocol);
    });
    const load: Load = { count: 10_000, size: 1000, parts: 1, rate };
    for (const [number, pair] of PAIRS.entries()) {
      it(`delivers 10 000 messages in order, or tells of the gap, ${pair[0]} to ${pair[1]}`, async () => {
        const [near, far] = link.launchers;
        const [one, two] = ADDRESSES;
        const report = await runPair<MulticastReport>(pair, [near, far], [
          endpoint(one, number, 0),
          endpoint(two, number, 1),
        ], load);
        outcomes.note(`${scheme} at 5 % loss`, pair, report);
        judge(report, pair, load.count);
      });
    }
  });
}
