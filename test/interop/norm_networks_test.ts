// NORM between networks: over a link between two namespaces, by multicast and
// by unicast, and over one that loses packets.
// thorough
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  type NetworkWay,
  testLosses,
  testNetworks,
} from "../compliance/multicast_networks.ts";
import { ADDRESSES, ImpairedLink } from "../kit/impaired.ts";
import {
  type Part,
  runPair,
  skipWithoutNamespaces,
  type Trouble,
} from "../kit/multicast_pair.ts";
import type { MulticastReport } from "../kit/multicast_program.ts";
import { NORM, normLoadOf } from "../kit/norm.ts";
import { pause } from "../kit/wait.ts";

const WAYS: readonly NetworkWay[] = [
  {
    what: "messages of many segments by multicast",
    row: "norm multicast over veth",
    endpoints([near, far], number) {
      const group = `239.193.2.${10 + number}:${7200 + number}`;
      return [
        `norm://1,${near.address};${group}`,
        `norm://2,${far.address};${group}`,
      ];
    },
  },
  {
    what: "messages of many segments by unicast",
    row: "norm unicast over veth",
    // Each has the address of the other.
    endpoints: ([near, far], number) => [
      `norm://1,${far.address}:${7200 + number}`,
      `norm://2,${near.address}:${7200 + number}`,
    ],
  },
];

testNetworks(NORM, WAYS, normLoadOf);

testLosses(NORM, {
  // What a subscriber keeps of it is some three seconds: on a busy machine,
  // one may stand still for a while.
  rate: 6000,
  endpoint: (address, number, side) =>
    `norm://${1 + side},${address};239.193.3.${10 + number}:${7300 + number}`,
  judge(report, [from, to], count) {
    const { received, first, last, disordered, torn, gaps, events } = report;
    assert.equal(disordered, 0);
    // Who does not come back after a loss gets a hundred or so. How many it is,
    // depends on how often a busy machine lets somebody stand still for too
    // long; and congestion control may stop libzmq before its end.
    const least = count / ([from, to].includes("libzmq") ? 100 : 10);
    assert.ok(received > least, `${received}`);
    // What libzmq makes of a loss, and that it tells nobody, is its own.
    if (to === "libzmq" && received < count) return;
    assert.equal(torn, 0);
    assert.equal(events, gaps);
    if (received === count || gaps > 0) return;
    // It was stopped: ours is not.
    assert.equal(from, "libzmq");
    assert.equal(received, last - first + 1);
  },
});

const COUNT = 10_000;

/**
 * Milliseconds in which both stand still, again and again: longer than they
 * have something to send, for what comes later tells the library more.
 */
const TROUBLED = 25_000;

/**
 * Has each of the two stand still for up to a second or so, again and again:
 * what one asks for, the other has not any more.
 */
const standingStill = (number: number): Trouble => {
  const trouble = async (part: Part, seed: number, over: AbortSignal) => {
    const end = performance.now() + TROUBLED;
    for (let i = seed; performance.now() < end; i++) {
      await pause((i * 631) % 3000);
      if (over.aborted) break;
      await part.standStill((i * 433) % 1200);
    }
  };
  return async (sender, receiver, over) => {
    await Promise.all([
      trouble(sender, 11 * number, over),
      trouble(receiver, 17 * number + 5, over),
    ]);
  };
};

describe("NORM whose ends stand still, over a link that loses 5 %", {
  skip: NORM.skip || skipWithoutNamespaces,
}, () => {
  let link: ImpairedLink;
  before(async () => {
    link = await ImpairedLink.open("--delay", "1", "--loss", "5");
  });
  after(() => link[Symbol.asyncDispose]());

  /** What comes of 10 000 messages at a fixed rate. */
  const run = (number: number, trouble: Trouble): Promise<MulticastReport> => {
    const endpointOf = (side: 0 | 1): string =>
      `norm://${1 + side},${ADDRESSES[side]};239.193.4.${number}:` +
      `${7400 + number}`;
    return runPair(
      ["ours", "ours"],
      link.launchers,
      [endpointOf(0), endpointOf(1)],
      { count: COUNT, size: 1000, parts: 1, rate: 6000 },
      trouble,
    );
  };

  it("goes on to the end, and tells of the gaps", async () => {
    // Whether the library gives some up and tells nobody, is a matter of luck.
    const reports = await Promise.all(
      [1, 2, 3, 4].map((number) => run(number, standingStill(number))),
    );
    for (const report of reports) {
      const { received, last, disordered, torn, gaps, events } = report;
      assert.deepEqual(
        { last, disordered, torn, events },
        { last: COUNT - 1, disordered: 0, torn: 0, events: gaps },
      );
      assert.equal(received < COUNT, gaps > 0);
    }
  });

  it("repairs as quickly as before when one has stood still once", async () => {
    // Half of them came when that second went for the time that answers take.
    const reports = await Promise.all(
      [5, 6].map((number) =>
        run(number, async (_, receiver) => {
          await pause(2000);
          await receiver.standStill(1500);
        })
      ),
    );
    const sum = reports.reduce((sum, { received }) => sum + received, 0);
    assert.ok(sum > 2 * COUNT * 0.75, `${sum}`);
  });
});
