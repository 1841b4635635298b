// What peers say after they were let in: sizes, parts, commands and octets
// that are wrong. RFC 37 "framing", "traffic", "heartbeating".
import { fromHex, toBytes } from "../../src/base/bytes.ts";
import { encodeCommand } from "../../src/wire/commands.ts";
import { mechanisms } from "../interop/security.ts";
import { noise } from "../kit/messages.ts";
import { broken, tooLarge, type TrafficCase } from "./traffic_runner.ts";
import type { Insider } from "./traffic_scene.ts";

const MORE = 1;
const COMMAND = 4;
const MALFORMED = "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED";
const UNSPECIFIED = "ERR_ZMTP_UNSPECIFIED";

/** Sizes that no message may have, and which error tells of each. */
const sizes: readonly [size: bigint, isNumber: boolean][] = [
  [2n ** 26n + 1000n, true],
  [2n ** 31n - 1n, true],
  [2n ** 31n, true],
  [2n ** 32n - 1n, true],
  [2n ** 32n, true],
  [2n ** 53n - 1n, true],
  [2n ** 53n, false],
  [2n ** 63n - 1n, false],
  [2n ** 63n, false],
  [2n ** 64n - 1n, false],
];

function longHeader(flags: number, size: bigint): Uint8Array {
  const header = new Uint8Array(9);
  header[0] = flags | 2;
  new DataView(header.buffer).setBigUint64(1, size);
  return header;
}

const lengths = sizes.map(([size, isNumber], i): TrafficCase => ({
  name: `a frame of ${size} octets`,
  // The frame around a sealed one is read like any other.
  mechanisms: i % 3 === 0 ? mechanisms : ["NULL"],
  act: ({ raw }) => raw.say(longHeader(0, size), new Uint8Array(4096)),
  end: isNumber ? tooLarge : broken(UNSPECIFIED),
}));

/** A message in parts that has no last one. */
function* endless(part: Uint8Array, count: number): Iterable<Uint8Array> {
  for (let i = 0; i < count; i++) yield part;
}

const MEBIOCTET = 1024 * 1024;

const messages: readonly TrafficCase[] = [
  {
    name: "a message that never ends, of small parts",
    socket: { maxMessageParts: 1000 },
    act: (insider) => insider.say(MORE, ...endless(toBytes("x"), 1001)),
    end: tooLarge,
  },
  {
    name: "a message that never ends, of parts of 1 MiB",
    socket: { maxMessageBytes: 4 * MEBIOCTET },
    act: (insider) =>
      insider.say(MORE, ...endless(new Uint8Array(MEBIOCTET), 5)),
    end: tooLarge,
  },
  {
    name: "a message that never ends, and is ended by a FIN",
    act: (insider) => {
      insider.say(MORE, toBytes("never"), toBytes("said"));
      insider.raw.finish();
    },
    end: undefined,
  },
];

/** A command, sealed where it has to be. */
function commands(insider: Insider, ...bodies: (Uint8Array | string)[]): void {
  insider.say(
    COMMAND,
    ...bodies.map((body) => typeof body === "string" ? bytes(body) : body),
  );
}

