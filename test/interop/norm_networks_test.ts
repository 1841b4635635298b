// NORM between networks: over a link between two namespaces, by multicast and
// by unicast.
// thorough
import {
  type NetworkWay,
  testNetworks,
} from "../compliance/multicast_networks.ts";
import { NORM, normLoadOf } from "../kit/norm.ts";

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
