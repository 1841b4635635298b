// Autobahn's groups 1, 3, 4, 5, 6 and 10: messages, reserved bits and opcodes,
// fragments, text, and fragments of a size that nothing is made for.
// thorough
import { describe } from "node:test";
import { concat } from "../../src/base/bytes.ts";
import { text } from "../kit/websocket_wire.ts";
import {
  autobahn,
  type AutobahnCase,
  inFragments,
  payloadOf,
  type Wire,
} from "./autobahn.ts";

const TEXT = 1;
const BINARY = 2;
const GOES_ON = { fin: false } as const;

const hello = text("\0Hello, world!");
const PING = text("ping me");
const echo = [[BINARY, hello]] as const;
const halves = [text("\0fragment1"), text("fragment2")] as const;
const whole = [[BINARY, concat(halves)]] as const;
const PONG = [10, PING] as const;

const sizes = [0, 125, 126, 127, 128, 65535, 65536];

describe("Autobahn 1, framing", () => {
  autobahn([
    ...sizes.map((size, i): AutobahnCase => ({
      id: `1.1.${i + 1}`,
      name: `text of ${size} octets is refused`,
      says: (wire) => [wire(TEXT, "*".repeat(size))],
      close: 1003,
    })),
    {
      id: "1.1.8",
      name: "text of 65536 octets in chops of 997 is refused",
      says: (wire) => [wire(TEXT, "*".repeat(65536))],
      chop: 997,
      close: 1003,
    },
    // ZeroMQ frames have a flag: an empty message has none.
    {
      id: "1.2.1",
      name: "an empty message is refused",
      says: (wire) => [wire(BINARY)],
      close: 1002,
    },
    ...sizes.slice(1).map((size, i): AutobahnCase => ({
      id: `1.2.${i + 2}`,
      name: `a message of ${size} octets comes back`,
      says: (wire) => [wire(BINARY, payloadOf(size))],
      said: [[BINARY, payloadOf(size)]],
    })),
    {
      id: "1.2.8",
      name: "a message of 65536 octets in chops of 997 comes back",
      says: (wire) => [wire(BINARY, payloadOf(65536))],
      chop: 997,
      said: [[BINARY, payloadOf(65536)]],
    },
  ]);
});

describe("Autobahn 3, reserved bits", () => {
  const between = (wire: Wire, rsv: number) => [
    wire(BINARY, hello),
    wire(BINARY, hello, { rsv }),
    wire(9, PING),
  ];
  autobahn([
    {
      id: "3.1",
      name: "RSV = 1",
      says: (wire) => [wire(BINARY, hello, { rsv: 1 })],
      close: 1002,
    },
    {
      id: "3.2",
      name: "a message, then one with RSV = 2, then a Ping",
      says: (wire) => between(wire, 2),
      said: echo,
      close: 1002,
    },
    {
      id: "3.3",
      name: "as 3.2 with RSV = 3, in chops of 8",
      says: (wire) => between(wire, 3),
      chop: 8,
      said: echo,
      close: 1002,
    },
    {
      id: "3.4",
      name: "as 3.2 with RSV = 4, octet by octet",
      says: (wire) => between(wire, 4),
      chop: 1,
      said: echo,
      close: 1002,
    },
    {
      id: "3.5",
      name: "RSV = 5 on noise",
      says: (wire) => [wire(BINARY, payloadOf(16), { rsv: 5 })],
      close: 1002,
    },
    {
      id: "3.6",
      name: "RSV = 6 on a Ping",
      says: (wire) => [wire(9, PING, { rsv: 6 })],
      close: 1002,
    },
    {
      id: "3.7",
      name: "RSV = 7 on a Close",
      says: (wire) => [wire(8, "", { rsv: 7 })],
      close: 1002,
    },
  ]);
});

