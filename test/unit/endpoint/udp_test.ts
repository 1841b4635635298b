// Addresses of udp endpoints: groups, interfaces, wildcards, refusals.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../../src/base/errors.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import {
  formatUdp,
  isMulticast,
  parseDatagramAddress,
  parseUdp,
} from "../../../src/endpoint/udp.ts";

type Role = "bind" | "connect";

/** The parts of an address as one text: `target port interface`. */
function parsed(address: string, role: Role): string {
  const { target, interface: chosen } = parseUdp(
    parseEndpoint(`udp://${address}`),
    role,
  );
  const through = chosen === undefined ? "" : ` ${chosen.kind} ${chosen.host}`;
  return `${target.kind} ${target.host} ${target.port}${through}`;
}

const BIND: readonly (readonly [string, string])[] = [
  ["127.0.0.1:5555", "ipv4 127.0.0.1 5555"],
  ["127.0.0.1:*", "ipv4 127.0.0.1 0"],
  ["*:*", "any * 0"],
  ["*:5555", "any * 5555"],
  ["eth0:5555", "name eth0 5555"],
  ["[abcd::1234:1]:5555", "ipv6 abcd::1234:1 5555"],
  ["[1:2:3:4::5]:*", "ipv6 1:2:3:4::5 0"],
  ["239.0.0.1:1234", "ipv4 239.0.0.1 1234"],
  ["239.0.0.1:*", "ipv4 239.0.0.1 0"],
  ["[ff00::1]:1234", "ipv6 ff00::1 1234"],
  ["127.0.0.1;230.2.8.12:5555", "ipv4 230.2.8.12 5555 ipv4 127.0.0.1"],
  ["eth0;230.2.8.12:5555", "ipv4 230.2.8.12 5555 name eth0"],
  ["*;230.2.8.12:5555", "ipv4 230.2.8.12 5555"],
  ["*;[ffff::]:5555", "ipv6 ffff:: 5555"],
  ["eth0;[ff02::1]:5555", "ipv6 ff02::1 5555 name eth0"],
  ["[::1];[ff02::1]:5555", "ipv6 ff02::1 5555 ipv6 ::1"],
  ["[ff02::1%eth0]:5555", "ipv6 ff02::1%eth0 5555 name eth0"],
  ["eth0;[ff02::1%eth0]:5555", "ipv6 ff02::1%eth0 5555 name eth0"],
  ["lo;group.example:5555", "name group.example 5555 name lo"],
];

const CONNECT: readonly (readonly [string, string])[] = [
  ["127.0.0.1:5555", "ipv4 127.0.0.1 5555"],
  ["[::1]:123", "ipv6 ::1 123"],
  ["example.org:5555", "name example.org 5555"],
  ["255.255.255.255:5555", "ipv4 255.255.255.255 5555"],
  ["239.0.0.1:2222", "ipv4 239.0.0.1 2222"],
  ["[ff00::1]:2222", "ipv6 ff00::1 2222"],
  ["8.9.10.11;230.2.8.12:5555", "ipv4 230.2.8.12 5555 ipv4 8.9.10.11"],
  ["*;230.2.8.12:5555", "ipv4 230.2.8.12 5555"],
  ["*;[ff10::1]:5555", "ipv6 ff10::1 5555"],
];

const REFUSED: readonly (readonly [string, Role, RegExp])[] = [
  ["*:5555", "connect", /the host is "\*"/],
  ["127.0.0.1:*", "connect", /the port is "\*"/],
  ["[::1]:*", "connect", /the port is "\*"/],
  ["127.0.0.1:0", "connect", /the port is "0"/],
  ["127.0.0.1;1.2.3.4:5555", "bind", /"1.2.3.4" is no multicast group/],
  ["127.0.0.1;1.2.3.4:5555", "connect", /is no multicast group/],
  ["[::1];[fe00::1]:5555", "bind", /is no multicast group/],
  ["[::1];[fe00:1]:5555", "connect", /is no IPv6 address/],
  ["lo;*:5555", "bind", /"\*" is no multicast group/],
  ["239.0.0.2;239.0.0.1:5555", "bind", /"239.0.0.2", a multicast group/],
  ["[::1];239.0.0.1:5555", "bind", /of different IP versions/],
  ["127.0.0.1;[ff02::1]:5555", "bind", /of different IP versions/],
  ["eth1;[ff02::1%eth0]:5555", "bind", /names two interfaces/],
  [";239.0.0.1:5555", "bind", /the host is missing/],
  ["a;b;239.0.0.1:5555", "bind", /the host is "a;b"/],
  ["eth0;", "bind", /has no port/],
  ["5555", "bind", /has no port/],
  ["127.0.0.1:70000", "bind", /the port is "70000"/],
  ["ff02::1:5555", "bind", /no|not in brackets/],
];

describe("parseUdp()", () => {
  for (const [address, expected] of BIND) {
    it(`binds to ${address}`, () => {
      assert.equal(parsed(address, "bind"), expected);
    });
  }

  for (const [address, expected] of CONNECT) {
    it(`connects to ${address}`, () => {
      assert.equal(parsed(address, "connect"), expected);
    });
  }

  for (const [address, role, why] of REFUSED) {
    it(`refuses to ${role} ${address}`, () => {
      assert.throws(() => parsed(address, role), (error: unknown) => {
        assert.ok(error instanceof ZmqError);
        assert.equal(error.code, "EINVAL");
        assert.equal(error.address, `udp://${address}`);
        assert.match(error.message, why);
        return true;
      });
    });
  }
});

describe("isMulticast()", () => {
  it("is true from 224.0.0.0 to 239.255.255.255 and for ff00::/8", () => {
    for (const host of ["224.0.0.0", "239.255.255.255", "ff00::", "FF02::1"]) {
      assert.ok(isMulticast(host), host);
    }
    assert.ok(isMulticast("ff02::1%eth0"));
  });

  it("is false for all else", () => {
    const others = "223.255.255.255 240.0.0.0 255.255.255.255 127.0.0.1 " +
      "fe80::1 ::ff02 ff02 ff:1::2 name";
    for (const host of others.split(" ")) assert.ok(!isMulticast(host), host);
  });
});

describe("formatUdp()", () => {
  it("gives back what was parsed", () => {
    for (const [address] of [...BIND, ...CONNECT]) {
      if (address.includes("*") || address.includes("%")) continue;
      const endpoint = parseEndpoint(`udp://${address}`);
      const { target, interface: chosen } = parseUdp(endpoint, "bind");
      const text = formatUdp(target.host, target.port, chosen);
      assert.equal(text, endpoint.text);
    }
  });
});

describe("parseDatagramAddress()", () => {
  it("takes IP addresses with a port", () => {
    assert.deepEqual(parseDatagramAddress("127.0.0.1:5555"), {
      host: "127.0.0.1",
      port: 5555,
    });
    assert.deepEqual(parseDatagramAddress("[fe80::1%eth0]:1"), {
      host: "fe80::1%eth0",
      port: 1,
    });
  });

  it("refuses names, wildcards and what is no address", () => {
    const wrong = [
      "localhost:5555",
      "*:5555",
      "127.0.0.1:0",
      "127.0.0.1:*",
      "127.0.0.1",
      "127.0.0.1:5555\0",
      "udp://127.0.0.1:5555",
      "127.1:5555",
      "",
    ];
    for (const text of wrong) {
      assert.throws(() => parseDatagramAddress(text), { code: "EINVAL" }, text);
    }
  });
});
