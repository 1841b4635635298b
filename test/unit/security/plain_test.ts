// RFC 24, and libzmq's own spelling of ERROR.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, toBytes, toHex, toText } from "../../../src/base/bytes.ts";
import { protocolError } from "../../../src/base/errors.ts";
import { PlainClient, PlainServer } from "../../../src/security/plain.ts";
import { encodeCommand, encodeError } from "../../../src/wire/commands.ts";
import { encodeMetadata } from "../../../src/wire/metadata.ts";
import { bodyOf, capture } from "../wire/golden.ts";
import {
  errorOf,
  exchange,
  properties,
  reasonOf,
  sent,
  setup,
} from "./handshakes.ts";

const NONE = new Uint8Array();
const METADATA = encodeMetadata(properties("REQ", ""));
const HELLO = fromHex("0548454c4c4f0561646d696e06736563726574");
const WELCOME = fromHex("0757454c434f4d45");
const INITIATE = encodeCommand("INITIATE", METADATA);
const READY = encodeCommand("READY", METADATA);
const LIBZMQ_ERROR = fromHex("5e52524f5203343030");

const UNEXPECTED = "ERR_ZMTP_UNEXPECTED_COMMAND";
const MALFORMED = "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED";
const BAD_HELLO = "ERR_ZMTP_MALFORMED_COMMAND_HELLO";
const BAD_WELCOME = "ERR_ZMTP_MALFORMED_COMMAND_WELCOME";
const BAD_ERROR = "ERR_ZMTP_MALFORMED_COMMAND_ERROR";
const BAD_METADATA = "ERR_ZMTP_INVALID_METADATA";

function client(username = "admin", password = "secret"): PlainClient {
  return new PlainClient(setup("REQ"), {
    username: toBytes(username),
    password: toBytes(password),
  });
}

function server(): PlainServer {
  return new PlainServer(setup("REP"));
}

describe("PLAIN", () => {
  it("is ready on both sides when the server admits the client", () => {
    const [one, other] = [client(), server()];
    exchange(one, other);
    assert.deepEqual([one.status, other.status], ["ready", "ready"]);
    assert.deepEqual(other.credentials.map(toText), ["admin", "secret"]);
    assert.equal(other.peerMetadata?.getText("Socket-Type"), "REQ");
    assert.equal(one.peerMetadata?.getText("Socket-Type"), "REP");
    assert.deepEqual(one.credentials, []);
    assert.deepEqual([one.asServer, other.asServer], [false, true]);
    assert.deepEqual([one.name, other.name], ["PLAIN", "PLAIN"]);
    assert.deepEqual([one.encrypts, other.encrypts], [false, false]);
  });

  it("carries credentials of any octets, 0 to 255 of them", () => {
    const all = Uint8Array.from({ length: 255 }, (_, i) => i);
    for (const username of [NONE, Uint8Array.of(0, 0xff), all]) {
      for (const password of [NONE, toBytes("a\0b"), all]) {
        const one = new PlainClient(setup(), { username, password });
        const other = server();
        other.receive(one.next()!);
        assert.deepEqual(other.credentials, [username, password]);
      }
    }
  });

  it("tells a client that the server refused it", () => {
    for (const code of ["400", "500"] as const) {
      const [one, other] = [client(), server()];
      const run = () => exchange(one, other, (m) => m.refuse(code));
      const error = errorOf(run, "EACCES");
      assert.equal(error.reason, code);
      assert.equal(other.status, "refused");
    }
  });
});

