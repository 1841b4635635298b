// Wrong values of options: each is refused with a message that names the
// option, shows the value and says what was expected.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../../src/base/errors.ts";
import { z85Encode } from "../../../src/base/z85.ts";
import { snapshot } from "../../../src/options/options.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { Bench } from "./runtimes.ts";

type Case = readonly [
  name: string,
  value: unknown,
  shown: string,
  expected: string,
  type?: SocketType,
];

const MOST = "2147483647";
const TIME = `an integer from -1 (for ever) to ${MOST} ms`;
const COUNT = `an integer from 0 (no limit) to ${MOST} messages`;
const BOOLEAN = "expected true or false";
const KEY = "expected 40 characters of Z85, 32 octets, or null";
const PROXY = 'a string "host:port" of at most 255 octets, or null';
const ID = "a string or binary, 1 to 255 octets, the first not zero, or null";
const NAMES = 'names "X-" and 1 to 253 letters, digits or "-_.+"';
const RANGE = 'an address range like "192.168.0.0/16" or "fe80::/10"';
const ORIGINS = 'an array of origins like "https://example.org", or of "*"';
const SYSTEM = "an integer from -1 (the system's default) to";
const LIMIT = "an integer from -1 (no limit) to";
const long = "x".repeat(300);
const cut = `"${"x".repeat(77)}..."`;

const NUMBERS: readonly Case[] = [
  ["linger", -2, "-2", TIME],
  ["linger", 1.5, "1.5", TIME],
  ["linger", NaN, "NaN", TIME],
  ["linger", Infinity, "Infinity", TIME],
  ["linger", 2147483648, "2147483648", TIME],
  ["linger", "100", '"100"', TIME],
  ["linger", null, "null", TIME],
  ["linger", undefined, "undefined", TIME],
  ["linger", true, "true", TIME],
  ["linger", 10n, "10n", TIME],
  ["linger", {}, "an object", TIME],
  ["linger", { valueOf: () => 1 }, "an object", TIME],
  ["linger", [1], "an array of 1", TIME],
  ["linger", Symbol("one"), "Symbol(one)", TIME],
  ["linger", () => 1, "a function", TIME],
  ["sendTimeout", -2, "-2", TIME],
  ["receiveTimeout", 0.1, "0.1", TIME, "PULL"],
  ["sendHighWaterMark", -1, "-1", COUNT],
  ["receiveHighWaterMark", 2 ** 31, "2147483648", COUNT, "PULL"],
  ["sendBufferSize", -2, "-2", SYSTEM],
  ["receiveBufferSize", 2 ** 32, "4294967296", SYSTEM, "PULL"],
  ["reconnectInterval", -2, "-2", "from -1 (never) to 2147483647 ms"],
  ["reconnectMaxInterval", -1, "-1", `from 0 to ${MOST} ms`],
  ["connectTimeout", -1, "-1", `from 0 to ${MOST} ms`],
  ["handshakeInterval", -1, "-1", `from 0 to ${MOST} ms`],
  ["minProtocolVersion", "3.1", '"3.1"', '"1.0", "2.0" or "3.0"'],
  ["minProtocolVersion", 2, "2", '"1.0", "2.0" or "3.0"'],
  ["heartbeatInterval", -1, "-1", `from 0 to ${MOST} ms`],
  ["heartbeatTimeToLive", 6553600, "6553600", "from 0 to 6553599 ms"],
  ["heartbeatTimeToLive", -1, "-1", "from 0 to 6553599 ms"],
  ["heartbeatTimeout", -2, "-2", "from -1 (as heartbeatInterval) to"],
  ["backlog", -1, "-1", `from 0 to ${MOST} connections`],
  ["maxMessageSize", -2, "-2", `${LIMIT} 9007199254740991 octets`],
  ["maxMessageSize", 2 ** 53, "9007199254740992", LIMIT],
  ["maxMessageBytes", -2, "-2", `${LIMIT} 9007199254740991 octets`],
  ["maxMessageParts", -2, "-2", `${LIMIT} ${MOST} frames`],
  ["maxHandshakeSize", 1023, "1023", `from 1024 to ${MOST} octets`],
  ["maxHandshakeSize", -1, "-1", `from 1024 to ${MOST} octets`],
  ["maxProperties", 0, "0", `from 1 to ${MOST} properties`],
  ["maxPendingHandshakes", -2, "-2", LIMIT],
  ["maxQueuedBytes", "64 MiB", '"64 MiB"', LIMIT],
  ["maxTopicSize", -2, "-2", LIMIT, "PUB"],
  ["maxTopics", 1e10, "10000000000", LIMIT, "XPUB"],
  ["maxTopicBytes", -2, "-2", LIMIT, "RADIO"],
  ["tcpKeepalive", 2, "2", `${SYSTEM} 1`],
  ["tcpKeepalive", true, "true", `${SYSTEM} 1`],
  ["tcpKeepaliveCount", -2, "-2", `${SYSTEM} ${MOST} probes`],
  ["tcpKeepaliveIdle", -2, "-2", `${SYSTEM} ${MOST} s`],
  ["tcpKeepaliveInterval", -2, "-2", `${SYSTEM} ${MOST} s`],
  ["typeOfService", 256, "256", "from 0 to 255"],
  ["tcpMaxRetransmitTimeout", -1, "-1", `from 0 to ${MOST} ms`],
  ["busyPoll", -1, "-1", `from 0 to ${MOST} µs`],
  ["priority", -1, "-1", `from 0 to ${MOST}`],
  ["useFd", -2, "-2", `from -1 (none) to ${MOST}`],
  ["ipcFilterUid", "root", '"root"', `from -1 (all) to ${MOST}`],
  ["outBatchSize", 0, "0", `from 1 to ${MOST} octets`],
  ["multicastHops", 0, "0", "from 1 to 255 hops"],
  ["rate", 0, "0", `from 1 to ${MOST} kbit/s`],
  ["affinity", -1, "-1", "from 0 to 9007199254740991 bits"],
  ["normBlockSize", 256, "256", "from 1 to 255 segments"],
  ["normParity", 255, "255", "from 0 to 254 segments"],
  ["vmciBufferSize", -1, "-1", "from 0 to 9007199254740991 octets"],
];

