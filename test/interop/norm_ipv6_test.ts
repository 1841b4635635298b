// NORM over IPv6, over a link between two namespaces: by multicast and by
// unicast.
// thorough
import {
  type NetworkWay,
  type Pair,
  testNetworks,
} from "../compliance/multicast_networks.ts";
import { NORM, normLoadOf } from "../kit/norm.ts";

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
        `${7400 + number}`
      );
      return [near!, far!];
    },
  };
}

testNetworks(NORM, [
  groupOfSix("a group of IPv6, by the name of an interface", "ff05", "device"),
  groupOfSix("a group of IPv6, by its address", "ff05", "address6"),
  groupOfSix("a group of IPv6 on one link", "ff02", "device"),
  {
    what: "messages by unicast over IPv6",
    row: "norm to fd00:: over veth",
    endpoints: ([near, far], number, [from, to]) => [
      `norm://1,${inPlaceOf(far.address6, from)}:${7400 + number}`,
      `norm://2,${inPlaceOf(near.address6, to)}:${7400 + number}`,
    ],
  },
], normLoadOf);
