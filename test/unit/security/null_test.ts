// RFC 37 "NULL".
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromHex, toHex } from "../../../src/base/bytes.ts";
import { protocolError } from "../../../src/base/errors.ts";
import { NullMechanism } from "../../../src/security/null.ts";
import { encodeCommand, encodeError } from "../../../src/wire/commands.ts";
import { encodeMetadata } from "../../../src/wire/metadata.ts";
import { bodyOf, captures } from "../wire/golden.ts";
import {
  errorOf,
  exchange,
  properties,
  reasonOf,
  sent,
  setup,
} from "./handshakes.ts";

const READY = encodeCommand("READY", encodeMetadata(properties("ROUTER", "")));

const open = { authenticate: false };
const guarded = { authenticate: true };

describe("NullMechanism", () => {
  it("sends READY without waiting, and is ready when the peer's came", () => {
    const mechanism = new NullMechanism(setup(), open);
    assert.equal(mechanism.status, "handshaking");
    assert.equal(sent(mechanism).length, 1);
    mechanism.receive(READY);
    assert.equal(mechanism.status, "ready");
    assert.equal(mechanism.peerMetadata?.getText("Socket-Type"), "ROUTER");
    assert.deepEqual(sent(mechanism), []);
  });

  it("writes the READY of RFC 37", () => {
    const [ready] = sent(new NullMechanism(setup("DEALER"), open));
    assert.equal(
      toHex(ready!),
      "0552454144590b536f636b65742d54797065000000064445414c4552" +
        "084964656e7469747900000000",
    );
  });

  it("is ready on both sides, whichever of them authenticate", () => {
    for (const one of [open, guarded]) {
      for (const other of [open, guarded]) {
        const a = new NullMechanism(setup(), one);
        const b = new NullMechanism(setup("ROUTER"), other);
        exchange(a, b);
        assert.deepEqual([a.status, b.status], ["ready", "ready"]);
      }
    }
  });

  it("has no server, no credentials and no encryption", () => {
    const mechanism = new NullMechanism(setup(), guarded);
    assert.equal(mechanism.name, "NULL");
    assert.equal(mechanism.asServer, false);
    assert.equal(mechanism.encrypts, false);
    assert.equal(mechanism.overhead, 0);
    assert.deepEqual(mechanism.credentials, []);
    errorOf(() => mechanism.open(READY), "ENOTSUP");
    errorOf(() => mechanism.seal(READY, 0, READY.length), "ENOTSUP");
  });

  it("holds READY back until the peer is admitted", () => {
    const mechanism = new NullMechanism(setup(), guarded);
    assert.equal(mechanism.status, "authenticating");
    assert.deepEqual(sent(mechanism), []);
    mechanism.receive(READY);
    assert.equal(mechanism.status, "authenticating");
    assert.ok(mechanism.peerMetadata);
    mechanism.admit();
    assert.equal(mechanism.status, "ready");
    assert.equal(sent(mechanism).length, 1);
  });

  it("waits for the peer's READY when it is admitted first", () => {
    const mechanism = new NullMechanism(setup(), guarded);
    mechanism.admit();
    assert.equal(mechanism.status, "handshaking");
    assert.equal(sent(mechanism).length, 1);
    mechanism.receive(READY);
    assert.equal(mechanism.status, "ready");
  });

  it("sends ERROR on 400 and 500, nothing on 300", () => {
    for (const code of ["300", "400", "500"] as const) {
      const mechanism = new NullMechanism(setup(), guarded);
      mechanism.refuse(code);
      assert.equal(mechanism.status, "refused");
      const expected = code === "300" ? [] : [encodeError(code)];
      assert.deepEqual(sent(mechanism), expected);
    }
  });

  it("is decided about once, and only when it asks", () => {
    const mechanism = new NullMechanism(setup(), guarded);
    mechanism.admit();
    for (const m of [mechanism, new NullMechanism(setup(), open)]) {
      errorOf(() => m.admit(), "EFSM");
      errorOf(() => m.refuse("400"), "EFSM");
    }
  });

  it("passes on that the peer refused", () => {
    for (const options of [open, guarded]) {
      const mechanism = new NullMechanism(setup(), options);
      const receive = () => mechanism.receive(encodeError("400"));
      assert.equal(errorOf(receive, "EACCES").reason, "400");
    }
  });

  it("escapes the reason of an ERROR", () => {
    const mechanism = new NullMechanism(setup(), open);
    const receive = () => mechanism.receive(encodeError("\x1b[31mroot\n"));
    const { message } = errorOf(receive, "EACCES");
    assert.match(message, /^The peer refused us: "\\x1b\[31mroot\\x0a"$/);
  });

  it("answers a wrong socket type with an ERROR", () => {
    const check = () => {
      throw protocolError("ERR_ZMTP_INVALID_METADATA", "No é: \x1b");
    };
    for (const options of [open, guarded]) {
      const mechanism = new NullMechanism(setup("DEALER", check), options);
      sent(mechanism);
      reasonOf(() => mechanism.receive(READY));
      assert.equal(mechanism.status, "refused");
      assert.equal(mechanism.peerMetadata, undefined);
      const expected = encodeError("No \\xc3\\xa9: \\x1b");
      assert.deepEqual(sent(mechanism), [expected]);
    }
  });

  it("gives the check what the peer sent", () => {
    let seen: string | undefined;
    const mechanism = new NullMechanism(
      setup("DEALER", (metadata) => seen = metadata.getText("socket-TYPE")),
      open,
    );
    mechanism.receive(READY);
    assert.equal(seen, "ROUTER");
  });

  const name = (text: string) => encodeCommand(text, new Uint8Array());
  const UNEXPECTED = "ERR_ZMTP_UNEXPECTED_COMMAND";
  const UNSPECIFIED = "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED";
  const METADATA = "ERR_ZMTP_INVALID_METADATA";
  const wrong: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    "no octets": [new Uint8Array(), UNSPECIFIED],
    "an empty name": [Uint8Array.of(0), UNSPECIFIED],
    "a name over the end": [Uint8Array.of(9, 65), UNSPECIFIED],
    "ready in lower case": [fromHex("057265616479"), UNSPECIFIED],
    "libzmq's ^RROR of PLAIN": [fromHex("5e52524f5203343030"), UNSPECIFIED],
    "HELLO": [name("HELLO"), UNEXPECTED],
    "WELCOME": [name("WELCOME"), UNEXPECTED],
    "INITIATE": [name("INITIATE"), UNEXPECTED],
    "MESSAGE": [name("MESSAGE"), UNEXPECTED],
    "SUBSCRIBE": [name("SUBSCRIBE"), UNEXPECTED],
    "PING": [fromHex("0450494e470000"), UNEXPECTED],
    "a name of 255 letters": [name("A".repeat(255)), UNEXPECTED],
    "a cut READY": [READY.subarray(0, READY.length - 1), METADATA],
    "READY and an octet": [concat([READY, Uint8Array.of(1)]), METADATA],
    "an ERROR that is cut": [
      fromHex("054552524f52ff"),
      "ERR_ZMTP_MALFORMED_COMMAND_ERROR",
    ],
    "an ERROR without a reason's length": [
      name("ERROR"),
      "ERR_ZMTP_MALFORMED_COMMAND_ERROR",
    ],
    "Socket-Type twice": [
      encodeCommand(
        "READY",
        encodeMetadata([...properties("SUB"), ...properties("PUB")]),
      ),
      METADATA,
    ],
  };
  for (const [what, [body, reason]] of Object.entries(wrong)) {
    it(`refuses ${what} in the handshake`, () => {
      for (const options of [open, guarded]) {
        const mechanism = new NullMechanism(setup(), options);
        assert.equal(reasonOf(() => mechanism.receive(body)), reason);
        assert.notEqual(mechanism.status, "ready");
        reasonOf(() => mechanism.receive(READY));
      }
    });
  }

  it("refuses a second READY", () => {
    for (const options of [open, guarded]) {
      const mechanism = new NullMechanism(setup(), options);
      mechanism.receive(READY);
      assert.equal(reasonOf(() => mechanism.receive(READY)), UNEXPECTED);
    }
  });

  it("sends nothing more when it is closed", () => {
    const mechanism = new NullMechanism(setup(), open);
    mechanism.close();
    assert.deepEqual(sent(mechanism), []);
    reasonOf(() => mechanism.receive(READY));
  });
});