describe("PlainClient", () => {
  it("writes the HELLO of RFC 24", () => {
    assert.deepEqual(sent(client()), [HELLO]);
  });

  it("refuses credentials of more than 255 octets", () => {
    errorOf(() => client("x".repeat(256)), "EINVAL");
    errorOf(() => client("x", "é".repeat(128)), "EINVAL");
  });

  it("understands both spellings of ERROR, before and after WELCOME", () => {
    for (const body of [encodeError("400"), LIBZMQ_ERROR]) {
      for (const before of [[], [WELCOME]]) {
        const mechanism = client();
        before.forEach((command) => mechanism.receive(command));
        const receive = () => mechanism.receive(body);
        const error = errorOf(receive, "EACCES");
        assert.equal(error.reason, "400");
        assert.match(error.message, /"400"/);
      }
    }
  });

  it("is admitted nowhere by itself", () => {
    errorOf(() => client().admit(), "EFSM");
    errorOf(() => client().refuse("400"), "EFSM");
  });

  it("sends no ERROR about the server's properties", () => {
    const check = () => {
      throw protocolError("ERR_ZMTP_INVALID_METADATA", "No");
    };
    const mechanism = new PlainClient(setup("REQ", check), {
      username: NONE,
      password: NONE,
    });
    mechanism.receive(WELCOME);
    sent(mechanism);
    assert.equal(reasonOf(() => mechanism.receive(READY)), BAD_METADATA);
    assert.deepEqual(sent(mechanism), []);
    assert.notEqual(mechanism.status, "ready");
  });

  type Row = readonly [before: readonly Uint8Array[], Uint8Array, string];
  const wrong: Readonly<Record<string, Row>> = {
    "no octets": [[], NONE, MALFORMED],
    "HELLO": [[], HELLO, UNEXPECTED],
    "READY before WELCOME": [[], READY, UNEXPECTED],
    "INITIATE": [[], INITIATE, UNEXPECTED],
    "PING": [[], fromHex("0450494e470000"), UNEXPECTED],
    "a WELCOME with data": [[], fromHex("0757454c434f4d4500"), BAD_WELCOME],
    "a cut WELCOME": [[], WELCOME.subarray(0, 7), MALFORMED],
    "a WELCOME in lower case": [[], fromHex("0777656c636f6d65"), MALFORMED],
    "a second WELCOME": [[WELCOME], WELCOME, UNEXPECTED],
    "a READY that is cut": [[WELCOME], READY.subarray(0, 20), BAD_METADATA],
    "a second READY": [[WELCOME, READY], READY, UNEXPECTED],
    "ERROR when ready": [[WELCOME, READY], encodeError("400"), UNEXPECTED],
    "an ERROR that is cut": [[], fromHex("054552524f5204343030"), BAD_ERROR],
    "libzmq's ERROR, cut": [[], LIBZMQ_ERROR.subarray(0, 7), BAD_ERROR],
    "libzmq's ERROR without a reason": [
      [],
      LIBZMQ_ERROR.subarray(0, 5),
      BAD_ERROR,
    ],
  };
  for (const [what, [before, body, reason]] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      const mechanism = client();
      before.forEach((command) => mechanism.receive(command));
      assert.equal(reasonOf(() => mechanism.receive(body)), reason);
      reasonOf(() => mechanism.receive(WELCOME));
      reasonOf(() => mechanism.receive(READY));
    });
  }
});

