// RFC 37 "commands": the vectors of the RFC, captures of libzmq, refusals.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromHex, toBytes, toHex } from "../../../src/base/bytes.ts";
import {
  encodeCommand,
  encodeError,
  encodePing,
  encodePong,
  parseCommand,
  parseError,
  parseGroup,
  parsePing,
  parsePong,
} from "../../../src/wire/commands.ts";
import { errorOf, reasonOf } from "../security/handshakes.ts";
import { bodyOf, commandsIn } from "./golden.ts";

const MALFORMED = "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

describe("traffic commands", () => {
  const vectors: readonly (readonly [string, Uint8Array])[] = [
    ["0953554253435249424541", encodeCommand("SUBSCRIBE", toBytes("A"))],
    ["0643414e43454c41", encodeCommand("CANCEL", toBytes("A"))],
    ["044a4f494e677270", encodeCommand("JOIN", toBytes("grp"))],
    ["054c45415645677270", encodeCommand("LEAVE", toBytes("grp"))],
    ["0450494e470064616263", encodePing(100, toBytes("abc"))],
    ["04504f4e47616263", encodePong(toBytes("abc"))],
    ["054552524f5203343030", encodeError("400")],
    ["095355425343524942" + "45", encodeCommand("SUBSCRIBE", new Uint8Array())],
  ];
  for (const [hex, body] of vectors) {
    it(`${parseCommand(fromHex(hex)).name} is ${hex}`, () => {
      assert.equal(toHex(body), hex);
    });
  }
});

describe("parseCommand()", () => {
  it("splits name and data", () => {
    const { name, data } = parseCommand(fromHex("0450494e470064616263"));
    assert.equal(name, "PING");
    assert.equal(toHex(data), "0064616263");
  });

  it("gives back what encodeCommand() was given", () => {
    const name = fc.string({
      unit: fc.constantFrom(...letters),
      minLength: 1,
      maxLength: 255,
    });
    fc.assert(fc.property(name, fc.uint8Array(), (expected, octets) => {
      const { name, data } = parseCommand(encodeCommand(expected, octets));
      assert.equal(name, expected);
      assert.deepEqual(data, octets);
    }));
  });

  it("takes a name of 255 letters", () => {
    const name = "A".repeat(255);
    const body = encodeCommand(name, Uint8Array.of(1));
    assert.equal(body.length, 257);
    assert.equal(parseCommand(body).name, name);
  });

  const malformed: Readonly<Record<string, string>> = {
    "no octets": "",
    "an empty name": "00",
    "an empty name with data": "0041",
    "a name that runs over the end": "0550494e47",
    "a name of 255 octets in 3": "ff4141",
    "a lower-case name": "0470696e67",
    "a NUL in a name": "0550494e4700",
    "a space in a name": "0850494e4720202020",
    "a digit in a name": "0141".replace("41", "31"),
    "an octet above ASCII in a name": "01c3",
    "libzmq's spelling of a PLAIN ERROR": "5e52524f5203343030",
  };
  for (const [what, hex] of Object.entries(malformed)) {
    it(`refuses ${what}`, () => {
      assert.equal(reasonOf(() => parseCommand(fromHex(hex))), MALFORMED);
    });
  }

  it("escapes the name it complains about", () => {
    const parse = () => parseCommand(fromHex("031b5b41"));
    assert.match(errorOf(parse, "EPROTO").message, /"\\x1b\[A"/);
  });
});

