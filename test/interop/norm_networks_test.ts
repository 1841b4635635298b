// NORM between networks: over a link between two namespaces, by multicast and
// by unicast, with IPv4 and IPv6, and over one that loses packets.
// thorough
import assert from "node:assert/strict";
import {
  type NetworkWay,
  type Pair,
  testMulticastNetworks,
} from "../compliance/multicast_networks.ts";
import { NORM } from "../kit/norm.ts";

/** An IPv6 address as an endpoint has it; libzmq has it bare. */
const inPlaceOf = (address: string, side: Pair[number]): string =>
  side === "ours" ? `[${address}]` : address;

/** Both send to a group of IPv6, each by an interface of its own. */
function groupOfSix(
  what: string,
  prefix: "ff02" | "ff05",
  by: "device" | "address6",
): NetworkWay {
  return {
    what: `messages to ${what}`,
    row: `norm to ${prefix}:: by ${by}`,
    endpoints(ends, number, pair) {
      const group = `${prefix}::${10 + number}`;
      const [near, far] = ends.map(({ [by]: from }, side) =>
        `norm://${1 + side},${from};${inPlaceOf(group, pair[side as 0 | 1])}:` +
        `${7200 + number}`
      );
      return [near!, far!];
    },
  };
}

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
  groupOfSix("a group of IPv6, by the name of an interface", "ff05", "device"),
  groupOfSix("a group of IPv6, by its address", "ff05", "address6"),
  groupOfSix("a group of IPv6 on one link", "ff02", "device"),
  {
    what: "messages by unicast over IPv6",
    row: "norm to fd00:: over veth",
    endpoints: ([near, far], number, [from, to]) => [
      `norm://1,${inPlaceOf(far.address6, from)}:${7200 + number}`,
      `norm://2,${inPlaceOf(near.address6, to)}:${7200 + number}`,
    ],
  },
];

testMulticastNetworks(NORM, {
  ways: WAYS,
  // What libzmq sends is of a segment and a half at most. What we keep for
  // whoever asks for it again is two seconds of it: on a busy machine, a
  // receiver may stand still for a while.
  load: ([from]) =>
    from === "ours"
      ? { count: 20, size: 100_000, parts: 2, rate: 8000 }
      : { count: 200, size: 2000, parts: 2, rate: 8000 },
  // What a subscriber keeps of it is some three seconds: on a busy machine,
  // one may stand still for a while.
  lossyRate: 6000,
  lossy: (address, number, side) =>
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
