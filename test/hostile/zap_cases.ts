// Authenticators at fault, sockets and functions: whatever they answer, or
// not, nobody gets in by it. RFC 27. The first question gets the wrong answer.
import { concat } from "../../src/base/bytes.ts";
import { type Authenticator, ZmqError } from "../../mod.ts";
import {
  type Attack,
  broken,
  type Failure,
  type HostileCase,
  late,
  refused,
} from "./cases.ts";
import { goodMetadata, introduction, plainHello } from "./introduce.ts";
import { GREETING, greeting, type Place } from "./words.ts";
import {
  answeringWorld,
  goodReply,
  rawProperty,
  type Replies,
  type Reply,
  replyingWorld,
} from "./zap_world.ts";

const MALFORMED = broken("ERR_ZAP_MALFORMED_REPLY");
const BAD_VERSION = broken("ERR_ZAP_BAD_VERSION");
const BAD_STATUS = broken("ERR_ZAP_INVALID_STATUS_CODE");
const BAD_METADATA = broken("ERR_ZAP_INVALID_METADATA");
const UNSPECIFIED = broken("ERR_ZAP_UNSPECIFIED");

/** A good reply with one frame replaced. */
const replaced = (at: number, frame: string | Uint8Array): Replies => (id) => [
  goodReply(id).map((each, i) => i === at ? frame : each),
];
const first =
  (count: number): Replies => (id) => [goodReply(id).slice(0, count)];
const longer = (...more: Reply): Replies => (id) => [
  [...goodReply(id), ...more],
];
const metadata = (...parts: Uint8Array[]) => replaced(6, concat(parts));

/** Replies of a handler socket, and what is made of them. */
const replies: readonly [name: string, replies: Replies, end: Failure][] = [
  ["no reply", () => [], late],
  ["a reply of one frame", first(1), late],
  ["a reply of two frames", first(2), late],
  ["a reply of three frames", first(3), MALFORMED],
  ["a reply of six frames", first(6), MALFORMED],
  ["a reply of eight frames", longer(""), MALFORMED],
  ["a reply of a thousand frames", longer(...Array(1000).fill("x")), MALFORMED],
  ["a delimiter with octets", replaced(0, "x"), UNSPECIFIED],
  ["no version", replaced(1, ""), BAD_VERSION],
  ["version 1.1", replaced(1, "1.1"), BAD_VERSION],
  ["version 2.0", replaced(1, "2.0"), BAD_VERSION],
  ["a version with a NUL", replaced(1, "1.0\0"), BAD_VERSION],
  ["a version of escape sequences", replaced(1, "\x1b[2J"), BAD_VERSION],
  ["no request id", replaced(2, ""), late],
  ["another request's id", replaced(2, "12345678"), late],
  ["a part of the id", (id) => replaced(2, id.subarray(1))(id), late],
  ["a longer id", (id) => replaced(2, concat([id, id]))(id), late],
  ["no status", replaced(3, ""), BAD_STATUS],
  ["status 20", replaced(3, "20"), BAD_STATUS],
  ["status 2000", replaced(3, "2000"), BAD_STATUS],
  ["a space after the status", replaced(3, "200 "), BAD_STATUS],
  ["a space before the status", replaced(3, " 200"), BAD_STATUS],
  ["a NUL after the status", replaced(3, "200\0"), BAD_STATUS],
  ["status 201", replaced(3, "201"), BAD_STATUS],
  ["status 100", replaced(3, "100"), BAD_STATUS],
  ["status of one octet", replaced(3, "\xc8"), BAD_STATUS],
  ["a status of C1 controls", replaced(3, "\xc2\x9b2J"), BAD_STATUS],
  ["status OK", replaced(3, "OK"), BAD_STATUS],
  ["status 300", replaced(3, "300"), refused("300")],
  ["status 400", replaced(3, "400"), refused("400")],
  ["status 500", replaced(3, "500"), refused("500")],
  [
    "a status text of escape sequences",
    (id) => [["", "1.0", id, "400", "\x1b[2J\r\n\xff", "", ""]],
    refused("400"),
  ],
  ["a user id of 256 octets", replaced(5, "u".repeat(256)), MALFORMED],
  ["metadata of one octet", metadata(Uint8Array.of(1)), BAD_METADATA],
  ["a name that runs over", metadata(Uint8Array.of(9, 65)), BAD_METADATA],
  ["an empty name", metadata(rawProperty("", "x")), BAD_METADATA],
  ["a value that runs over", metadata(rawProperty("A", "x", 2)), BAD_METADATA],
  ["a value of 2^31", metadata(rawProperty("A", "x", 2 ** 31)), BAD_METADATA],
  [
    "a value of 2^32 - 1",
    metadata(rawProperty("A", "x", 2 ** 32 - 1)),
    BAD_METADATA,
  ],
  [
    "65 properties",
    metadata(...Array(65).fill(rawProperty("A", "x"))),
    BAD_METADATA,
  ],
  [
    "a refusal, then an admission",
    (id) => [["", "1.0", id, "400", "", "", ""], goodReply(id)],
    refused("400"),
  ],
  [
    "a malformed reply, then an admission",
    (id) => [...first(6)(id), goodReply(id)],
    MALFORMED,
  ],
];