const TEXTS: readonly Case[] = [
  ["immediate", 1, "1", BOOLEAN],
  ["ipv6", "yes", '"yes"', BOOLEAN],
  ["conflate", null, "null", BOOLEAN],
  ["mandatory", 0, "0", BOOLEAN, "ROUTER"],
  ["plainServer", 1, "1", BOOLEAN],
  ["curveServer", undefined, "undefined", BOOLEAN],
  ["multicastLoop", 1, "1", BOOLEAN],
  ["plainUsername", "", '""', "a string of 1 to 255 octets, or null"],
  ["plainUsername", long, cut, "a string of 1 to 255 octets, or null"],
  ["plainUsername", "é".repeat(128), "éé", "a string of 1 to 255 octets"],
  ["plainUsername", 5, "5", "a string of 1 to 255 octets, or null"],
  ["plainPassword", {}, "an object", "a string of 1 to 255 octets"],
  ["plainPassword", true, "true", "a string of 1 to 255 octets"],
  ["plainPassword", undefined, "undefined", "a string of 1 to 255 octets"],
  ["plainPassword", 5, "a number", "a string of 1 to 255 octets"],
  ["zapDomain", long, cut, "a string of 0 to 255 octets, or null"],
  ["zapDomain", undefined, "undefined", "a string of 0 to 255 octets"],
  ["interface", "x".repeat(17), `"${"x".repeat(17)}"`, "of 1 to 16 octets"],
  ["socksProxy", "", '""', PROXY],
  ["socksProxy", 1080, "1080", PROXY],
  ["socksProxy", "localhost", '"localhost"', PROXY],
  ["socksProxy", "localhost:0", '"localhost:0"', PROXY],
  ["socksProxy", "::1:1080", '"::1:1080"', PROXY],
  ["socksProxy", "a b:1080", '"a b:1080"', PROXY],
  ["socksProxy", "socks5://a:1", '"socks5://a:1"', PROXY],
  ["socksProxy", `${"x".repeat(250)}:10800`, `"${"x".repeat(77)}..."`, PROXY],
  [
    "socksUsername",
    "π".repeat(128),
    `"${"π".repeat(77)}..."`,
    "a string of 0 to 255 octets, or null",
  ],
  ["routingId", "", '""', ID, "DEALER"],
  ["routingId", new Uint8Array(0), "0 octets", ID, "DEALER"],
  ["routingId", new Uint8Array(256).fill(1), "256 octets", ID, "ROUTER"],
  ["routingId", Uint8Array.of(0, 1), "2 octets", ID, "REQ"],
  ["routingId", "\0a", '"\\u0000a"', ID, "REP"],
  ["routingId", 5, "5", ID, "ROUTER"],
  ["welcomeMessage", 5, "5", "a string or binary, 0 to", "XPUB"],
  ["helloMessage", ["a"], "an array of 1", "a string or binary", "DEALER"],
  ["curvePublicKey", "short", '"short"', KEY],
  ["curvePublicKey", " ".repeat(40), `"${" ".repeat(40)}"`, KEY],
  ["curvePublicKey", "#".repeat(40), "####", KEY],
  ["curvePublicKey", new Uint8Array(31), "31 octets", KEY],
  ["curveServerKey", new Uint8Array(33), "33 octets", KEY],
  ["curveServerKey", "", '""', KEY],
  ["verbosity", "all", '"all"', 'null, "allSubs" or "allSubsUnsubs"', "XPUB"],
  ["verbosity", undefined, "undefined", 'null, "allSubs" or', "XPUB"],
  ["notify", 3, "3", 'true, false, "connect" or "disconnect"', "ROUTER"],
  ["notify", null, "null", 'true, false, "connect" or', "STREAM"],
  ["normMode", "fast", '"fast"', '"fixed", "cc", "ccl", "cce" or "cceEcnOnly"'],
  ["gssapiPrincipalNameType", 0, "0", '"userName" or "krb5Principal"'],
  ["reconnectStop", 1, "1", 'an array of "connectionRefused", '],
  ["reconnectStop", "afterDisconnect", '"afterDisconnect"', "an array of"],
  ["reconnectStop", ["never"], "an array of 1", 'or "afterDisconnect"'],
  [
    "reconnectStop",
    ["handshakeFailed", "handshakeFailed"],
    "an array of 2",
    "each at most once",
  ],
  ["webSocketOrigins", "*", '"*"', ORIGINS],
  ["webSocketOrigins", ["example.org"], "an array of 1", ORIGINS],
  ["webSocketOrigins", ["https://a.example/"], "an array of 1", ORIGINS],
  ["webSocketOrigins", ["https://a b"], "an array of 1", ORIGINS],
  ["webSocketOrigins", ["null"], "an array of 1", ORIGINS],
  ["webSocketOrigins", ["*", 5], "an array of 2", ORIGINS],
  ["webSocketOrigins", {}, "an object", ORIGINS],
  ["tcpAcceptFilter", "", '""', RANGE],
  ["tcpAcceptFilter", "10.0.0.0/33", '"10.0.0.0/33"', RANGE],
  ["tcpAcceptFilter", "localhost", '"localhost"', RANGE],
  ["tcpAcceptFilter", ["::/0", 5], "an array of 2", RANGE],
  ["tcpAcceptFilter", {}, "an object", RANGE],
  ["metadata", null, "null", NAMES],
  ["metadata", "X-a:b", '"X-a:b"', NAMES],
  ["metadata", ["X-a"], "an array of 1", NAMES],
  ["metadata", { a: "b" }, "an object", NAMES],
  ["metadata", { "X-": "b" }, "an object", NAMES],
  ["metadata", { "X-a b": "c" }, "an object", NAMES],
  ["metadata", { "X-é": "c" }, "an object", NAMES],
  ["metadata", { "X-a": 5 }, "an object", NAMES],
  ["metadata", { [`X-${"n".repeat(254)}`]: "" }, "an object", NAMES],
  ["metadata", { "X-a": "v".repeat(49150) }, "an object", "at most 49152"],
  [
    "metadata",
    Object.fromEntries([...Array(61).keys()].map((i) => [`X-${i}`, ""])),
    "an object",
    "at most 60 strings",
  ],
];

