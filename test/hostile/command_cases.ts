// Frames and commands that hostile peers send before they are logged in.
// RFC 37 "framing" and "command".
import { concat, fromHex } from "../../src/base/bytes.ts";
import { pause } from "../kit/wait.ts";
import {
  type Attack,
  broken,
  type Failure,
  type HostileCase,
  refused,
  tooLarge,
} from "./cases.ts";
import { goodMetadata, introduction } from "./introduce.ts";
import { login } from "./login.ts";
import { command, GREETING, greeting, message, octetsOf } from "./words.ts";

const UNEXPECTED = broken("ERR_ZMTP_UNEXPECTED_COMMAND");
const MALFORMED = broken("ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED");
const MALFORMED_ERROR = broken("ERR_ZMTP_MALFORMED_COMMAND_ERROR");
const UNSPECIFIED = broken("ERR_ZMTP_UNSPECIFIED");

/** Greets, and says octets. */
const greetAnd = (said: Uint8Array) => async (attack: Attack) => {
  const { peer } = attack;
  peer.say(greeting(attack));
  await peer.has(GREETING);
  peer.say(said);
};

/** The lengths of long frames, in hexadecimal, and whether any is counted. */
const lengths: readonly [name: string, size: string, counted: boolean][] = [
  ["65 537", "0000000000010001", true],
  ["2^31 - 1", "000000007fffffff", true],
  ["2^31", "0000000080000000", true],
  ["2^32 - 1", "00000000ffffffff", true],
  ["2^32", "0000000100000000", true],
  ["2^53 - 1", "001fffffffffffff", true],
  ["2^53", "0020000000000000", false],
  ["2^63 - 1", "7fffffffffffffff", false],
  ["2^63", "8000000000000000", false],
  ["2^64 - 1", "ffffffffffffffff", false],
];

/** Frames that no handshake begins with. */
const frames: readonly [
  name: string,
  octets: Uint8Array,
  end: Failure,
][] = [
  ["a message", message("early"), UNEXPECTED],
  ["an empty message", message(""), UNEXPECTED],
  ["a message of two frames", message("early", 1), UNEXPECTED],
  ["a READY that is a message", fromHex("0006055245414459"), UNEXPECTED],
  ["a PING", command("PING", "\0\0"), UNEXPECTED],
  ["a PONG", command("PONG"), UNEXPECTED],
  ["a SUBSCRIBE", command("SUBSCRIBE", "topic"), UNEXPECTED],
  ["a CANCEL", command("CANCEL", "topic"), UNEXPECTED],
  ["a JOIN", command("JOIN", "group"), UNEXPECTED],
  ["a LEAVE", command("LEAVE", "group"), UNEXPECTED],
  ["a MESSAGE", command("MESSAGE", "x".repeat(40)), UNEXPECTED],
  ["an unknown command", command("EHLO", "example.com"), UNEXPECTED],
  ["a command named as a method", command("CONSTRUCTOR"), UNEXPECTED],
  ["an empty command", fromHex("0400"), MALFORMED],
  ["a command without a name", fromHex("040100"), MALFORMED],
  ["a name that runs over the end", fromHex("0403ff5245"), MALFORMED],
  ["a name of 255 letters", command("R".repeat(255)), UNEXPECTED],
  ["a name in lower case", fromHex("0406057265616479"), MALFORMED],
  ["a name of escape sequences", fromHex("0405041b5b324a"), MALFORMED],
  ["a command with MORE", fromHex("0506055245414459"), UNSPECIFIED],
  ...["0c", "14", "24", "44", "84"].map(
    (flags): [string, Uint8Array, Failure] => [
      `the reserved bits of 0x${flags}`,
      fromHex(`${flags}06055245414459`),
      UNSPECIFIED,
    ],
  ),
];

/** ERRORs: what they carry, and what is made of it. */
const errors: readonly [
  name: string,
  data: string,
  end: Failure,
][] = [
  ["an ERROR of a refusal", "\x03400", refused("400")],
  ["an ERROR without a reason", "\0", refused("")],
  [
    "an ERROR of 255 octets",
    `\xff${"e".repeat(255)}`,
    refused("e".repeat(255)),
  ],
  ["an ERROR whose reason runs over", "\x04400", MALFORMED_ERROR],
  ["an ERROR with octets after its reason", "\x02400", MALFORMED_ERROR],
  ["an ERROR without a length", "", MALFORMED_ERROR],
  [
    "an ERROR of escape sequences",
    "\x09\x1b[31m\r\n\x07\xff",
    refused("\\x1b[31m\\x0d\\x0a\\x07\\xff"),
  ],
  ["an ERROR of 1 MiB", "e".repeat(2 ** 20), tooLarge],
];

/** Commands and frames before login. */
export const commandCases: readonly HostileCase[] = [
  ...lengths.flatMap(([name, size, counted]) =>
    ["06", "02"].map((flags): HostileCase => ({
      name: `a ${flags === "06" ? "command" : "message"} of ${name} octets`,
      act: greetAnd(fromHex(`${flags}${size}055245`)),
      end: counted ? tooLarge : UNSPECIFIED,
    }))
  ),
  ...frames.map(([name, said, end]): HostileCase => ({
    name: `${name} instead of the handshake`,
    act: greetAnd(said),
    end,
  })),
  ...errors.map(([name, data, end]): HostileCase => ({
    name,
    act: greetAnd(command("ERROR", octetsOf(data))),
    // A client has nothing to refuse: to a server it says who it is first.
    end: ({ role, mechanism }) =>
      role === "client" && mechanism !== "NULL" && end !== tooLarge
        ? UNEXPECTED
        : end,
    cut: true,
  })),
  {
    name: "a READY twice",
    mechanisms: ["NULL"],
    act: async (attack) => {
      await login(attack.peer, attack);
      attack.peer.say(command("READY", goodMetadata(attack)));
    },
    end: "ready",
  },
  {
    name: "traffic right behind the handshake",
    mechanisms: ["NULL", "PLAIN"],
    act: async (attack) => {
      const last = await introduction(attack, goodMetadata(attack));
      attack.peer.say(last, message("pipelined"));
      await attack.scene.hears("pipelined");
    },
    end: "ready",
  },
  {
    name: "a whole handshake and traffic in one piece",
    mechanisms: ["NULL"],
    act: async (attack) => {
      attack.peer.say(
        greeting(attack),
        command("READY", goodMetadata(attack)),
        message("pipelined"),
      );
      await attack.scene.hears("pipelined");
    },
    end: "ready",
  },
  {
    name: "a whole handshake and traffic, an octet at a time",
    mechanisms: ["NULL"],
    act: async (attack) => {
      const said = concat([
        greeting(attack),
        command("READY", goodMetadata(attack)),
        message("pipelined"),
      ]);
      for (const octet of said) {
        attack.peer.say(Uint8Array.of(octet));
        await pause();
      }
      await attack.scene.hears("pipelined");
    },
    end: "ready",
  },
];
