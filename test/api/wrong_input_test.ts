// Everything that is wrong is refused at once, by an error that names the
// thing, the value, and what was expected.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  Context,
  curveKeyPair,
  curvePublicKey,
  Dish,
  Pair,
  Peer,
  poll,
  proxy,
  Publisher,
  Pull,
  Push,
  Radio,
  Reply,
  Request,
  Router,
  Server,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  z85Decode,
  z85Encode,
  ZmqError,
} from "../../mod.ts";
import { Bag, makeSocket, type TypeName } from "../kit/sockets.ts";
import { within } from "../kit/wait.ts";

/** One wrong input. */
interface Wrong {
  /** What is done, in words. */
  readonly what: string;
  readonly act: () => unknown;
  /** The code; `EINVAL` when there is none. */
  readonly code?: string;
  /** What the message must hold: the thing, the value, what is expected. */
  readonly tells: readonly (string | RegExp)[];
}

// Wrong values are not of the types that they should be of.
// deno-lint-ignore no-explicit-any
type Any = any;

let push: Push;
let pull: Pull;
let pair: Pair;
let dish: Dish;
let bag: Bag;

/** A socket that is made with one wrong option. */
function made(
  type: TypeName,
  name: string,
  value: unknown,
  ...expected: (string | RegExp)[]
): Wrong {
  return {
    what: `new ${type} with ${name} ${shown(value)}`,
    act: () => makeSocket(type, { [name]: value }),
    tells: [name, ...expected],
  };
}

/** An option that is set to a wrong value on a live socket. */
function set(
  name: string,
  value: unknown,
  ...expected: (string | RegExp)[]
): Wrong {
  return {
    what: `${name} = ${shown(value)}`,
    act: () => {
      (push as Any)[name] = value;
    },
    tells: [name, ...expected],
  };
}

/** An endpoint that cannot be bound. */
function bound(
  endpoint: Any,
  code: string,
  ...expected: (string | RegExp)[]
): Wrong {
  return {
    what: `bind(${shown(endpoint)})`,
    act: () => pull.bind(endpoint),
    code,
    tells: expected,
  };
}

/** An endpoint that cannot be connected to. */
function connected(
  endpoint: Any,
  code: string,
  ...expected: (string | RegExp)[]
): Wrong {
  return {
    what: `connect(${shown(endpoint)})`,
    act: () => push.connect(endpoint),
    code,
    tells: expected,
  };
}

/** Any other call. */
function call(
  what: string,
  act: () => unknown,
  code: string,
  ...tells: (string | RegExp)[]
): Wrong {
  return { what, act, code, tells };
}

function shown(value: unknown): string {
  if (typeof value === "string" && value.length > 40) {
    return `"${value.slice(0, 20)}…" of ${value.length}`;
  }
  return typeof value === "symbol" || typeof value === "bigint" ||
      typeof value === "function"
    ? `a ${typeof value}`
    : JSON.stringify(value) ?? "undefined";
}

const long = "x".repeat(300);
const { publicKey, secretKey } = curveKeyPair();