const ACCESS: readonly Case[] = [
  ["type", "PUB", '"PUB"', "the option is read-only"],
  ["threadSafe", true, "true", "the option is read-only"],
  ["securityMechanism", "curve", '"curve"', "the option is read-only"],
  ["lastEndpoint", "tcp://*:1", '"tcp://*:1"', "the option is read-only"],
  ["topicsCount", 1, "1", "the option is read-only", "SUB"],
  ["mandatory", true, "true", "of type ROUTER, this one is PUSH"],
  ["noDrop", true, "true", "PUB, XPUB or RADIO, this one is PUSH"],
  ["routingId", "a", '"a"', "REQ, REP, DEALER or ROUTER, this one is PUSH"],
  ["sendTimeout", 1, "1", "this one is PULL", "PULL"],
  ["receiveTimeout", 1, "1", "this one is PUSH"],
  ["lingr", 1, "1", 'no such option, expected "linger"'],
  ["Linger", 1, "1", 'no such option, expected "linger"'],
  ["sendHighwatermark", 1, "1", 'expected "sendHighWaterMark"'],
  ["ZMQ_SNDHWM", 1, "1", 'expected "sendHighWaterMark"'],
  ["sndhwm", 1, "1", 'expected "sendHighWaterMark"'],
  ["identity", "a", "a string of 1 characters", 'expected "routingId"'],
  ["bogus", 1, "1", "there is no such option"],
  ["", 1, "1", "there is no such option"],
  ["__proto__", {}, "an object", "there is no such option"],
  ["constructor", 1, "1", "there is no such option"],
  ["toString", 1, "1", "there is no such option"],
  ["subscribe", "a", "a string of 1", "expected a call of subscribe()", "SUB"],
  ["fd", 5, "5", "there is no file descriptor to wait for"],
  ["events", 1, "1", "expected calls of trySend() and tryReceive()"],
  ["connectRoutingId", 1, "1", "connect(endpoint, { routingId })", "ROUTER"],
];

