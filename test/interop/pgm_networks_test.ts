// PGM between networks: over a link between two namespaces, raw and in UDP,
// and over one that loses packets.
// thorough
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ADDRESSES, ImpairedLink } from "../kit/impaired.ts";
import {
  type Load,
  Namespaces,
  runPair,
  type Side,
  skipWithoutNamespaces,
} from "../kit/multicast_pair.ts";
import { skipWithoutPgm } from "../kit/pgm.ts";
import type { PgmReport } from "../kit/pgm_program.ts";
import { runtimeName } from "../kit/runtime.ts";
import { showTable } from "../kit/show.ts";

const PAIRS: readonly (readonly [Side, Side])[] = [
  ["ours", "ours"],
  ["ours", "libzmq"],
  ["libzmq", "ours"],
];

const rows: string[][] = [];

/** Everything came, once, in order and whole. */
function sound(report: PgmReport, count: number): void {
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

function note(what: string, [from, to]: readonly Side[], report: PgmReport) {
  const { received, gaps, torn } = report;
  rows.push([
    what,
    `${from} to ${to}`,
    `${received} came, ${gaps} gaps, ${torn} torn`,
  ]);
}

describe("PGM between two namespaces", {
  skip: skipWithoutPgm || skipWithoutNamespaces,
  concurrency: true,
}, () => {
  let networks: Namespaces;
  before(() => {
    networks = new Namespaces();
  });
  after(() => networks[Symbol.dispose]());

  // 200 kB in two parts: some 140 packets a message.
  const load: Load = { count: 20, size: 100_000, parts: 2, rate: 40_000 };
  let port = 7000;
  for (const scheme of ["epgm", "pgm"]) {
    for (const pair of PAIRS) {
      const own = port++;
      it(`carries messages of many packets over ${scheme}, ${pair[0]} to ${pair[1]}`, async () => {
        const group = `239.192.2.${own - 6990}:${own}`;
        const report = await runPair<PgmReport>(pair, networks.launchers, [
          `${scheme}://10.77.0.1;${group}`,
          `${scheme}://10.77.0.2;${group}`,
        ], load);
        sound(report, load.count);
        note(`${scheme} over veth`, pair, report);
      });
    }
  }
});

describe("PGM over a link that loses 5 % of the packets", {
  skip: skipWithoutPgm || skipWithoutNamespaces,
  concurrency: true,
}, () => {
  let link: ImpairedLink;
  before(async () => {
    link = await ImpairedLink.open("--delay", "1", "--loss", "5");
  });
  after(async () => {
    await link[Symbol.asyncDispose]();
    showTable(`PGM on ${runtimeName}:`, [], rows);
  });

  const load: Load = { count: 10_000, size: 1000, parts: 1, rate: 12_000 };
  let port = 7100;
  for (const pair of PAIRS) {
    const own = port++;
    it(`delivers 10 000 messages in order, or tells of the gap, ${pair[0]} to ${pair[1]}`, async () => {
      const [near, far] = link.launchers;
      const group = `239.192.3.${own - 7090}:${own}`;
      const report = await runPair<PgmReport>(pair, [near, far], [
        `epgm://${ADDRESSES[0]};${group}`,
        `epgm://${ADDRESSES[1]};${group}`,
      ], load);
      note("epgm at 5 % loss", pair, report);
      const { received, disordered, torn, gaps, events } = report;
      assert.deepEqual({ disordered, torn }, { disordered: 0, torn: 0 });
      assert.equal(events, gaps);
      // libzmq does not tell.
      if (received < load.count && pair[1] === "ours") assert.ok(gaps > 0);
      if (gaps === 0 && pair[1] === "ours") assert.equal(received, load.count);
    });
  }
});
