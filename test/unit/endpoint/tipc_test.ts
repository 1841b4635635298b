// tipc addresses: services, sockets, the wildcard, and their limits.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import { parseTipc, type TipcAddress } from "../../../src/endpoint/tipc.ts";

const MOST = 4_294_967_295;

type Row = readonly [address: string, parsed: TipcAddress];

const BIND: readonly Row[] = [
  ["{5560,0,9}", { kind: "range", type: 5560, lower: 0, upper: 9 }],
  ["{5560, 0, 9}", { kind: "range", type: 5560, lower: 0, upper: 9 }],
  ["{64,7,7}", { kind: "range", type: 64, lower: 7, upper: 7 }],
  ["{5560,7}", { kind: "range", type: 5560, lower: 7, upper: 7 }],
  [`{${MOST},0,${MOST}}`, {
    kind: "range",
    type: MOST,
    lower: 0,
    upper: MOST,
  }],
  ["<*>", { kind: "any" }],
];

const CONNECT: readonly Row[] = [
  ["{5560,3}", { kind: "service", type: 5560, instance: 3, node: 0 }],
  ["{64, 3}@0.0.0", { kind: "service", type: 64, instance: 3, node: 0 }],
  ["{5560,3}@1.1.2", {
    kind: "service",
    type: 5560,
    instance: 3,
    node: 0x0100_1002,
  }],
  ["<255.4095.4095:4711>", { kind: "socket", node: MOST, reference: 4711 }],
  ["<0.0.0:4294967295>", { kind: "socket", node: 0, reference: MOST }],
];

const BIND_REFUSED: readonly (readonly [string, RegExp])[] = [
  ["{63,0,0}", /the service type is "63", expected 64 to 4294967295$/],
  ["{4294967296,0,0}", /the service type is "4294967296"/],
  ["{5560,0,4294967296}", /the upper instance is "4294967296"/],
  ["{5560,4,3}", /the upper instance is "3", expected 4 to 4294967295$/],
  ["{5560,0,0}@1.1.1", /a node is for connecting, not for binding$/],
  ["<1.2.3:123123>", /the address is "<1.2.3:123123>", expected .*"<\*>"$/],
  ["<*>x", /the address is "<\*>x"/],
  ["{5560}", /expected "\{type,lower,upper\}" or "<\*>"$/],
  ["{5560,0,9", /expected/],
  ["{5560,-1,9}", /expected/],
  ["{5560,0,9,12}", /expected/],
  ["{5560,0x1,9}", /expected/],
  ["5560", /expected/],
  ["*", /expected/],
];

const CONNECT_REFUSED: readonly (readonly [string, RegExp])[] = [
  ["{63,0}", /the service type is "63", expected 64 to 4294967295$/],
  ["{5560,0,9}", /a range of instances is for binding, expected one$/],
  ["{5560,4294967296}", /the instance is "4294967296"/],
  ["{5560,0}@256.0.0", /the zone is "256", expected 0 to 255$/],
  ["{5560,0}@1.4096.0", /the cluster is "4096", expected 0 to 4095$/],
  ["{5560,0}@1.1.4096", /the node is "4096", expected 0 to 4095$/],
  ["{5560,0}@1.1", /expected "\{type,instance\}" or "<zone/],
  ["{5560,0}@1.1.1x", /expected/],
  ["<*>", /the address is "<\*>", expected "\{type,instance\}"/],
  ["<1.1.1>", /expected/],
  ["<1.1.1:4294967296>", /the reference is "4294967296"/],
  ["<1.1.1:1> ", /expected/],
];

for (
  const [role, taken, refused] of [
    ["bind", BIND, BIND_REFUSED],
    ["connect", CONNECT, CONNECT_REFUSED],
  ] as const
) {
  describe(`parseTipc to ${role}`, () => {
    for (const [address, parsed] of taken) {
      it(`takes ${address}`, () => {
        const endpoint = parseEndpoint(`tipc://${address}`);
        assert.deepEqual(parseTipc(endpoint, role), parsed);
      });
    }

    for (const [address, message] of refused) {
      it(`refuses ${address}`, () => {
        const endpoint = parseEndpoint(`tipc://${address}`);
        assert.throws(() => parseTipc(endpoint, role), {
          name: "ZmqError",
          code: "EINVAL",
          address: endpoint.text,
          message,
        });
      });
    }
  });
}