function check([name, value, shown, expected, type = "PUSH"]: Case): void {
  const bench = new Bench(type);
  const before = snapshot(bench.options);
  assert.throws(() => bench.set({ [name]: value }), (error: unknown) => {
    assert.ok(error instanceof ZmqError);
    assert.equal(error.code, "EINVAL");
    const { message } = error;
    assert.ok(message.startsWith(`Cannot set "${name}" to `), message);
    const [head, ...rest] = message.split(`"${name}" to `)[1]!.split(": ");
    assert.ok([head, ...rest].join(": ").includes(shown), message);
    assert.ok(message.includes(expected), message);
    assert.doesNotMatch(message, /\.$/);
    return true;
  });
  assert.deepEqual(bench.options, before);
}

describe("setOption() refuses, and changes nothing:", () => {
  for (const one of [...NUMBERS, ...TEXTS, ...ACCESS]) {
    const [name, , shown, , type = "PUSH"] = one;
    it(`${type} ${JSON.stringify(name)} = ${shown.slice(0, 40)}`, () => {
      // A computed key would set the prototype.
      if (name !== "__proto__") return check(one);
      const own = Object.defineProperty({}, name, {
        value: one[1],
        enumerable: true,
      });
      assert.throws(() => new Bench(type).set(own as Record<string, unknown>), {
        code: "EINVAL",
        message: 'Cannot set "__proto__" to an object: there is no such option',
      });
    });
  }
});

describe("setOption() does not show", () => {
  const secret = z85Encode(new Uint8Array(32).fill(7)).slice(1);
  const cases: readonly (readonly [string, unknown])[] = [
    ["plainPassword", secret.repeat(20)],
    ["plainPassword", 73],
    ["plainPassword", 73n],
    ["curveSecretKey", secret],
    ["socksPassword", secret.repeat(20)],
    ["wssKeyPem", secret.repeat(50000)],
    ["plainPasword", secret],
    ["curveSecretKye", secret],
  ];
  for (const [name, value] of cases) {
    it(`a wrong ${typeof value} of ${name}`, () => {
      assert.throws(() => new Bench("PUSH").set({ [name]: value }), (error) => {
        const { message } = error as Error;
        assert.ok(!message.includes(String(value).slice(0, 8)), message);
        return true;
      });
    });
  }

  it("a password that the runtime does not support", () => {
    const bench = new Bench("PUSH", { name: "poor", options: new Set() });
    assert.throws(() => bench.set({ socksPassword: "hunter2" }), (error) => {
      const { code, message } = error as ZmqError;
      assert.equal(code, "ENOTSUP");
      assert.ok(!message.includes("hunter2"), message);
      return true;
    });
  });
});
