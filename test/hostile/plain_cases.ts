// PLAIN as hostile peers speak it: wrong credentials, malformed commands,
// commands out of order. RFC 24.
import { concat } from "../../src/base/bytes.ts";
import { COMMAND } from "../../src/wire/framing.ts";
import { USER } from "../interop/security.ts";
import {
  type Attack,
  broken,
  type HostileCase,
  refused,
  tooLarge,
} from "./cases.ts";
import { goodMetadata, plainHello } from "./introduce.ts";
import { command, GREETING, greeting, message } from "./words.ts";

const UNEXPECTED = broken("ERR_ZMTP_UNEXPECTED_COMMAND");
const MALFORMED_HELLO = broken("ERR_ZMTP_MALFORMED_COMMAND_HELLO");
const MALFORMED_WELCOME = broken("ERR_ZMTP_MALFORMED_COMMAND_WELCOME");

/** A step of a script: octets to say, or one frame to hear first. */
type Step = Uint8Array | "hear" | ((attack: Attack) => Uint8Array);

const initiate = (attack: Attack) => command("INITIATE", goodMetadata(attack));
const ready = (attack: Attack) => command("READY", goodMetadata(attack));

/** Greets, then follows a script. What need not be waited for goes at once. */
const script = (...steps: Step[]) => async (attack: Attack) => {
  const { peer } = attack;
  peer.say(greeting(attack));
  await peer.take(GREETING);
  let waiting: Uint8Array[] = [];
  for (const step of steps) {
    if (step !== "hear") {
      waiting.push(typeof step === "function" ? step(attack) : step);
      continue;
    }
    peer.say(...waiting);
    waiting = [];
    await peer.frame();
  }
  peer.say(...waiting);
};

/** Names and passwords that are not the right ones, as octets. */
const guesses: readonly [name: string, user: string, password: string][] = [
  ["a wrong password", USER.name, "guess"],
  ["an empty password", USER.name, ""],
  ["a password in upper case", USER.name, USER.password.toUpperCase()],
  ["a prefix of the password", USER.name, USER.password.slice(0, -1)],
  ["a longer password", USER.name, `${USER.password}!`],
  ["a NUL after the password", USER.name, `${USER.password}\0`],
  ["a space after the password", USER.name, `${USER.password} `],
  ["a password that is not UTF-8", USER.name, `${USER.password}\xff`],
  ["a password of 255 octets", USER.name, "p".repeat(255)],
  ["no credentials", "", ""],
  ["an unknown user", "nobody", USER.password],
  ["the user in upper case", USER.name.toUpperCase(), USER.password],
  ["a NUL after the user", `${USER.name}\0`, USER.password],
  ["a NUL before the user", `\0${USER.name}`, USER.password],
  ["a user that is not UTF-8", `${USER.name}\xc0\x80`, USER.password],
  ["a user of 255 octets", "u".repeat(255), USER.password],
  ["the user __proto__", "__proto__", "__proto__"],
  ["the user constructor", "constructor", "constructor"],
  ["the user toString", "toString", "toString"],
];

/** HELLOs that are none. */
const hellos: readonly [name: string, data: string][] = [
  ["an empty HELLO", ""],
  ["a HELLO with a name only", "\x01a"],
  ["a HELLO whose name runs over", "\xffab"],
  ["a HELLO whose name runs into the password", "\x05maria"],
  ["a HELLO whose password runs over", "\x01a\xffb"],
  ["a HELLO with octets after the password", "\x01a\x01bc"],
  ["a HELLO with a NUL after the password", "\x01a\x01b\0"],
];

