// Greetings of hostile peers: what is no ZMTP, is too old, or agrees on no
// mechanism. RFC 37 "greeting".
import assert from "node:assert/strict";
import { concat, fromHex, toBytes } from "../../src/base/bytes.ts";
import { pause } from "../kit/wait.ts";
import { type Attack, broken, gone, type HostileCase, late } from "./cases.ts";
import { login, shake } from "./login.ts";
import { GREETING, greeting } from "./words.ts";

const UNSPECIFIED = broken("ERR_ZMTP_UNSPECIFIED");
const MISMATCH = broken("ERR_ZMTP_MECHANISM_MISMATCH");
const nothing = () => new Uint8Array(0);

/** Only what every version begins with may be said by then. */
const signature = () => ["signature"];
const major = () => ["major"];
const wholeGreeting = () => ["greeting"];

/** Other protocols that find the port. */
const strangers: readonly [name: string, octets: Uint8Array][] = [
  ["an HTTP request", toBytes("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")],
  ["an SSH client", toBytes("SSH-2.0-OpenSSH_9.6\r\n")],
  [
    "a TLS ClientHello",
    fromHex(`16030100c8010000c40303${"5a".repeat(32)}20${"a5".repeat(165)}`),
  ],
  ["an AMQP header", fromHex("414d515000000901")],
  ["a zero", fromHex("00")],
  ["a signature with one bit wrong", fromHex("7f00000000000000017f03")],
  // libzmq looks at no other bit of its last octet.
  ["a signature that ends with 01", fromHex("ff00000000000000010103")],
  ["a signature that ends with ff", fromHex("ff0000000000000001ff03")],
];

/** What a peer of an older version says first. RFC 23. */
const downgrades: readonly [
  name: string,
  octets: string,
  said: () => readonly string[],
][] = [
  ["ZMTP 1.0 without an identity", "0100", signature],
  ["ZMTP 1.0 with an identity", "050041424344", signature],
  ["ZMTP 1.0 with a long identity", "ff000000000000000100", signature],
  ["ZMTP 1.0 with a signature", "ff00000000000000017f00", major],
  ["ZMTP 2.0", "ff00000000000000017f01050000", major],
  ["ZMTP 2.1", "ff00000000000000017f02050000", major],
];

/** Mechanism fields that are not exactly the one configured. */
const mechanismFields: readonly [
  name: string,
  field: (own: string) => string,
][] = [
  ["an unknown mechanism", () => "KERBEROS"],
  ["no mechanism", () => ""],
  ["a prefix of the mechanism", (own) => own.slice(0, -1)],
  ["a longer mechanism", (own) => `${own}S`],
  ["the mechanism in lower case", (own) => own.toLowerCase()],
  ["the mechanism after a space", (own) => ` ${own}`],
  ["the mechanism padded with spaces", (own) => own.padEnd(20)],
  ["the mechanism with octets after its end", (own) => `${own}\0X`],
  ["a mechanism of 20 octets", () => "A".repeat(20)],
  ["the mechanism __proto__", () => "__proto__"],
  ["the mechanism constructor", () => "constructor"],
  ["a mechanism of escape sequences", () => "\x1b[2J\x07\r\n"],
  ["another mechanism", (own) => own === "NULL" ? "PLAIN" : "NULL"],
];

/** What is odd about a greeting and must not matter. */
const oddities: readonly [
  name: string,
  change: Parameters<typeof greeting>[1],
][] = [
  ["a higher major version", { major: 4 }],
  ["the highest version", { major: 255, minor: 255 }],
  ["a higher minor version", { minor: 9 }],
  ["version 3.0", { minor: 0 }],
  ["garbage as padding", { padding: fromHex("deadbeefcafef00d") }],
  ["garbage as filler", { filler: new Uint8Array(31).fill(0xa5) }],
  ["an as-server of 2", { asServer: 2 }],
  ["an as-server of 0", { asServer: 0 }],
];

/** Says octets one by one while it is heard; gives how many were said. */
async function drip(
  { peer }: Attack,
  octets: Uint8Array,
  delay: number,
): Promise<number> {
  let said = 0;
  while (said < octets.length && !peer.ended) {
    peer.say(octets.subarray(said, ++said));
    await pause(delay);
  }
  return said;
}

/** Greetings, and what comes instead of them. */
export const greetingCases: readonly HostileCase[] = [
  {
    name: "silence",
    options: { socket: { handshakeInterval: 1000 } },
    act: nothing,
    end: late,
    said: signature,
  },
  {
    name: "a greeting that drips in past the deadline",
    options: { socket: { handshakeInterval: 1000 } },
    act: async (attack) => {
      const octets = greeting(attack).subarray(1);
      attack.peer.say(Uint8Array.of(0xff));
      const said = await drip(attack, octets, 25);
      assert.ok(said < octets.length, "the limit is not one between octets");
    },
    end: late,
    said: wholeGreeting,
    cut: true,
  },
  {
    name: "a greeting that drips in in time",
    act: async (attack) => {
      await drip(attack, greeting(attack), 0);
      await shake(attack.peer, attack);
    },
    end: "ready",
  },
  ...strangers.map(([name, octets]): HostileCase => ({
    name,
    act: () => octets,
    end: UNSPECIFIED,
    said: signature,
    cut: true,
  })),
  ...downgrades.map(([name, octets, said]): HostileCase => ({
    name: `a downgrade to ${name}`,
    act: () => fromHex(octets),
    options: { socket: { zapDomain: "safe" } },
    end: UNSPECIFIED,
    said,
    cut: true,
  })),
  ...mechanismFields.map(([name, field]): HostileCase => ({
    name,
    act: (place) =>
      greeting(place, { mechanism: toBytes(field(place.mechanism)) }),
    end: MISMATCH,
    said: wholeGreeting,
  })),
  ...oddities.map(([name, change]): HostileCase => ({
    name,
    act: async ({ peer, ...place }) => {
      await login(peer, place, { greeting: change! });
    },
    end: "ready",
  })),
  {
    name: "a second server",
    roles: ["client"],
    mechanisms: ["PLAIN", "CURVE"],
    act: (place) => greeting(place, { asServer: 1 }),
    end: MISMATCH,
    said: wholeGreeting,
  },
  {
    name: "a greeting twice",
    act: (place) => concat([greeting(place), greeting(place)]),
    end: UNSPECIFIED,
    cut: true,
  },
  {
    name: "a greeting and a megabyte of noise",
    act: (place) =>
      concat([greeting(place), new Uint8Array(2 ** 20).fill(0xa8)]),
    end: UNSPECIFIED,
    cut: true,
  },
  {
    name: "a greeting and a megabyte of empty messages",
    act: (place) => concat([greeting(place), new Uint8Array(2 ** 20)]),
    end: broken("ERR_ZMTP_UNEXPECTED_COMMAND"),
    cut: true,
  },
  {
    name: "RST at the first octet",
    act: async ({ peer }) => {
      await peer.has(1);
      peer.reset();
    },
    end: gone,
    cut: true,
    said: signature,
  },
  {
    name: "FIN at once",
    act: ({ peer }) => Promise.resolve(peer.finish()),
    end: gone,
    said: signature,
    cut: true,
  },
  {
    name: "a side that is closed after the greeting",
    act: async ({ peer, ...place }) => {
      peer.say(greeting(place));
      await peer.has(GREETING);
      peer.finish();
    },
    end: gone,
    cut: true,
  },
];
