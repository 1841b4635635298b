// Messages as datagrams: libzmq's captures, and whatever octets there are.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromHex, toBytes, toHex, toText } from "../../../src/base/bytes.ts";
import {
  addressedDatagrams,
  groupDatagrams,
} from "../../../src/wire/datagrams.ts";
import { readJson } from "../../structure/project.ts";

const HERE = { host: "127.0.0.1", port: 5555 };

interface Captured {
  readonly name: string;
  readonly hex?: string;
  readonly decoded?: { readonly group: string; readonly body: string };
  readonly cases?: readonly {
    readonly datagram: string;
    readonly delivered:
      | { readonly group: string; readonly body: string }
      | null;
  }[];
}

const captures = readJson("test/golden/zmtp/udp.json").captures as Captured[];

/** What a DISH that joined one group gets of a datagram. */
function delivered(datagram: string, joined: string) {
  const message = groupDatagrams.decode(fromHex(datagram), HERE);
  if (message === undefined || toText(message[0]!) !== joined) return null;
  return { group: joined, body: toHex(message[1]!) };
}

describe("groupDatagrams", () => {
  for (const { name, hex, decoded, cases } of captures) {
    if (decoded !== undefined) {
      it(`encodes and decodes libzmq's ${name}`, () => {
        const { group, body } = decoded;
        const frames = [toBytes(group), fromHex(body)];
        assert.equal(toHex(groupDatagrams.encode(frames).octets), hex);
        assert.equal(groupDatagrams.size(frames), hex!.length / 2);
        const message = groupDatagrams.decode(fromHex(hex!), HERE)!;
        assert.deepEqual(message.map(toHex), frames.map(toHex));
      });
    }
    for (const { datagram, delivered: expected } of cases ?? []) {
      it(`takes of "${datagram}" what libzmq takes`, () => {
        assert.deepEqual(delivered(datagram, "Movies"), expected);
      });
    }
  }

  it("gives back what it was given, in memory of its own", () => {
    const group = fc.uint8Array({ maxLength: 255 })
      .map((octets) => octets.map((octet) => octet || 1));
    const property = fc.property(group, fc.uint8Array(), (group, body) => {
      const { octets, to } = groupDatagrams.encode([group, body]);
      const expected = [toHex(group), toHex(body)];
      group.fill(7);
      body.fill(7);
      const message = groupDatagrams.decode(octets, HERE)!;
      assert.deepEqual(message.map(toHex), expected);
      assert.equal(to, undefined);
    });
    fc.assert(property);
  });

  it("takes any octets for a message or for none, and loses no octet", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
      const message = groupDatagrams.decode(octets, HERE);
      const length = octets[0] ?? 0;
      const group = octets.subarray(1, 1 + length);
      const isOne = octets.length > length && !group.includes(0);
      assert.equal(message !== undefined, isOne);
      if (message === undefined) return;
      assert.equal(message.length, 2);
      const again = groupDatagrams.encode(message);
      assert.equal(toHex(again.octets), toHex(octets));
    }));
  });

  it("takes no group with an octet 0", () => {
    assert.equal(groupDatagrams.decode(fromHex("02670061"), HERE), undefined);
    assert.notEqual(groupDatagrams.decode(fromHex("016700"), HERE), undefined);
  });

  it("takes an octet of 0x80 and more for an unsigned length", () => {
    const octets = new Uint8Array(256).fill(0x67);
    octets[0] = 0xff;
    assert.equal(groupDatagrams.decode(octets, HERE)![0]!.length, 255);
    const short = octets.subarray(0, 255);
    assert.equal(groupDatagrams.decode(short, HERE), undefined);
  });
});

describe("addressedDatagrams", () => {
  it("puts where it came from before the octets", () => {
    const [address, body] = addressedDatagrams.decode(toBytes("x"), HERE)!;
    assert.equal(toText(address!), "127.0.0.1:5555");
    assert.equal(toText(body!), "x");
    const v6 = { host: "fe80::1%eth0", port: 1 };
    const [other] = addressedDatagrams.decode(new Uint8Array(0), v6)!;
    assert.equal(toText(other!), "[fe80::1%eth0]:1");
  });

  it("shows an IPv4 address of an IPv6 socket as what it is", () => {
    const mapped = { host: "::ffff:192.0.2.1", port: 7 };
    const [address] = addressedDatagrams.decode(new Uint8Array(1), mapped)!;
    assert.equal(toText(address!), "192.0.2.1:7");
  });

  it("sends the octets alone, copied, to the address before them", () => {
    const body = toBytes("body");
    const { octets, to } = addressedDatagrams.encode([
      toBytes("[::1]:9"),
      body,
    ]);
    body.fill(0);
    assert.equal(toText(octets), "body");
    assert.deepEqual(to, { host: "::1", port: 9 });
    assert.equal(addressedDatagrams.size([toBytes("[::1]:9"), body]), 4);
  });

  it("refuses what is no address", () => {
    for (const wrong of ["nobody:5555", "127.0.0.1", "", "\xff\xfe"]) {
      const frames = [toBytes(wrong), toBytes("x")];
      assert.throws(() => addressedDatagrams.encode(frames), {
        code: "EINVAL",
      });
    }
  });
});