/** What a client may not say, in order, and what it hears before. */
const clientScripts: readonly [
  name: string,
  steps: readonly Step[],
  said: readonly string[],
][] = [
  ["INITIATE first", [initiate], []],
  ["READY first", [ready], []],
  ["WELCOME first", [command("WELCOME")], []],
  ["HELLO twice at once", [plainHello(), plainHello()], []],
  ["HELLO and INITIATE at once", [plainHello(), initiate], []],
  ["HELLO and a message at once", [plainHello(), message("early")], []],
  ["HELLO after WELCOME", [plainHello(), "hear", plainHello()], ["WELCOME"]],
  ["READY after WELCOME", [plainHello(), "hear", ready], ["WELCOME"]],
  [
    "a message after WELCOME",
    [plainHello(), "hear", message("early")],
    ["WELCOME"],
  ],
  [
    "ERROR after WELCOME",
    [plainHello(), "hear", command("ERROR", "\x03400")],
    ["WELCOME"],
  ],
];

/** What a server may not say. Our client has said HELLO by then. */
const serverScripts: readonly [
  name: string,
  steps: readonly Step[],
  said: readonly string[],
][] = [
  ["READY for a HELLO", ["hear", ready], []],
  ["HELLO for a HELLO", ["hear", plainHello()], []],
  ["INITIATE for a HELLO", ["hear", initiate], []],
  ["a message for a HELLO", ["hear", message("early")], []],
  [
    "WELCOME twice",
    ["hear", command("WELCOME"), command("WELCOME")],
    ["INITIATE"],
  ],
  [
    "a message after WELCOME",
    ["hear", command("WELCOME"), message("early")],
    ["INITIATE"],
  ],
  [
    "INITIATE for an INITIATE",
    ["hear", command("WELCOME"), "hear", initiate],
    ["INITIATE"],
  ],
];

const PLAIN = ["PLAIN"] as const;

/** Everything about PLAIN. */
export const plainCases: readonly HostileCase[] = [
  ...guesses.map(([name, user, password]): HostileCase => ({
    name,
    roles: ["client"],
    mechanisms: PLAIN,
    act: script(plainHello(user, password)),
    end: refused("400"),
    said: () => ["greeting", "ERROR 400"],
  })),
  ...hellos.map(([name, data]): HostileCase => ({
    name,
    roles: ["client"],
    mechanisms: PLAIN,
    act: script(command("HELLO", data)),
    end: MALFORMED_HELLO,
  })),
  ...clientScripts.map(([name, steps, said]): HostileCase => ({
    name: `${name}, from a client`,
    roles: ["client"],
    mechanisms: PLAIN,
    act: script(...steps),
    end: UNEXPECTED,
    said: () => ["greeting", ...said],
  })),
  ...serverScripts.map(([name, steps, said]): HostileCase => ({
    name: `${name}, from a server`,
    roles: ["server"],
    mechanisms: PLAIN,
    act: script(...steps),
    end: UNEXPECTED,
    said: () => ["greeting", "HELLO", ...said],
    cut: true,
  })),
  {
    name: "a HELLO of 1 MiB",
    roles: ["client"],
    mechanisms: PLAIN,
    act: script(command("HELLO", new Uint8Array(2 ** 20))),
    end: tooLarge,
    cut: true,
  },
  {
    name: "a WELCOME with octets",
    roles: ["server"],
    mechanisms: PLAIN,
    act: script("hear", command("WELCOME", "x")),
    end: MALFORMED_WELCOME,
  },
  {
    name: "a refusal in libzmq's spelling",
    roles: ["server"],
    mechanisms: PLAIN,
    act: script("hear", message("^RROR\x03400", COMMAND)),
    end: refused("400"),
  },
  {
    name: "a refusal after WELCOME",
    roles: ["server"],
    mechanisms: PLAIN,
    act: script("hear", command("WELCOME"), "hear", command("ERROR", "\0")),
    end: refused(""),
    said: () => ["greeting", "HELLO", "INITIATE"],
  },
  {
    name: "everything right, and INITIATE once more",
    roles: ["client"],
    mechanisms: PLAIN,
    act: async (attack) => {
      const twice = concat([initiate(attack), initiate(attack)]);
      await script(plainHello(), "hear", twice, "hear")(attack);
    },
    end: "ready",
  },
];
