// RFC 37 "metadata": encoding, strict parsing, lookup.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { concat, fromHex, toBytes, toHex } from "../../../src/base/bytes.ts";
import {
  encodeMetadata,
  Metadata,
  parseMetadata,
  type Property,
} from "../../../src/wire/metadata.ts";
import { errorOf, reasonOf } from "../security/handshakes.ts";
import { parseCommand } from "../../../src/wire/commands.ts";
import { bodyOf, commandsIn } from "./golden.ts";

const DEALER = "0b536f636b65742d5479706500000006" + "4445414c4552" +
  "084964656e7469747900000000";

const NAME_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" +
  "0123456789-_.+";

/** A property as hex: lengths may lie. */
function property(name: string, value: string): string {
  return toHex(Uint8Array.of(name.length)) + toHex(toBytes(name)) +
    (value.length / 2).toString(16).padStart(8, "0") + value;
}

describe("Metadata", () => {
  const metadata = new Metadata([
    ["Socket-Type", toBytes("DEALER")],
    ["X-Name", toBytes("one")],
    ["x-NAME", toBytes("two")],
  ]);

  it("finds names in any case", () => {
    assert.equal(metadata.getText("socket-type"), "DEALER");
    assert.equal(metadata.getText("SOCKET-TYPE"), "DEALER");
    assert.ok(metadata.has("Socket-type"));
    assert.equal(metadata.get("Socket"), undefined);
    assert.equal(metadata.getText("Socket"), undefined);
  });

  it("keeps the first property of a name, in the case it came", () => {
    assert.equal(metadata.getText("X-Name"), "one");
    assert.equal(metadata.size, 2);
    assert.deepEqual([...metadata].map(([name]) => name), [
      "Socket-Type",
      "X-Name",
    ]);
  });

  it("has nothing that it was not given", () => {
    for (const name of ["__proto__", "constructor", "toString", "then"]) {
      assert.equal(Metadata.empty.get(name), undefined);
      assert.equal(Metadata.empty.has(name), false);
    }
    assert.equal(Metadata.empty.size, 0);
  });
});

describe("encodeMetadata()", () => {
  it("writes the example of RFC 37", () => {
    const octets = encodeMetadata([
      ["Socket-Type", toBytes("DEALER")],
      ["Identity", new Uint8Array()],
    ]);
    assert.equal(toHex(octets), DEALER);
  });

  it("refuses names outside the grammar", () => {
    const names = ["", "a b", "é", "a\0", "a:b", "\u212a", "x".repeat(256)];
    for (const name of names) {
      errorOf(() => encodeMetadata([[name, new Uint8Array()]]), "EINVAL");
    }
  });

  it("gives what parseMetadata() reads back, in any case", () => {
    const name = fc.string({
      unit: fc.constantFrom(...NAME_CHARS),
      minLength: 1,
      maxLength: 255,
    }).filter((text) => !/^(socket-type|identity)$/i.test(text));
    const properties = fc.array(fc.tuple(name, fc.uint8Array()), {
      maxLength: 64,
    });
    fc.assert(fc.property(properties, (list: Property[]) => {
      const parsed = parseMetadata(encodeMetadata(list));
      const expected = new Metadata(list);
      assert.deepEqual([...parsed], [...expected]);
      for (const [key, value] of expected) {
        assert.deepEqual(parsed.get(key.toLowerCase()), value);
      }
    }));
  });
});

describe("parseMetadata()", () => {
  it("reads nothing from no octets", () => {
    assert.equal(parseMetadata(new Uint8Array()).size, 0);
  });

  it("reads the example of RFC 37", () => {
    const metadata = parseMetadata(fromHex(DEALER));
    assert.equal(metadata.getText("Socket-Type"), "DEALER");
    assert.equal(metadata.get("Identity")?.length, 0);
  });

  it("copies values", () => {
    const octets = fromHex(DEALER);
    const metadata = parseMetadata(octets);
    octets.fill(0);
    assert.equal(metadata.getText("Socket-Type"), "DEALER");
  });

  const twice = property("Socket-Type", "41");
  const malformed: Readonly<Record<string, string>> = {
    "a name of no length": "0000000000",
    "a name that runs over the end": "05414243",
    "a name without a value": "0141",
    "a cut value length": "0141000000",
    "a value that runs over the end": "01410000000161".slice(0, -2),
    "a value length of 2^31": "014180000000",
    "a value length of 2^32 - 1": "0141ffffffff",
    "a trailing octet": property("A", "61") + "00",
    "a NUL in a name": property("A\0", ""),
    "a space in a name": property("A B", ""),
    "an octet above ASCII in a name": "01e900000000",
    "a control character in a name": "010d00000000",
    "Socket-Type twice": twice + twice,
    "Socket-Type twice in other cases": twice + property("socket-type", "42"),
    "Identity twice": property("Identity", "") + property("IDENTITY", ""),
    "more than 64 properties": property("A", "").repeat(65),
  };
  for (const [what, hex] of Object.entries(malformed)) {
    it(`refuses ${what}`, () => {
      const parse = () => parseMetadata(fromHex(hex));
      assert.equal(reasonOf(parse), "ERR_ZMTP_INVALID_METADATA");
    });
  }

  it("refuses every cut of a valid list, except between properties", () => {
    const octets = fromHex(DEALER);
    const between = [0, 22];
    for (let length = 0; length < octets.length; length++) {
      const parse = () => parseMetadata(octets.subarray(0, length));
      if (between.includes(length)) parse();
      else reasonOf(parse);
    }
  });

  it("accepts 64 properties, and as many as it is told", () => {
    const octets = fromHex(property("A", "").repeat(64));
    assert.equal(parseMetadata(octets).size, 1);
    reasonOf(() => parseMetadata(octets, { properties: 63 }));
  });

  it("reports the reason it is told", () => {
    const reason = "ERR_ZAP_INVALID_METADATA";
    const parse = () => parseMetadata(Uint8Array.of(0), { reason });
    assert.equal(reasonOf(parse), reason);
  });

  it("treats names of Object.prototype as any other name", () => {
    const names = ["__proto__", "constructor", "then", "toString"];
    const octets = concat(
      names.map((name) => fromHex(property(name, "706f6c6c75746564"))),
    );
    const metadata = parseMetadata(octets);
    for (const name of names) assert.equal(metadata.getText(name), "polluted");
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it("never throws anything but EPROTO, and reads what it can write", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
      let metadata: Metadata;
      try {
        metadata = parseMetadata(octets);
      } catch {
        reasonOf(() => parseMetadata(octets));
        return;
      }
      if (encodeMetadata(metadata).length === octets.length) {
        assert.deepEqual(encodeMetadata(metadata), octets);
      }
    }));
  });

  it("reads and writes what libzmq sends in READY and INITIATE", () => {
    const files = ["zmtp/null.json", "zmtp/plain.json", "zmtp/drafts.json"];
    const units = commandsIn(files)
      .filter(({ decoded }) => decoded?.properties !== undefined);
    assert.ok(units.length > 40, `got ${units.length}`);
    for (const unit of units) {
      const { data } = parseCommand(bodyOf(unit));
      const metadata = parseMetadata(data);
      const expected = unit.decoded!.properties as Record<string, string>;
      assert.deepEqual([...metadata].map(([name]) => name), [
        ...Object.keys(expected),
      ]);
      assert.equal(metadata.getText("Socket-Type"), expected["Socket-Type"]);
      assert.deepEqual(encodeMetadata(metadata), data);
    }
  });
});
