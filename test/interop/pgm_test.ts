// PGM over the loopback interface: ours, and libzmq's in both directions.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Publisher } from "../../mod.ts";
import { heard, listening, testMulticast } from "../compliance/multicast.ts";
import { noise, octets, text } from "../kit/messages.ts";
import { EPGM, groupEndpoint, skipWithoutPgm } from "../kit/pgm.ts";

/** One frame, several, empty ones, and one of many packets. */
const MESSAGES = [
  [octets("hello")],
  [octets("several"), octets(""), noise(2, 2)],
  [octets("")],
  [noise(253, 3)],
  [noise(254, 4), noise(255, 5)],
  [octets("large"), noise(100_000, 6), noise(1, 7)],
];

testMulticast(EPGM, {
  messages: MESSAGES,
  foreign: { what: "of all sizes", messages: MESSAGES },
  // What may be sent in the first second is sent at once.
  pace: { count: 250, least: 0.8, most: 5 },
  wrong: [
    ["epgm://127.0.0.1;239.192.1.1", "EINVAL"],
    ["epgm://127.0.0.1;10.0.0.1:5555", "EINVAL"],
    ["epgm://192.0.2.1;239.192.1.1:5555", "ENODEV"],
    ["epgm://127.0.0.1;239.192.1.1:5555", "EINVAL", { rate: 1 }],
    ["epgm://127.0.0.1;239.192.1.1:5555", "EINVAL", {
      multicastMaxTransportDataUnit: 50,
    }],
  ],
});

describe("epgm among ours", { skip: skipWithoutPgm }, () => {
  it("has a subscriber hear several publishers, and one that comes late the rest", async () => {
    const endpoint = groupEndpoint();
    const early = await listening(EPGM, endpoint);
    const [one, two] = [new Publisher(EPGM.fast), new Publisher(EPGM.fast)];
    await Promise.all([one.bind(endpoint), two.bind(endpoint)]);
    await one.send(["1", noise(5000, 1)]);
    await two.send(["2", noise(5000, 2)]);
    const first = await heard(early, 2);
    assert.deepEqual(first.map(([head]) => text(head)).sort(), ["1", "2"]);
    const late = await listening(EPGM, endpoint);
    await one.send("3");
    assert.deepEqual(text((await heard(late, 1))[0]![0]), "3");
    assert.equal(late.stats.gaps, 0);
    await Promise.all([one, two, early, late].map((each) => each.close()));
  });
});
