// What hostile peers tell of themselves: properties in READY and INITIATE.
// RFC 37 "metadata", "socket-type" and "identity".
import assert from "node:assert/strict";
import { concat, fromHex } from "../../src/base/bytes.ts";
import { broken, type HostileCase, tooLarge } from "./cases.ts";
import {
  goodMetadata,
  introduce,
  untilDeclined,
  untilIntroduced,
} from "./introduce.ts";
import { octetsOf, type Place, property, typeOf } from "./words.ts";

const INVALID = broken("ERR_ZMTP_INVALID_METADATA");

type Octets = (place: Place) => Uint8Array;

/** Octets after a property that is in order. */
const after = (hex: string): Octets => (place) =>
  concat([goodMetadata(place), fromHex(hex)]);

/** Properties after the socket type. */
const more = (...properties: Uint8Array[]): Octets => (place) =>
  concat([goodMetadata(place), ...properties]);

/** A name as octets, in a property with one octet of value. */
const named = (name: string): Uint8Array =>
  concat([
    Uint8Array.of(name.length),
    octetsOf(name),
    fromHex("0000000178"),
  ]);

const manyProperties = more(...Array(10_000).fill(named("A")));

/** Octets that are no properties. */
const malformed: readonly [name: string, octets: Octets][] = [
  ["a lone octet after the properties", after("01")],
  ["a name that runs over the end", after("ff41")],
  ["a name without a value", after("0141")],
  ["a value's length that is cut", after("0141000000")],
  ["a value that runs over by one", after("01410000000261")],
  ["a value of 2^31 - 1 octets", after("01417fffffff61")],
  ["a value of 2^31 octets", after("01418000000061")],
  ["a value of 2^32 - 1 octets", after("0141ffffffff61")],
  ["an empty name", after("000000000161")],
  ["a name with a NUL", more(named("A\0B"))],
  ["a name that is not ASCII", more(named("Caf\xe9"))],
  ["a name of escape sequences", more(named("\x1b[2J"))],
  ["a name with a space", more(named("A B"))],
  ["65 properties", more(...Array(64).fill(named("A")))],
  [
    "a second socket type",
    (place) => concat([goodMetadata(place), goodMetadata(place)]),
  ],
  [
    "a second socket type in lower case",
    (place) =>
      concat([goodMetadata(place), property("socket-type", typeOf(place))]),
  ],
  [
    "a second identity",
    more(
      property("Identity", "a"),
      property("Identity", "b"),
    ),
  ],
];

/** Properties that are in order, and not accepted. */
const declined: readonly [name: string, octets: Octets, reason: RegExp][] = [
  ...([
    ["PUB", "PUB"],
    ["an unknown socket type", "KLINGON"],
    ["an empty socket type", ""],
    ["a huge socket type", "R".repeat(50_000)],
    ["a socket type with a NUL", "DEALER\0"],
    ["a socket type with a space", "ROUTER "],
    ["the socket type __proto__", "__proto__"],
    ["the socket type toString", "toString"],
    ["a socket type of escape sequences", "\x1b]0;owned\x07"],
  ] as const).map(([name, type]) =>
    [
      name,
      () => property("Socket-Type", type),
      /cannot talk to a peer of type/,
    ] as [string, Octets, RegExp]
  ),
  [
    "a socket type in lower case",
    (place) => property("Socket-Type", typeOf(place).toLowerCase()),
    /cannot talk to a peer of type/,
  ],
  [
    "an identity of 256 octets",
    more(property("Identity", "i".repeat(256))),
    /an identity of 256 octets/,
  ],
  [
    "an identity that begins with 0",
    more(property("Identity", "\0abc")),
    /an identity of 4 octets/,
  ],
];

/** Names that mean something to JavaScript, and nothing to ZMTP. */
const traps = [
  "__proto__",
  "constructor",
  "prototype",
  "then",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "toJSON",
];

/** Properties that are in order. */
const accepted: readonly [name: string, octets: Octets][] = [
  ["no properties", () => new Uint8Array(0)],
  ["64 properties", more(...Array(63).fill(named("A")))],
  ["an identity of 255 octets", more(property("Identity", "i".repeat(255)))],
  [
    "names that mean something to JavaScript",
    more(
      ...traps.map((name) => property(name, "polluted")),
    ),
  ],
];

/** Metadata, where it belongs in each mechanism. */
export const metadataCases: readonly HostileCase[] = [
  ...malformed.map(([name, octets]): HostileCase => ({
    name,
    act: (attack) => introduce(attack, octets(attack)),
    end: INVALID,
    said: untilIntroduced,
  })),
  ...declined.map(([name, octets, reason]): HostileCase => ({
    name,
    act: async (attack) => {
      await introduce(attack, octets(attack));
      const { error } = await attack.scene.event("disconnect");
      assert.match(error!.message, reason);
      assert.ok(error!.message.length < 250, "the message is short");
    },
    end: INVALID,
    said: untilDeclined,
  })),
  ...accepted.map(([name, octets]): HostileCase => ({
    name,
    act: async (attack) => {
      await introduce(attack, octets(attack));
      const { peer } = await attack.scene.event("handshake");
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
      assert.ok(peer!.properties instanceof Map);
      assert.equal(Object.getPrototypeOf(peer), Object.prototype);
      const isTrap = octets(attack).length > 200 && name.startsWith("names");
      for (const trap of isTrap ? traps : []) {
        assert.equal(peer!.properties.get(trap), "polluted");
      }
    },
    end: "ready",
  })),
  {
    name: "10 000 properties",
    options: { socket: { maxHandshakeSize: 2 ** 20 } },
    act: (attack) => introduce(attack, manyProperties(attack)),
    end: INVALID,
    said: untilIntroduced,
    cut: true,
  },
  {
    name: "10 000 properties in more than 64 KiB",
    act: (attack) => introduce(attack, manyProperties(attack)),
    end: tooLarge,
    said: untilIntroduced,
    cut: true,
  },
  {
    name: "a property of 1 MiB",
    act: (attack) =>
      introduce(attack, more(property("X", new Uint8Array(2 ** 20)))(attack)),
    end: tooLarge,
    said: untilIntroduced,
    cut: true,
  },
];