/** The octets of a text with a character each, below 256. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const wrongCommands: readonly [string, Uint8Array | string, string][] = [
  ["a command without a name", "\0", MALFORMED],
  ["an empty command", "", MALFORMED],
  ["a command whose name runs over its end", "\x09PING", MALFORMED],
  ["a command with a name of 255 octets", "\xffPING", MALFORMED],
  ["a command whose name has small letters", "\x04ping\0\0", MALFORMED],
  ["a command named by escape sequences", "\x03\x1b[A", MALFORMED],
  ["a PING without a ttl", "\x04PING", MALFORMED],
  ["a PING with half a ttl", "\x04PING\0", MALFORMED],
  [
    "a PING with a context of 17 octets",
    "\x04PING\0\0" + "c".repeat(17),
    MALFORMED,
  ],
  [
    "a PONG with a context of 17 octets",
    "\x04PONG" + "c".repeat(17),
    MALFORMED,
  ],
  [
    "an ERROR",
    "\x05ERROR\x03\x1b[A",
    "ERR_ZMTP_UNEXPECTED_COMMAND",
  ],
  [
    "an ERROR whose reason runs over its end",
    "\x05ERROR\xff400",
    "ERR_ZMTP_MALFORMED_COMMAND_ERROR",
  ],
];

const commandCases: readonly TrafficCase[] = [
  ...wrongCommands.map(([name, body, reason]): TrafficCase => ({
    name,
    act: (insider) => commands(insider, body),
    end: broken(reason),
  })),
  {
    name: "a command of more than 64 KiB",
    act: (insider) =>
      commands(insider, encodeCommand("SUBSCRIBE", noise(65_600, 1))),
    end: tooLarge,
  },
  {
    name: "commands that nobody knows, and those of a handshake again",
    act: (insider) =>
      commands(
        insider,
        ...["FUTURE", "READY", "HELLO", "WELCOME", "INITIATE", "MESSAGE"]
          .flatMap((name) => [
            encodeCommand(name, new Uint8Array(0)),
            encodeCommand(name, noise(300, 2)),
          ]),
      ),
    end: "on",
  },
  {
    name: "a PONG that nobody asked for",
    act: (insider) => commands(insider, "\x04PONG", "\x04PONGnobody asked"),
    end: "on",
  },
  {
    name: "PINGs with every ttl, in the middle of a message",
    act: (insider) => {
      insider.say(MORE, toBytes("one"));
      commands(insider, "\x04PING\0\0", "\x04PING\xff\xff", "\x04PING\0\0");
      insider.say(0, toBytes("two"));
    },
    end: "on",
    handsOver: [["one", "two"]],
  },
  {
    name: "a ttl of a tenth of a second, and then silence",
    act: (insider) => commands(insider, "\x04PING\0\x01"),
    end: { code: "ETIMEDOUT" },
  },
  {
    name: "subscriptions and groups where there are none",
    act: (insider) =>
      commands(
        insider,
        "\x09SUBSCRIBEa",
        "\x06CANCELa",
        "\x04JOINa",
        "\x05LEAVEa",
        encodeCommand("JOIN", new Uint8Array(300)),
      ),
    end: "on",
  },
];

/** Octets that no frame begins with. */
const reserved = [0x08, 0x10, 0x20, 0x40, 0x80, 0xff].map((
  flags,
): TrafficCase => ({
  name: `the flags 0x${flags.toString(16)}`,
  act: ({ raw }) => raw.say(Uint8Array.of(flags)),
  end: broken(UNSPECIFIED),
}));

const octetCases: readonly TrafficCase[] = [
  ...reserved,
  {
    name: "a command with the MORE bit",
    act: ({ raw }) => raw.say(fromHex("050504504f4e47")),
    end: broken(UNSPECIFIED),
  },
  ...[3, 4, 5].map((seed): TrafficCase => ({
    name: `octets that mean nothing, ${seed}`,
    // The first of them is no flags that there are.
    act: ({ raw }) => raw.say(Uint8Array.of(0xf0 | seed), noise(5000, seed)),
    end: broken(UNSPECIFIED),
  })),
  {
    name: "its greeting and READY again",
    // 0xff has every reserved bit.
    act: ({ raw }) => raw.say(raw.octets.slice(0, 1), noise(200, 6)),
    end: broken(UNSPECIFIED),
  },
  {
    name: "a reset in the middle of a message",
    // A Unix socket has no other end than a FIN.
    schemes: ["tcp"],
    act: async (insider) => {
      insider.say(MORE, toBytes("a"));
      // A reset does not wait for what was said: the answer proves it came.
      commands(insider, "\x04PING\0\0");
      await insider.hear();
      insider.raw.reset();
    },
    end: { code: "ECONNRESET" },
  },
];

/** Sizes and parts. */
export const sizeCases: readonly TrafficCase[] = [...lengths, ...messages];

/** Commands, and octets that are no frames. */
export const wordCases: readonly TrafficCase[] = [
  ...commandCases,
  ...octetCases,
];
