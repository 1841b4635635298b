// NORM whose processes stand still, over a link that loses packets.
// thorough
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ADDRESSES, ImpairedLink } from "../kit/impaired.ts";
import {
  type Part,
  runPair,
  skipWithoutNamespaces,
  type Trouble,
} from "../kit/multicast_pair.ts";
import type { MulticastReport } from "../kit/multicast_program.ts";
import { NORM } from "../kit/norm.ts";
import { pause } from "../kit/wait.ts";

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