const wrongs: readonly Wrong[] = [
  // Options of constructors: names.
  made("PUSH", "sendHighWatermark", 1, "sendHighWaterMark"),
  made("PUSH", "lingre", 1, "linger"),
  made("PUSH", "nonsense", true, "no such option"),
  made("PUSH", "ZMQ_LINGER", 0, "linger"),
  made("PUSH", "subscribe", "a", "subscribe()"),
  made("PUSH", "receiveHighWaterMark", 10, "PUSH"),
  made("SUB", "manual", true, "XPUB", "SUB"),
  made("REQ", "handover", true, "ROUTER", "REQ"),
  made("PULL", "type", "PUSH", "read-only"),
  made("PULL", "securityMechanism", "plain", "read-only"),
  made("PULL", "lastEndpoint", "tcp://x:1", "read-only"),
  // Options of constructors: values.
  made("PUSH", "linger", -2, "-2", "-1"),
  made("PUSH", "linger", 1.5, "1.5", "integer"),
  made("PUSH", "linger", "100", '"100"', "integer"),
  made("PUSH", "linger", NaN, "NaN", "integer"),
  made("PUSH", "linger", null, "null", "integer"),
  made("PUSH", "sendHighWaterMark", -1, "-1", "0"),
  made("PUSH", "sendHighWaterMark", 2 ** 31, "2147483648", "2147483647"),
  made("PUSH", "sendTimeout", -2, "-2", "-1"),
  made("PUSH", "immediate", 1, "1", "true or false"),
  made("PUSH", "immediate", "yes", '"yes"', "true or false"),
  made("PUSH", "heartbeatTimeToLive", 6553600, "6553600", "6553599"),
  made("PUSH", "tcpKeepalive", 2, "2", "-1"),
  made("PUSH", "maxMessageSize", -2, "-2", "-1"),
  made("PUSH", "reconnectStop", ["sometimes"], "connectionRefused"),
  made("PUSH", "tcpAcceptFilter", "10.0.0.0/33", "10.0.0.0/33"),
  made("PUSH", "tcpAcceptFilter", "example.com", "example.com"),
  made("PUSH", "metadata", { color: "red" }, "color", "X-"),
  made("DEALER", "routingId", "", "1 to 255"),
  made("DEALER", "routingId", long, "255"),
  made("DEALER", "routingId", "\x00a", "zero"),
  made("DEALER", "routingId", 5, "5"),
  made("XPUB", "verbosity", "all", '"all"', "allSubs"),
  made("ROUTER", "notify", "always", '"always"', "connect"),
  made("PULL", "context", {}, "context"),
  call(
    "new Push of a number",
    () => new Push(5 as Any),
    "EINVAL",
    "5",
    "object",
  ),
  // Keys and credentials: secrets are not in the message.
  made("PULL", "curveSecretKey", "short", "40", "32"),
  made("PULL", "curveSecretKey", "~".repeat(40), "40"),
  made("PULL", "curveServerKey", new Uint8Array(31), "31", "32"),
  made("PULL", "curvePublicKey", 5, "40"),
  made("PULL", "curveServer", "yes", '"yes"', "true or false"),
  made("PULL", "plainUsername", long, "255"),
  made("PULL", "plainPassword", 12345, "plainPassword"),
  made("PULL", "zapDomain", long, "255"),
  // Options set on a live socket.
  set("linger", -5, "-5", "-1"),
  set("sendHighWaterMark", "many", '"many"', "integer"),
  set("immediate", "no", '"no"', "true or false"),
  set("routingId", "x", /./),
  set("type", "PULL", "read-only"),
  set("maxMessageSize", Infinity, "Infinity", "integer"),
  // Endpoints.
  bound("", "EINVAL", '""', "scheme://address"),
  bound("nonsense", "EINVAL", "nonsense", "scheme://address"),
  bound("tcp://", "EINVAL", "tcp://", "scheme://address"),
  bound("TCP://127.0.0.1:*", "EINVAL", "TCP://127.0.0.1:*"),
  bound(5555, "EINVAL", "5555", "string"),
  bound(undefined, "EINVAL", "undefined", "string"),
  bound("gopher://127.0.0.1:70", "EPROTONOSUPPORT", "gopher", "tcp"),
  bound("tcp://127.0.0.1", "EINVAL", "port", "host:port"),
  bound("tcp://127.0.0.1:70000", "EINVAL", "70000", "65535"),
  bound("tcp://127.0.0.1:http", "EINVAL", "http", "65535"),
  bound("tcp://127.0.0.1: 5", "EINVAL", "space"),
  bound("tcp://::1:5555", "EINVAL", "[::1]"),
  bound("tcp://256.0.0.1:5555", "EINVAL", "256.0.0.1"),
  bound("tcp://192.0.2.1:*", "EADDRNOTAVAIL", "192.0.2.1"),
  bound("tcp://no.such.host.invalid:*", "ENODEV", "no.such.host.invalid"),
  bound("ipc://@", "EINVAL", "ipc://@"),
  bound(`ipc:///tmp/${long}`, "ENAMETOOLONG", "107"),
  bound("ipc:///no/such/folder/socket", "ENOENT", "/no/such/folder"),
  bound(`inproc://${long}`, "ENAMETOOLONG", "256"),
  bound("inproc://a\0b", "EINVAL", "NUL"),
  connected("tcp://127.0.0.1:*", "EINVAL", "*", "65535"),
  connected("tcp://*:5555", "EINVAL", "*"),
  connected("tcp://127.0.0.1:0", "EINVAL", "0", "1 to 65535"),
  connected("tcp://:5555", "EINVAL", "host"),
  connected("tcp://a b:5555", "EINVAL", "space"),
  connected("ipc://*", "EINVAL", "ipc://*"),
  connected("carrier-pigeon://x", "EPROTONOSUPPORT", "carrier-pigeon"),
  connected(null, "EINVAL", "null", "string"),
  call(
    "connect() of a STREAM to inproc",
    () => bag.keep(new Stream()).connect("inproc://x"),
    "ENOCOMPATPROTO",
    "STREAM",
    "inproc",
  ),
  call(
    "unbind() of what is not bound",
    () => pull.unbind("tcp://127.0.0.1:1"),
    "ENOENT",
    "tcp://127.0.0.1:1",
  ),
  call(
    "disconnect() of what is not connected",
    () => push.disconnect("tcp://127.0.0.1:1"),
    "ENOENT",
    "tcp://127.0.0.1:1",
  ),
  call(
    "unbind() of nonsense",
    () => pull.unbind("nonsense"),
    "EINVAL",
    "nonsense",
    "scheme://address",
  ),
  call(
    "connect() with an empty routingId",
    () => bag.keep(new Router()).connect("inproc://x", { routingId: "" }),
    "EINVAL",
    "routingId",
    "1 to 255",
  ),
  call(
    "connect() with a long routingId",
    () => bag.keep(new Router()).connect("inproc://x", { routingId: long }),
    "EINVAL",
    "routingId",
    "255",
  ),
  // Arguments of send.
  call(
    "send() of undefined",
    () => push.send(undefined as Any),
    "EINVAL",
    "undefined",
    "string",
  ),
  call(
    "send() of an object",
    () => push.send({} as Any),
    "EINVAL",
    "object",
    "string",
  ),
  call(
    "send() of a function",
    () => push.send((() => 1) as Any),
    "EINVAL",
    "function",
    "string",
  ),
  call(
    "send() of true",
    () => push.send(true as Any),
    "EINVAL",
    "true",
    "string",
  ),
  call(
    "send() of no frames",
    () => push.send([]),
    "EINVAL",
    "empty array",
    "one frame",
  ),
  call(
    "send() with a wrong frame",
    () => push.send(["a", undefined as Any]),
    "EINVAL",
    "undefined",
  ),
  call(
    "send() of frames in frames",
    () => push.send([["a"] as Any]),
    "EINVAL",
    "array",
  ),
  call(
    "trySend() of an object",
    () => push.trySend({} as Any),
    "EINVAL",
    "object",
    "string",
  ),
  call(
    "send() with a timeout of text",
    () => push.send("x", { timeout: "5" as Any }),
    "EINVAL",
    "timeout",
    '"5"',
    "integer",
  ),
  call(
    "send() with a timeout of -2",
    () => push.send("x", { timeout: -2 }),
    "EINVAL",
    "timeout",
    "-2",
    "-1",
  ),
  call(
    "send() of two frames on a SERVER",
    () => bag.keep(new Server()).send(["a", "b"] as Any, { routingId: 1 }),
    "EINVAL",
    /array|frames/,
  ),
  call(
    "send() without a routing id on a SERVER",
    () => bag.keep(new Server()).send("a", {} as Any),
    "EINVAL",
    "routingId",
  ),
  call(
    "send() with options of nothing on a SERVER",
    () => bag.keep(new Server()).send("a", undefined as Any),
    "EINVAL",
    "routingId",
  ),
  call(
    "send() with a routing id of text on a PEER",
    () => bag.keep(new Peer()).send("a", { routingId: "x" as Any }),
    "EINVAL",
    "routingId",
    '"x"',
  ),
  call(
    "send() without a group on a RADIO",
    () => bag.keep(new Radio()).send("a", {} as Any),
    "EINVAL",
    "group",
  ),
  call(
    "send() to a long group on a RADIO",
    () => bag.keep(new Radio()).send("a", { group: long }),
    "EINVAL",
    "group",
    "255",
  ),
  call(
    "send() of two frames on a CHANNEL",
    () => (bag.keep(makeSocket("CHANNEL")) as Pair).send(["a", "b"]),
    "EINVAL",
    "2",
    "CHANNEL",
  ),
  call(
    "send() of three frames on a STREAM",
    () => bag.keep(new Stream()).send(["a", "b", "c"]),
    "EINVAL",
    "3",
    "routing id",
  ),
  call(
    "send() on a REP that was not asked",
    () => bag.keep(new Reply()).send("a"),
    "EFSM",
    /request|receive/i,
  ),
  // Arguments of receive.
  call(
    "receive() with a timeout of 1.5",
    () => pull.receive({ timeout: 1.5 }),
    "EINVAL",
    "timeout",
    "1.5",
    "integer",
  ),
  call(
    "receive() with a signal that is none",
    () => pull.receive({ signal: "stop" as Any, timeout: 5 }),
    "EINVAL",
    "signal",
  ),
  call("receiveMany() of 0", () => pull.receiveMany(0), "EINVAL", "0", "1"),
  call(
    "receiveMany() of text",
    () => pull.receiveMany("5" as Any),
    "EINVAL",
    '"5"',
    "integer",
  ),
  call(
    "receive() on a REQ that did not ask",
    () => bag.keep(new Request()).receive(),
    "EFSM",
    /request|send/i,
  ),
  call("poll() of nothing", () => poll([]), "EINVAL", "sockets"),
  call(
    "poll() of a socket that only sends",
    () => poll([push as Any]),
    "EINVAL",
    "sockets",
  ),
  call(
    "poll() with a timeout of -3",
    () => poll([pull], { timeout: -3 }),
    "EINVAL",
    "timeout",
    "-3",
  ),
  // Topics and groups.
  call(
    "subscribe() of undefined",
    () => bag.keep(new Subscriber()).subscribe(undefined as Any),
    "EINVAL",
    "undefined",
  ),
  call(
    "subscribe() of an object",
    () => bag.keep(new Subscriber()).subscribe({} as Any),
    "EINVAL",
    "object",
  ),
  call(
    "subscribe() on an XPUB that is not manual",
    () => bag.keep(new XPublisher()).subscribe("a"),
    "EINVAL",
    "manual",
  ),
  call(
    "join() twice",
    () => {
      dish.join("twice");
      dish.join("twice");
    },
    "EINVAL",
    "twice",
  ),
  call("join() of a long group", () => dish.join(long), "EINVAL", "255", "300"),
  call(
    "join() of a group with a zero",
    () => dish.join("a\0b"),
    "EINVAL",
    /0|zero/,
  ),
  call(
    "leave() of a group that was not joined",
    () => dish.leave("stranger"),
    "EINVAL",
    "stranger",
  ),
  // Everything else.
  call(
    "request() with retries of -1",
    () => bag.keep(new Request()).request("x", { retries: -1 }),
    "EINVAL",
    "retries",
    "-1",
  ),
  call(
    "request() with a timeout of text",
    () => bag.keep(new Request()).request("x", { timeout: "1" as Any }),
    "EINVAL",
    "timeout",
    '"1"',
  ),
  call(
    "close() with a linger of -2",
    () => bag.keep(new Pair()).close({ linger: -2 }),
    "EINVAL",
    "linger",
    "-2",
    "-1",
  ),
  call(
    "proxy() of no socket",
    () => proxy({} as Socket, pull),
    "EINVAL",
    "front",
    "object",
    "open socket",
  ),
  call(
    "proxy() with a wrong capture",
    () => proxy(pull, push, { capture: 5 as Any }),
    "EINVAL",
    "capture",
    "5",
  ),
  call(
    "proxy() of a closed socket",
    () => {
      const closed = new Publisher();
      void closed.close();
      return proxy(pull, closed);
    },
    "EINVAL",
    "back",
    "closed",
  ),
  call(
    "new Context with an unknown option",
    () => new Context({ ioThreds: 2 } as Any),
    "EINVAL",
    "ioThreds",
    "maxSockets",
  ),
  call(
    "new Context with maxSockets of 0",
    () => new Context({ maxSockets: 0 }),
    "EINVAL",
    "maxSockets",
    "0",
    "1",
  ),
  call(
    "new Context with an authenticator that is none",
    () => new Context({ authenticate: "yes" as Any }),
    "EINVAL",
    "authenticate",
    '"yes"',
    "function",
  ),
  call(
    "z85Encode() of five octets",
    () => z85Encode(new Uint8Array(5)),
    "EINVAL",
    "5",
    "4",
  ),
  call(
    "z85Encode() of text",
    () => z85Encode("abcd" as Any),
    "EINVAL",
    "abcd",
    "Uint8Array",
  ),
  call(
    "z85Decode() of four characters",
    () => z85Decode("abcd"),
    "EINVAL",
    "4",
    "5",
  ),
  call(
    "z85Decode() of a wrong character",
    () => z85Decode("ab~cd"),
    "EINVAL",
    "~",
  ),
  call(
    "z85Decode() of too great a number",
    () => z85Decode("#####"),
    "EINVAL",
    "#####",
  ),
  call(
    "z85Decode() of octets",
    () => z85Decode(new Uint8Array(5) as Any),
    "EINVAL",
    "5 octets",
    "string",
  ),
  call(
    "curvePublicKey() of nonsense",
    () => curvePublicKey("nonsense"),
    "EINVAL",
    "secretKey",
    "40",
  ),
  call(
    "a CURVE key pair that is none",
    () => {
      const other = curveKeyPair();
      const server = bag.keep(
        new Pull({
          curveServer: true,
          curvePublicKey: other.publicKey,
          curveSecretKey: secretKey,
        }),
      );
      return server.bind("tcp://127.0.0.1:*");
    },
    "EINVAL",
    "curvePublicKey",
    publicKey,
  ),
  call(
    "a CURVE server without a secret key",
    () => bag.keep(new Pull({ curveServer: true })).bind("tcp://127.0.0.1:*"),
    "EINVAL",
    "curveSecretKey",
  ),
  call(
    "a CURVE client without its keys",
    () =>
      bag.keep(new Push({ curveServerKey: publicKey }))
        .connect("tcp://127.0.0.1:1"),
    "EINVAL",
    "curveSecretKey",
  ),
];

