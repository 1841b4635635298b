// Ranges of addresses.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  acceptsAddress,
  parseAddressFilter,
} from "../../../src/options/address_filter.ts";

function accepts(ranges: readonly string[], address: string): boolean {
  return acceptsAddress(
    ranges.map((range) => {
      const filter = parseAddressFilter(range);
      assert.ok(filter, range);
      return filter;
    }),
    address,
  );
}

describe("parseAddressFilter()", () => {
  it("reads addresses and ranges of both families", () => {
    const right: readonly (readonly [string, number, number])[] = [
      ["192.168.0.0/16", 4, 16],
      ["127.0.0.1", 4, 32],
      ["0.0.0.0/0", 4, 0],
      ["255.255.255.255/32", 4, 32],
      ["::/0", 16, 0],
      ["::1", 16, 128],
      ["fe80::/10", 16, 10],
      ["1:2:3:4:5:6:7:8", 16, 128],
      ["1::8/128", 16, 128],
      ["1:2:3::5:6:7:8", 16, 128],
      ["64:ff9b::192.0.2.33", 16, 128],
      ["FE80::ABCD/64", 16, 64],
    ];
    for (const [text, octets, bits] of right) {
      const filter = parseAddressFilter(text);
      assert.equal(filter?.text, text);
      assert.equal(filter?.octets.length, octets, text);
      assert.equal(filter?.bits, bits, text);
    }
  });

  it("refuses what is none", () => {
    for (
      const text of [
        "",
        "/",
        "/8",
        "10",
        "10.0.0",
        "10.0.0.0.0",
        "10.0.0.256",
        "010.0.0.1",
        "10.0.0.-1",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/8/8",
        "10.0.0.0/+8",
        " 10.0.0.0/8",
        "10.0.0.0 /8",
        "1.2.3.4\0",
        "::/129",
        ":::",
        "::1::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4::5:6:7:8",
        "12345::",
        "g::",
        "1.2.3.4::",
        "localhost",
        "*",
      ]
    ) {
      assert.equal(parseAddressFilter(text), undefined, JSON.stringify(text));
    }
  });
});

describe("acceptsAddress()", () => {
  it("accepts everything without a filter", () => {
    assert.equal(accepts([], "10.0.0.1"), true);
    assert.equal(accepts([], "unknown"), true);
  });

  it("compares the leading bits", () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ["192.168.0.0/16", "192.168.255.1", true],
      ["192.168.0.0/16", "192.169.0.1", false],
      ["10.0.0.128/25", "10.0.0.129", true],
      ["10.0.0.128/25", "10.0.0.127", false],
      ["10.20.0.0/15", "10.21.3.4", true],
      ["10.20.0.0/15", "10.22.3.4", false],
      ["127.0.0.1", "127.0.0.1", true],
      ["127.0.0.1", "127.0.0.2", false],
      ["10.1.2.3/8", "10.200.0.1", true],
      ["0.0.0.0/0", "8.8.8.8", true],
      ["fe80::/10", "fe80::1%eth0", true],
      ["fe80::/10", "fec0::1", false],
      ["2001:db8::/33", "2001:db8:7fff::1", true],
      ["2001:db8::/33", "2001:db8:8000::1", false],
      ["::/0", "::1", true],
    ];
    for (const [range, address, expected] of cases) {
      assert.equal(accepts([range], address), expected, `${range} ${address}`);
    }
  });

  it("keeps the families apart", () => {
    assert.equal(accepts(["0.0.0.0/0"], "::1"), false);
    assert.equal(accepts(["::/0"], "127.0.0.1"), false);
  });

  it("takes a mapped IPv6 address for IPv4", () => {
    assert.equal(accepts(["127.0.0.0/8"], "::ffff:127.0.0.1"), true);
    assert.equal(accepts(["127.0.0.0/8"], "::ffff:7f00:1"), true);
    assert.equal(accepts(["127.0.0.0/8"], "::ffff:128.0.0.1"), false);
  });

  it("is content with one of several", () => {
    assert.equal(accepts(["10.0.0.0/8", "::1"], "::1"), true);
    assert.equal(accepts(["10.0.0.0/8", "::1"], "::2"), false);
  });

  it("takes endpoints", () => {
    assert.equal(accepts(["127.0.0.1"], "tcp://127.0.0.1:49152"), true);
    assert.equal(accepts(["127.0.0.1"], "127.0.0.1:49152"), true);
    assert.equal(accepts(["::1"], "tcp://[::1]:49152"), true);
    assert.equal(accepts(["fe80::/10"], "tcp://[fe80::1%lo]:5"), true);
    assert.equal(accepts(["127.0.0.1"], "tcp://127.0.0.2:49152"), false);
  });

  it("accepts nothing that is no address", () => {
    for (const address of ["", "unknown", "ipc:///tmp/a", "tcp://host:5"]) {
      assert.equal(accepts(["0.0.0.0/0", "::/0"], address), false, address);
    }
  });
});