describe("Autobahn 4, opcodes", () => {
  const groups = [[3, 4, 5, 6, 7], [11, 12, 13, 14, 15]];
  autobahn(
    groups.flatMap((opcodes, group) =>
      opcodes.flatMap((opcode, i): AutobahnCase[] => {
        const id = `4.${group + 1}.${i + 1}`;
        const isFirst = i < 2;
        const payload = i % 2 === 0 ? "" : "reserved";
        const says = (wire: Wire) => [
          ...isFirst ? [] : [wire(BINARY, hello)],
          wire(opcode, payload),
          wire(9, PING),
        ];
        const said = isFirst ? [] : echo;
        const name = `the reserved opcode ${opcode} with "${payload}"`;
        return [
          { id, name, says, said, close: 1002 },
          {
            id,
            name: `${name}, octet by octet`,
            says,
            said,
            close: 1002,
            chop: 1,
          },
        ];
      })
    ),
  );
});

describe("Autobahn 5, fragments", () => {
  const [first, second] = halves;
  const inTwo = (wire: Wire) => [wire(BINARY, first, GOES_ON), wire(0, second)];
  const withPing = (wire: Wire) => [
    wire(BINARY, first, GOES_ON),
    wire(9, PING),
    wire(0, second),
  ];
  const stray = (wire: Wire, fin: boolean) => [
    wire(0, "non-continuation", { fin }),
    wire(BINARY, hello),
  ];
  const openless = (wire: Wire, fin: boolean) =>
    [0, 1].flatMap(() => [
      wire(0, "fragment1", { fin }),
      wire(BINARY, "\0fragment2", GOES_ON),
      wire(0, "fragment3"),
    ]);
  const five = (wire: Wire) => [
    wire(BINARY, "\0fragment1", GOES_ON),
    wire(0, "fragment2", GOES_ON),
    wire(9, "pongme 1!"),
    wire(0, "fragment3", GOES_ON),
    wire(0, "fragment4", GOES_ON),
    wire(9, "pongme 2!"),
    wire(0, "fragment5"),
  ];
  const fiveSaid = [
    [10, text("pongme 1!")],
    [10, text("pongme 2!")],
    [BINARY, text("\0fragment1fragment2fragment3fragment4fragment5")],
  ] as const;
  const manners: readonly [string, Partial<AutobahnCase>][] = [
    ["frame by frame", {}],
    ["all at once", { atOnce: true }],
    ["octet by octet", { chop: 1 }],
  ];
  /** A case in three chops, under three numbers in a row. */
  const thrice = (
    from: number,
    rest: Omit<AutobahnCase, "id" | "chop">,
  ): AutobahnCase[] =>
    manners.map(([how, manner], i) => ({
      ...rest,
      ...manner,
      id: `5.${from + i}`,
      name: `${rest.name}, ${how}`,
    }));
  autobahn([
    {
      id: "5.1",
      name: "a Ping in two fragments",
      says: (wire) => [wire(9, first, GOES_ON), wire(0, second)],
      close: 1002,
    },
    {
      id: "5.2",
      name: "a Pong in two fragments",
      says: (wire) => [wire(10, first, GOES_ON), wire(0, second)],
      close: 1002,
    },
    ...thrice(3, { name: "a message in two", says: inTwo, said: whole }),
    ...thrice(6, {
      name: "a Ping between two",
      says: withPing,
      said: [PONG, ...whole],
    }),
    ...thrice(9, {
      name: "a last fragment of nothing, then a message",
      says: (wire) => stray(wire, true),
      close: 1002,
    }),
    ...thrice(12, {
      name: "a fragment of nothing, then a message",
      says: (wire) => stray(wire, false),
      close: 1002,
    }),
    {
      id: "5.15",
      name: "a message in two, then a fragment of nothing",
      says: (wire) => [
        ...inTwo(wire),
        wire(0, "fragment3", GOES_ON),
        wire(BINARY, hello),
      ],
      said: whole,
      close: 1002,
    },
    {
      id: "5.16",
      name: "fragments without a first one, twice",
      says: (wire) => openless(wire, false),
      close: 1002,
    },
    {
      id: "5.17",
      name: "last fragments without a first one, twice",
      says: (wire) => openless(wire, true),
      close: 1002,
    },
    {
      id: "5.18",
      name: "a second beginning within a message",
      says: (wire) => [wire(BINARY, first, GOES_ON), wire(BINARY, second)],
      close: 1002,
    },
    {
      id: "5.19",
      name: "five fragments and two Pings, frame by frame",
      says: five,
      said: fiveSaid,
    },
    {
      id: "5.20",
      name: "five fragments and two Pings, all at once",
      says: five,
      atOnce: true,
      said: fiveSaid,
    },
    {
      id: "5.20",
      name: "a beginning without octets: the flag comes later",
      says: (wire) => [
        wire(BINARY, "", GOES_ON),
        wire(0, "", GOES_ON),
        wire(0, hello),
      ],
      said: echo,
    },
    {
      id: "5.20",
      name: "fragments without an octet are an empty message",
      says: (wire) => [wire(BINARY, "", GOES_ON), wire(0, "")],
      close: 1002,
    },
  ]);
});

