// Socket types and their compatibility.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  compatible,
  identityTypes,
  receivingTypes,
  sendingTypes,
  singlePartTypes,
  SOCKET_TYPES,
  type SocketType,
  socketTypes,
} from "../../../src/options/socket_type.ts";

/** RFC 37, and the RFCs of the draft types: every pair that may talk. */
const PAIRS = [
  "REQ REP",
  "REQ ROUTER",
  "REP DEALER",
  "DEALER DEALER",
  "DEALER ROUTER",
  "ROUTER ROUTER",
  "PUB SUB",
  "PUB XSUB",
  "XPUB SUB",
  "XPUB XSUB",
  "PUSH PULL",
  "PAIR PAIR",
  "CLIENT SERVER",
  "RADIO DISH",
  "SCATTER GATHER",
  "PEER PEER",
  "CHANNEL CHANNEL",
];

describe("SOCKET_TYPES", () => {
  it("numbers the 21 types from 0 as libzmq does", () => {
    assert.deepEqual(Object.values(SOCKET_TYPES), [...Array(21).keys()]);
    assert.deepEqual(
      [SOCKET_TYPES.REQ, SOCKET_TYPES.PUSH, SOCKET_TYPES.STREAM],
      [3, 8, 11],
    );
    assert.equal(SOCKET_TYPES.CHANNEL, 20);
  });

  it("names them in upper case", () => {
    for (const type of socketTypes) assert.match(type, /^[A-Z]{3,7}$/);
  });
});

describe("compatible()", () => {
  it("admits exactly the pairs of RFC 37, both ways", () => {
    const expected = new Set(
      PAIRS.flatMap((pair) => [pair, pair.split(" ").reverse().join(" ")]),
    );
    for (const local of socketTypes) {
      for (const peer of socketTypes) {
        const pair = `${local} ${peer}`;
        assert.equal(compatible(local, peer), expected.has(pair), pair);
      }
    }
  });

  it("compares exactly, so that a hostile name is nobody's peer", () => {
    for (
      const name of ["pull", "PULL\0", " PULL", "", "__proto__", "toString"]
    ) {
      assert.equal(compatible("PUSH", name), false, JSON.stringify(name));
    }
  });
});

describe("the sets of types", () => {
  const missing = (types: readonly SocketType[]) =>
    socketTypes.filter((type) => !types.includes(type));

  it("sendingTypes leaves out those that only receive", () => {
    assert.deepEqual(missing(sendingTypes), ["SUB", "PULL", "DISH", "GATHER"]);
  });

  it("receivingTypes leaves out those that only send", () => {
    assert.deepEqual(
      missing(receivingTypes),
      ["PUB", "PUSH", "RADIO", "SCATTER"],
    );
  });

  it("singlePartTypes are libzmq's thread-safe ones", () => {
    assert.equal(
      [...singlePartTypes].sort().join(" "),
      "CHANNEL CLIENT DISH GATHER PEER RADIO SCATTER SERVER",
    );
  });

  it("identityTypes are those that tell a routing id", () => {
    assert.deepEqual([...identityTypes], ["REQ", "DEALER", "ROUTER"]);
  });
});