describe("PING and PONG", () => {
  it("carry a ttl in tenths of a second and a context", () => {
    for (const ttl of [0, 1, 655, 65535]) {
      const context = new Uint8Array(16).fill(7);
      const ping = parsePing(parseCommand(encodePing(ttl, context)).data);
      assert.equal(ping.ttl, ttl);
      assert.deepEqual(ping.context, context);
      const { data } = parseCommand(encodePong(ping.context));
      assert.deepEqual(parsePong(data), context);
    }
  });

  it("are refused when a PING has no ttl or a context is too long", () => {
    for (const length of [0, 1, 19, 300]) {
      const parse = () => parsePing(new Uint8Array(length));
      assert.equal(reasonOf(parse), MALFORMED);
    }
    assert.equal(parsePing(new Uint8Array(18)).context.length, 16);
    assert.equal(reasonOf(() => parsePong(new Uint8Array(17))), MALFORMED);
  });

  it("are not made with a wrong ttl or too long a context", () => {
    const none = new Uint8Array();
    for (const ttl of [-1, 65536, 1.5, NaN, Infinity]) {
      errorOf(() => encodePing(ttl, none), "EINVAL");
    }
    errorOf(() => encodePing(0, new Uint8Array(17)), "EINVAL");
    errorOf(() => encodePong(new Uint8Array(17)), "EINVAL");
  });
});

describe("groups", () => {
  it("have 0 to 255 octets, none of them zero", () => {
    for (const group of [new Uint8Array(), new Uint8Array(255).fill(0xff)]) {
      const { data } = parseCommand(encodeCommand("JOIN", group));
      assert.deepEqual(parseGroup(data), group);
      assert.deepEqual(parseCommand(encodeCommand("LEAVE", group)).data, group);
    }
  });

  it("are refused when too long or with a NUL", () => {
    for (const group of [new Uint8Array(256).fill(1), toBytes("a\0b")]) {
      assert.equal(reasonOf(() => parseGroup(group)), MALFORMED);
    }
  });
});

describe("ERROR", () => {
  it("carries a reason of up to 255 octets", () => {
    for (const reason of ["", "400", "x".repeat(255)]) {
      assert.equal(parseError(parseCommand(encodeError(reason)).data), reason);
    }
    const cut = parseError(parseCommand(encodeError("x".repeat(300))).data);
    assert.equal(cut.length, 255);
  });

  it("shows no control characters", () => {
    const data = Uint8Array.of(3, 0x1b, 0x0a, 0x41);
    assert.equal(parseError(data), "\\x1b\\x0aA");
  });

  it("is refused when the length does not fit", () => {
    for (const hex of ["", "0341", "004100", "ff"]) {
      const parse = () => parseError(fromHex(hex));
      assert.equal(reasonOf(parse), "ERR_ZMTP_MALFORMED_COMMAND_ERROR");
    }
  });
});

describe("commands of libzmq", () => {
  const files = ["zmtp/null.json", "zmtp/drafts.json", "zmtp/raw-peers.json"];
  const units = commandsIn(files);

  it("are split into the names and data that were captured", () => {
    assert.ok(units.length > 50, `got ${units.length}`);
    for (const unit of units) {
      const { name, data } = parseCommand(bodyOf(unit));
      assert.equal(name, unit.decoded!.name);
      assert.deepEqual(encodeCommand(name, data), bodyOf(unit));
    }
  });

  it("have the meaning that was captured", () => {
    const seen = new Set<string>();
    for (const unit of units) {
      const { name, data } = parseCommand(bodyOf(unit));
      const made = remake(name, data);
      if (made === undefined) continue;
      seen.add(name);
      assert.deepEqual(made, bodyOf(unit));
    }
    const expected = "CANCEL,ERROR,JOIN,LEAVE,PING,PONG,SUBSCRIBE";
    assert.equal([...seen].sort().join(), expected);
  });
});

function remake(name: string, data: Uint8Array): Uint8Array | undefined {
  switch (name) {
    case "SUBSCRIBE":
    case "CANCEL":
      return encodeCommand(name, data);
    case "JOIN":
    case "LEAVE":
      return encodeCommand(name, parseGroup(data));
    case "PING": {
      const { ttl, context } = parsePing(data);
      return encodePing(ttl, context);
    }
    case "PONG":
      return encodePong(parsePong(data));
    case "ERROR":
      return encodeError(parseError(data));
  }
  return undefined;
}
