// Wrong options are refused at once, by an error that names the option, the
// value, and what was expected.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Context, curveKeyPair, Pull, Push, ZmqError } from "../../mod.ts";
import { Bag, makeSocket, type TypeName } from "../kit/sockets.ts";
import {
  type Any,
  assertDistinct,
  assertRefused,
  call,
  long,
  shown,
  type Wrong,
} from "./wrong.ts";

let bag: Bag;
let push: Push;

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
    code: "EINVAL",
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
    code: "EINVAL",
    tells: [name, ...expected],
  };
}

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
  made("PUSH", "metadata", { color: "red" }, "object", "X-"),
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
  set("routingId", "x", "routingId", "DEALER", "PUSH"),
  set("type", "PULL", "read-only"),
  set("maxMessageSize", Infinity, "Infinity", "integer"),
  call(
    "new Context with an unknown option",
    () => new Context({ ioThreds: 2 } as Any),
    "EINVAL",
    "ioThreds",
    "ioThreads",
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
    "new Context with a cryptography that is none",
    () => new Context({ curveCrypto: "sodium" as Any }),
    "EINVAL",
    "curveCrypto",
    '"sodium"',
    "noble()",
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

describe("a wrong option", () => {
  before(() => {
    bag = new Bag();
    push = bag.keep(new Push());
  });

  after(async () => {
    await bag[Symbol.asyncDispose]();
  });

  for (const wrong of wrongs) {
    it(`is refused: ${wrong.what}`, () => assertRefused(wrong));
  }

  it("is of many kinds", () => {
    assertDistinct(wrongs);
    assert.ok(wrongs.length >= 20, `${wrongs.length}`);
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
    const { linger } = push;
    assert.throws(() => {
      push.linger = -7;
    });
    assert.equal(push.linger, linger);
  });
});
