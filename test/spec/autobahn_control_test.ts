// Autobahn's groups 2 and 7: Pings and Closes.
import { describe } from "node:test";
import { concat } from "../../src/base/bytes.ts";
import { closing } from "../kit/websocket_scene.ts";
import { text } from "../kit/websocket_wire.ts";
import {
  autobahn,
  type AutobahnCase,
  payloadOf,
  type Wire,
} from "./autobahn.ts";

const BINARY = 2;
const PING = 9;
const PONG = 10;
const CLOSE = 8;
const GOES_ON = { fin: false } as const;
const KIBI = 1024;

const hello = text("\0Hello, world!");
const echo = [[BINARY, hello]] as const;

describe("Autobahn 2, Pings and Pongs", () => {
  const most = payloadOf(125);
  const noise = Uint8Array.of(0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff);
  const ten = Array.from({ length: 10 }, (_, i) => text(`payload-${i}`));
  const pings = (wire: Wire) => ten.map((payload) => wire(PING, payload));
  const pongs = ten.map((payload) => [PONG, payload] as const);
  autobahn([
    {
      id: "2.1",
      name: "an empty Ping",
      says: (wire) => [wire(PING)],
      said: [[PONG, text("")]],
    },
    {
      id: "2.2",
      name: "a Ping with text",
      says: (wire) => [wire(PING, hello)],
      said: [[PONG, hello]],
    },
    {
      id: "2.3",
      name: "a Ping with noise",
      says: (wire) => [wire(PING, noise)],
      said: [[PONG, noise]],
    },
    {
      id: "2.4",
      name: "a Ping with 125 octets",
      says: (wire) => [wire(PING, most)],
      said: [[PONG, most]],
    },
    {
      id: "2.5",
      name: "a Ping with 126 octets",
      says: (wire) => [wire(PING, payloadOf(126))],
      close: 1002,
    },
    {
      id: "2.6",
      name: "a Ping with 125 octets, octet by octet",
      says: (wire) => [wire(PING, most)],
      chop: 1,
      said: [[PONG, most]],
    },
    {
      id: "2.7",
      name: "a Pong that nobody asked for",
      says: (wire) => [wire(PONG)],
    },
    {
      id: "2.8",
      name: "a Pong with text that nobody asked for",
      says: (wire) => [wire(PONG, "unsolicited pong payload")],
    },
    {
      id: "2.9",
      name: "a Pong that nobody asked for, then a Ping",
      says: (wire) => [wire(PONG, "unsolicited"), wire(PING, "ping payload")],
      said: [[PONG, text("ping payload")]],
    },
    { id: "2.10", name: "ten Pings", says: pings, said: pongs },
    {
      id: "2.11",
      name: "ten Pings, octet by octet",
      says: pings,
      chop: 1,
      said: pongs,
    },
  ]);
});

const valid = [
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999],
  ...[4000, 4999],
];
// Registered since Autobahn was written.
const newer = [1012, 1013, 1014];
const invalid = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];

describe("Autobahn 7, closing", () => {
  const ok = closing(1000);
  const large = payloadOf(256 * KIBI);
  autobahn([
    {
      id: "7.1.1",
      name: "a message, then a Close",
      says: (wire) => [wire(BINARY, hello), wire(CLOSE, ok)],
      said: echo,
      close: 1000,
    },
    {
      id: "7.1.2",
      name: "two Closes",
      says: (wire) => [wire(CLOSE, ok), wire(CLOSE, ok)],
      close: 1000,
    },
    {
      id: "7.1.3",
      name: "a Ping after a Close",
      says: (wire) => [wire(CLOSE, ok), wire(PING)],
      close: 1000,
    },
    {
      id: "7.1.4",
      name: "a message after a Close",
      says: (wire) => [wire(CLOSE, ok), wire(BINARY, hello)],
      close: 1000,
    },
    {
      id: "7.1.5",
      name: "a Close within a message",
      says: (wire) => [
        wire(BINARY, hello, GOES_ON),
        wire(CLOSE, ok),
        wire(0, "fragment2"),
      ],
      close: 1000,
    },
    {
      id: "7.1.6",
      name: "a message of 256 KiB, a Close, and a Ping",
      says: (wire) => [wire(BINARY, large), wire(CLOSE, ok), wire(PING)],
      said: [[BINARY, large]],
      close: 1000,
    },
    {
      id: "7.3.1",
      name: "a Close without a code",
      says: (wire) => [wire(CLOSE)],
      close: 1005,
    },
    {
      id: "7.3.2",
      name: "a Close with half of a code",
      says: (wire) => [wire(CLOSE, text("a"))],
      close: 1002,
    },
    {
      id: "7.3.3",
      name: "a Close with a code",
      says: (wire) => [wire(CLOSE, ok)],
      close: 1000,
    },
    {
      id: "7.3.4",
      name: "a Close with a reason",
      says: (wire) => [wire(CLOSE, closing(1000, "Hello World!"))],
      close: 1000,
    },
    {
      id: "7.3.5",
      name: "a Close with the longest reason, 123 octets",
      says: (wire) => [wire(CLOSE, closing(1000, "*".repeat(123)))],
      close: 1000,
    },
    {
      id: "7.3.6",
      name: "a Close with a reason of 124 octets",
      says: (wire) => [wire(CLOSE, closing(1000, "*".repeat(124)))],
      close: 1002,
    },
    {
      id: "7.5.1",
      name: "a Close with a reason that is no UTF-8",
      says: (wire) => [
        wire(CLOSE, concat([ok, text("\xce\xba\xed\xa0\x80")])),
      ],
      close: 1007,
    },
    ...[...valid, ...newer].map((code, i): AutobahnCase => ({
      id: `7.7.${i + 1}`,
      name: `the code ${code}`,
      says: (wire) => [wire(CLOSE, closing(code))],
      close: code,
    })),
    ...invalid.map((code, i): AutobahnCase => ({
      id: `7.9.${i + 1}`,
      name: `the code ${code}, which nobody may send`,
      says: (wire) => [wire(CLOSE, closing(code))],
      close: 1002,
    })),
    ...[1015, 5000, 65535].map((code, i): AutobahnCase => ({
      id: `7.13.${i}`,
      name: `the code ${code}, which means nothing`,
      says: (wire) => [wire(CLOSE, closing(code))],
      close: 1002,
    })),
  ]);
});
