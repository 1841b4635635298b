// NORM over a link that loses packets.
// thorough
import assert from "node:assert/strict";
import { testLosses } from "../compliance/multicast_networks.ts";
import { NORM } from "../kit/norm.ts";

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