describe("wrong input", () => {
  before(() => {
    bag = new Bag();
    push = bag.keep(new Push());
    pull = bag.keep(new Pull());
    pair = bag.keep(new Pair());
    dish = bag.keep(new Dish());
  });

  after(async () => {
    await bag[Symbol.asyncDispose]();
  });

  for (const { what, act, code = "EINVAL", tells } of wrongs) {
    it(`is refused: ${what}`, async () => {
      let result: unknown;
      try {
        result = await within(
          (async () => await act())(),
          "an error: it hangs",
          1000,
        );
      } catch (error) {
        assert.ok(error instanceof ZmqError, `no ZmqError: ${error}`);
        assert.equal(error.code, code, error.message);
        for (const part of tells) {
          const isThere = typeof part === "string"
            ? error.message.includes(part)
            : part.test(error.message);
          assert.ok(isThere, `"${error.message}" does not tell ${part}`);
        }
        assert.match(error.message, /^[A-Z][^]*[^.]$/);
        return;
      }
      assert.fail(`It was accepted: ${String(result)}`);
    });
  }

  it("is of many kinds", () => {
    assert.ok(wrongs.length >= 60, `${wrongs.length}`);
    const names = wrongs.map(({ what }) => what);
    assert.equal(new Set(names).size, names.length);
  });

  it("never shows a secret", () => {
    for (const name of ["plainPassword", "curveSecretKey"]) {
      const secret = "very secret" + "!".repeat(300);
      assert.throws(() => makeSocket("PULL", { [name]: secret }), (error) => {
        assert.ok(error instanceof ZmqError);
        assert.ok(!error.message.includes("very secret"), error.message);
        return true;
      });
    }
  });

  it("leaves the option as it was", () => {
    const before = push.linger;
    assert.throws(() => {
      push.linger = -7;
    });
    assert.equal(push.linger, before);
    assert.equal(pair.closed, false);
  });
});