/** What a function may do instead of answering. */
const answers: readonly [
  name: string,
  answer: (...args: Parameters<Authenticator>) => unknown,
  end: Failure,
][] = [
  ["undefined", () => undefined, MALFORMED],
  ["null", () => null, MALFORMED],
  ["1", () => 1, MALFORMED],
  ["a text", () => "200", MALFORMED],
  ["a status that is a number", () => ({ statusCode: 200 }), BAD_STATUS],
  [
    "a status of its own",
    () => ({ statusCode: { toString: () => "200" } }),
    BAD_STATUS,
  ],
  ["no status", () => ({}), BAD_STATUS],
  [
    "a user id that is a number",
    () => ({ statusCode: "200", userId: 1 }),
    MALFORMED,
  ],
  [
    "a user id that is too long",
    () => ({ statusCode: "200", userId: "é".repeat(128) }),
    MALFORMED,
  ],
  [
    "metadata that are no properties",
    () => ({ statusCode: "200", metadata: { A: 1 } }),
    BAD_METADATA,
  ],
  [
    "metadata with a wrong name",
    () => ({ statusCode: "200", metadata: { "A B": "x" } }),
    BAD_METADATA,
  ],
  ["false", () => false, refused("400")],
  ["false, later", () => Promise.resolve(false), refused("400")],
  ["an error that is thrown", () => {
    throw new Error("\x1b[2J no \r\n");
  }, UNSPECIFIED],
  ["an error that says not now", () => {
    throw new ZmqError("EAGAIN", "The database is busy");
  }, refused("300")],
  [
    "a promise that is rejected at the end of a context",
    () => Promise.reject(new ZmqError("ETERM", "Gone")),
    refused("300"),
  ],
  ["undefined for an error", () => Promise.reject(undefined), UNSPECIFIED],
  [
    "a promise that is rejected",
    () => Promise.reject(new Error("no")),
    UNSPECIFIED,
  ],
  ["a promise that never settles", () => new Promise(() => {}), late],
  ["a property that throws", () => ({
    get statusCode() {
      throw new Error("no");
    },
  }), UNSPECIFIED],
  ["a then that throws", () => ({
    then() {
      throw new Error("no");
    },
  }), UNSPECIFIED],
  ["a then that answers twice", () => ({
    then(resolve: (answer: boolean) => void) {
      resolve(false);
      resolve(true);
    },
  }), refused("400")],
];

/** Says all that a peer says before somebody is asked about it. */
async function knock(attack: Attack): Promise<void> {
  const { peer, mechanism } = attack;
  if (mechanism === "PLAIN") {
    peer.say(greeting(attack));
    await peer.take(GREETING);
    peer.say(plainHello());
  } else peer.say(await introduction(attack, goodMetadata(attack)));
}

/** Nothing but the refusal tells that somebody was asked. */
function saidAbout(end: Failure) {
  return ({ mechanism }: Place): readonly string[] => {
    const words = ["greeting", ...mechanism === "CURVE" ? ["WELCOME"] : []];
    if (end === late || end.reason === "300") return words;
    return [...words, `ERROR ${end.code === "EACCES" ? end.reason : "500"}`];
  };
}

function zapCase(
  name: string,
  world: HostileCase["world"],
  end: Failure,
): HostileCase {
  return {
    name,
    // It is the server that asks.
    roles: ["client"],
    options: {
      socket: {
        zapDomain: "safe",
        ...end === late ? { handshakeInterval: 1000 } : {},
      },
    },
    world: world!,
    act: knock,
    end,
    said: saidAbout(end),
  };
}

/** Replies of handler sockets. */
export const zapReplyCases: readonly HostileCase[] = replies.map((
  [name, replies, end],
) => zapCase(name, () => replyingWorld(replies), end));

/** Answers of functions. */
export const zapAnswerCases: readonly HostileCase[] = answers.map((
  [name, answer, end],
) => zapCase(name, () => answeringWorld(answer as Authenticator), end));