describe("NULL of libzmq", () => {
  for (const { name, exchange } of captures("zmtp/null.json")) {
    const commands = exchange!.filter(({ kind }) => kind === "command");
    it(`${name} is understood and written alike`, () => {
      for (const side of ["connect", "bind"]) {
        const peer = commands.find(({ from, decoded }) =>
          from === side && decoded?.properties !== undefined
        );
        if (peer === undefined) continue;
        const theirs = new NullMechanism(setup(), open);
        theirs.receive(bodyOf(peer));
        assert.equal(theirs.status, "ready");
        const metadata = [...theirs.peerMetadata!];
        const ours = new NullMechanism(
          { metadata, checkMetadata: () => {} },
          open,
        );
        assert.deepEqual(sent(ours), [bodyOf(peer)]);
      }
    });
  }

  it("null-zap-denied ends with the ERROR that we send too", () => {
    const denied = captures("zmtp/null.json")
      .find((entry) => entry.name === "null-zap-denied");
    const error = denied!.exchange!
      .find(({ decoded }) => decoded?.name === "ERROR");
    const mechanism = new NullMechanism(setup(), guarded);
    mechanism.refuse("400");
    assert.deepEqual(sent(mechanism), [bodyOf(error!)]);
    const client = new NullMechanism(setup(), open);
    const receive = () => client.receive(bodyOf(error!));
    assert.equal(errorOf(receive, "EACCES").reason, "400");
  });
});
