// NORM over the loopback interface: ours, and libzmq's in both directions.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Publisher } from "../../mod.ts";
import { heard, listening, testMulticast } from "../compliance/multicast.ts";
import { noise, octets, text } from "../kit/messages.ts";
import { groupPort } from "../kit/multicast_subject.ts";
import { loopback } from "../kit/runtime.ts";
import { FAST, NORM, normEndpoint, skipWithoutNorm } from "../kit/norm.ts";

/** One frame, several, empty ones, and one that nearly fills two segments. */
const MESSAGES = [
  [octets("hello")],
  [octets("several"), octets(""), noise(2, 2)],
  [octets("")],
  [noise(255, 3)],
  [noise(256, 4), noise(1000, 5)],
  [noise(2000, 6)],
];

testMulticast(NORM, {
  messages: [...MESSAGES, [octets("large"), noise(100_000, 7), noise(1, 8)]],
  foreign: { what: "of two segments", messages: MESSAGES },
  pace: { count: 200, least: 1.2, most: 6 },
  wrong: [
    ["norm://127.0.0.1;239.193.1.1", "EINVAL"],
    ["norm://0,127.0.0.1;239.193.1.1:5555", "EINVAL"],
    ["norm://300.1.1.1:5555", "EINVAL"],
    ["norm://192.0.2.1;239.193.1.1:5555", "ENODEV"],
    ["norm://nothing0;239.193.1.1:5555", "ENODEV"],
    ["norm://nothing0;[ff05::77]:5555", "ENODEV"],
    ["norm://nothing0.100;[ff02::77]:5555", "ENODEV"],
    ["norm://2001:db8::1;[ff05::77]:5555", "ENODEV"],
    ["norm://192.0.2.1;[ff05::77]:5555", "ENODEV"],
    // Groups of IPv6 have no way from there.
    [`norm://${loopback};[ff05::77]:5555`, "ENODEV"],
    ["norm://127.0.0.1;239.193.1.1:5555", "EINVAL", { normSegmentSize: 1 }],
  ],
});

describe("norm among ours", { skip: skipWithoutNorm }, () => {
  it("keeps groups apart that share a port", async () => {
    const endpoint = normEndpoint();
    const other = endpoint.replace(";239.193", ";239.194");
    const places = await Promise.all([endpoint, other].map(async (where) => {
      const sub = await listening(NORM, where);
      const pub = new Publisher(FAST);
      await pub.bind(where);
      return { sub, pub };
    }));
    for (const [index, { sub, pub }] of places.entries()) {
      await pub.send(`${index}`);
      assert.equal(text((await heard(sub, 1))[0]![0]), `${index}`);
    }
    const sockets = places.flatMap(({ sub, pub }) => [sub, pub]);
    await Promise.all(sockets.map((each) => each.close()));
  });
});

describe("endpoints of NORM", { skip: skipWithoutNorm }, () => {
  it("of one host are taken while it is open", async () => {
    const endpoint = `norm://127.0.0.1:${groupPort()}`;
    const one = new Publisher(FAST);
    await one.bind(endpoint);
    const two = new Publisher(FAST);
    await assert.rejects(two.bind(endpoint), { code: "EADDRINUSE" });
    await one.close();
    await two.bind(endpoint);
    await two.close();
  });
});