describe("Autobahn 6, UTF-8", () => {
  const utf8 = (characters: string) => new TextEncoder().encode(characters);
  const euro = utf8("κόσμε");
  const broken = concat([
    euro,
    Uint8Array.of(0xed, 0xa0, 0x80),
    text("edited"),
  ]);
  const contents: readonly [string, string, Uint8Array][] = [
    ["6.1.1", "no text", text("")],
    ["6.2.1", "valid text", utf8("Hello-µ@ßöäüàá-UTF-8!!")],
    ["6.3.1", "invalid text", broken],
    ["6.5.1", "valid Greek", euro],
    ["6.6.1", "the beginning of a character", Uint8Array.of(0xce)],
    ["6.7.1", "a NUL", Uint8Array.of(0)],
    [
      "6.8.1",
      "a character of five octets",
      Uint8Array.of(0xf8, 0x88, 128, 128, 128),
    ],
    [
      "6.10.1",
      "a character beyond the last",
      Uint8Array.of(0xf7, 191, 191, 191),
    ],
    ["6.11.2", "U+E000", utf8("\ue000")],
    ["6.12.1", "an octet of going on", Uint8Array.of(0x80)],
    ["6.13.1", "beginnings alone", Uint8Array.of(0xc0, 0x20, 0xc1, 0x20)],
    ["6.14.1", "a last octet missing", Uint8Array.of(0xc0)],
    ["6.16.1", "octets of no character", Uint8Array.of(0xfe)],
    ["6.17.1", "a slash in too many octets", Uint8Array.of(0xc0, 0xaf)],
    ["6.18.1", "the largest in too many octets", Uint8Array.of(0xc1, 0xbf)],
    ["6.19.1", "a NUL in too many octets", Uint8Array.of(0xc0, 0x80)],
    ["6.20.1", "a half of a pair", Uint8Array.of(0xed, 0xa0, 0x80)],
    [
      "6.21.1",
      "two halves of a pair",
      Uint8Array.of(0xed, 160, 128, 0xed, 176, 128),
    ],
    ["6.22.1", "no character, U+FFFE", utf8("\ufffe")],
    ["6.23.1", "the character of a wrong one", utf8("\ufffd")],
  ];
  autobahn(contents.flatMap(([id, name, octets]): AutobahnCase[] => [
    {
      id,
      name: `${name} as text is refused`,
      says: (wire) => [wire(TEXT, octets)],
      close: 1003,
    },
    {
      id,
      name: `${name} in fragments of text is refused at the first`,
      says: (wire) => [wire(TEXT, "", GOES_ON), wire(0, octets)],
      close: 1003,
    },
    {
      id,
      name: `${name} in a message of octets is not looked at`,
      says: (wire) => [wire(BINARY, concat([Uint8Array.of(0), octets]))],
      said: [[BINARY, concat([Uint8Array.of(0), octets])]],
    },
  ]));
});

describe("Autobahn 10, automatic fragments", () => {
  const size = 65536;
  autobahn([
    {
      id: "10.1.1",
      name: "text in fragments of 1300 octets is refused at the first",
      says: (wire) => inFragments(wire, TEXT, payloadOf(size), 1300),
      close: 1003,
    },
    {
      id: "10.1.1",
      name: "a message in fragments of 1300 octets comes back in one",
      says: (wire) => inFragments(wire, BINARY, payloadOf(size), 1300),
      said: [[BINARY, payloadOf(size)]],
    },
  ]);
});
