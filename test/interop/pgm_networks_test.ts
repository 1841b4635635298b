// PGM between networks: over a link between two namespaces, raw and in UDP,
// and over one that loses packets.
// thorough
import assert from "node:assert/strict";
import {
  type NetworkWay,
  testLosses,
  testNetworks,
} from "../compliance/multicast_networks.ts";
import { EPGM } from "../kit/pgm.ts";

const wayOf = (scheme: string): NetworkWay => ({
  what: `messages of many packets over ${scheme}`,
  row: `${scheme} over veth`,
  endpoints([near, far], number) {
    const group = `239.192.2.${10 + number}:${7000 + number}`;
    return [
      `${scheme}://${near.address};${group}`,
      `${scheme}://${far.address};${group}`,
    ];
  },
});

// 200 kB in two parts: some 140 packets a message.
testNetworks(
  EPGM,
  [wayOf("epgm"), wayOf("pgm")],
  () => ({ count: 20, size: 100_000, parts: 2, rate: 40_000 }),
);

testLosses(EPGM, {
  rate: 12_000,
  endpoint: (address, number) =>
    `epgm://${address};239.192.3.${10 + number}:${7100 + number}`,
  judge({ received, disordered, torn, gaps, events }, [, to], count) {
    assert.deepEqual({ disordered, torn }, { disordered: 0, torn: 0 });
    assert.equal(events, gaps);
    // libzmq does not tell.
    if (received < count && to === "ours") assert.ok(gaps > 0);
    if (gaps === 0 && to === "ours") assert.equal(received, count);
  },
});