describe("PlainServer", () => {
  it("says nothing before the decision", () => {
    const mechanism = server();
    assert.deepEqual(sent(mechanism), []);
    mechanism.receive(HELLO);
    assert.equal(mechanism.status, "authenticating");
    assert.deepEqual(sent(mechanism), []);
    mechanism.admit();
    assert.equal(mechanism.status, "handshaking");
    assert.deepEqual(sent(mechanism), [WELCOME]);
  });

  it("sends a well-spelled ERROR on 400 and 500, nothing on 300", () => {
    for (const code of ["300", "400", "500"] as const) {
      const mechanism = server();
      mechanism.receive(HELLO);
      mechanism.refuse(code);
      assert.equal(mechanism.status, "refused");
      const expected = code === "300" ? [] : [encodeError(code)];
      assert.deepEqual(sent(mechanism), expected);
      assert.equal(reasonOf(() => mechanism.receive(INITIATE)), UNEXPECTED);
      errorOf(() => mechanism.admit(), "EFSM");
    }
  });

  it("answers a wrong socket type with an ERROR", () => {
    const check = () => {
      throw protocolError("ERR_ZMTP_INVALID_METADATA", "Wrong type");
    };
    const mechanism = new PlainServer(setup("REP", check));
    mechanism.receive(HELLO);
    mechanism.admit();
    sent(mechanism);
    assert.equal(reasonOf(() => mechanism.receive(INITIATE)), BAD_METADATA);
    assert.deepEqual(sent(mechanism), [encodeError("Wrong type")]);
    assert.equal(mechanism.status, "refused");
  });

  it("copies the credentials", () => {
    const mechanism = server();
    const hello = HELLO.slice();
    mechanism.receive(hello);
    hello.fill(0);
    assert.deepEqual(mechanism.credentials.map(toText), ["admin", "secret"]);
  });

  const hello = (hex: string) => encodeCommand("HELLO", fromHex(hex));
  const malformed: Readonly<Record<string, Uint8Array>> = {
    "without data": hello(""),
    "with a user name only": hello("0161"),
    "whose user name runs over the end": hello("0261"),
    "whose password runs over the end": hello("01610262"),
    "with an octet after the password": hello("0161016200"),
    "whose user name takes all": hello("0361016200".slice(0, 8)),
    "of 255 and nothing": hello("ff"),
    "of a mebibyte": encodeCommand("HELLO", new Uint8Array(1 << 20)),
  };
  for (const [what, body] of Object.entries(malformed)) {
    it(`refuses a HELLO ${what}`, () => {
      const mechanism = server();
      assert.equal(reasonOf(() => mechanism.receive(body)), BAD_HELLO);
      assert.equal(mechanism.status, "handshaking");
      reasonOf(() => mechanism.receive(HELLO));
      errorOf(() => mechanism.admit(), "EFSM");
      assert.deepEqual(sent(mechanism), []);
    });
  }

  const early: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    "no octets": [NONE, MALFORMED],
    "INITIATE first": [INITIATE, UNEXPECTED],
    "READY first": [READY, UNEXPECTED],
    "WELCOME": [WELCOME, UNEXPECTED],
    "ERROR": [encodeError("400"), UNEXPECTED],
    "libzmq's ERROR": [LIBZMQ_ERROR, MALFORMED],
    "MESSAGE": [encodeCommand("MESSAGE", NONE), UNEXPECTED],
    "SUBSCRIBE": [encodeCommand("SUBSCRIBE", NONE), UNEXPECTED],
  };
  for (const [what, [body, reason]] of Object.entries(early)) {
    it(`refuses ${what}, whatever comes before`, () => {
      const fresh = server();
      assert.equal(reasonOf(() => fresh.receive(body)), reason);
      const waiting = server();
      waiting.receive(HELLO);
      assert.equal(reasonOf(() => waiting.receive(body)), reason);
    });
  }

  it("refuses HELLO twice, before and after the decision", () => {
    const waiting = server();
    waiting.receive(HELLO);
    assert.equal(reasonOf(() => waiting.receive(HELLO)), UNEXPECTED);
    const admitted = server();
    admitted.receive(HELLO);
    admitted.admit();
    assert.equal(reasonOf(() => admitted.receive(HELLO)), UNEXPECTED);
    reasonOf(() => admitted.receive(INITIATE));
  });

  it("refuses malformed properties without an ERROR", () => {
    const mechanism = server();
    mechanism.receive(HELLO);
    mechanism.admit();
    sent(mechanism);
    const cut = INITIATE.subarray(0, INITIATE.length - 1);
    assert.equal(reasonOf(() => mechanism.receive(cut)), BAD_METADATA);
    assert.deepEqual(sent(mechanism), []);
    assert.notEqual(mechanism.status, "ready");
  });
});

describe("PLAIN of libzmq", () => {
  const { exchange: units, zap } = capture("zmtp/plain.json", "plain-ok");
  const commands = units!.filter(({ kind }) => kind === "command").map(bodyOf);

  it("is understood and written alike, on both sides", () => {
    const [hello, welcome, initiate, ready] = commands;
    const one = client();
    assert.deepEqual(sent(one), [hello]);
    one.receive(welcome!);
    assert.deepEqual(sent(one), [initiate]);
    one.receive(ready!);
    assert.equal(one.status, "ready");
    const other = new PlainServer({
      metadata: properties("REP"),
      checkMetadata: () => {},
    });
    other.receive(hello!);
    assert.deepEqual(other.credentials.map(toHex), zap![0]!.request.slice(6));
    other.admit();
    assert.deepEqual(sent(other), [welcome]);
    other.receive(initiate!);
    assert.deepEqual(sent(other), [ready]);
    assert.equal(other.status, "ready");
  });

  it("refuses a client with the ERROR that a client of ours understands", () => {
    for (const code of ["400", "500"]) {
      const denied = capture("zmtp/plain.json", `plain-zap-${code}`);
      const error = denied.exchange!
        .find(({ decoded }) => decoded?.malformedName !== undefined);
      const receive = () => client().receive(bodyOf(error!));
      assert.equal(errorOf(receive, "EACCES").reason, code);
    }
  });
});
