// host:port addresses: what is taken, what is refused, and why.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../../src/base/errors.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import {
  formatTcp,
  isIPv4,
  isIPv6,
  parseHostPort,
  parseTcpBind,
  parseTcpConnect,
  type TcpAddress,
} from "../../../src/endpoint/tcp.ts";

type Row = readonly [text: string, ...TcpAddress[keyof TcpAddress][]];

const LONG_NAME = `${"a".repeat(62)}.`.repeat(4) + "bb";

const BIND: readonly Row[] = [
  ["*:5555", "any", "*", 5555],
  ["*:*", "any", "*", 0],
  ["*:0", "any", "*", 0],
  ["127.0.0.1:5555", "ipv4", "127.0.0.1", 5555],
  ["255.255.255.255:65535", "ipv4", "255.255.255.255", 65535],
  ["0.0.0.0:*", "ipv4", "0.0.0.0", 0],
  ["[::1]:5555", "ipv6", "::1", 5555],
  ["[::]:*", "ipv6", "::", 0],
  ["[fe80::1%eth0]:5555", "ipv6", "fe80::1%eth0", 5555],
  ["[::ffff:192.0.2.1]:1", "ipv6", "::ffff:192.0.2.1", 1],
  ["eth0:5555", "name", "eth0", 5555],
  ["enp0s31f6.100:5555", "name", "enp0s31f6.100", 5555],
  ["localhost:05555", "name", "localhost", 5555],
  ["my-host_1.example.:1", "name", "my-host_1.example.", 1],
  ["1and1.example:1", "name", "1and1.example", 1],
];

const CONNECT: readonly Row[] = [
  ["127.0.0.1:5555", "ipv4", "127.0.0.1", 5555],
  ["[2001:db8::1]:5555", "ipv6", "2001:db8::1", 5555],
  ["[fe80::1%4]:1", "ipv6", "fe80::1%4", 1],
  ["example.org:65535", "name", "example.org", 65535],
];

const REFUSED: readonly string[] = [
  "127.0.0.1",
  "127.0.0.1:",
  "127.0.0.1:65536",
  "127.0.0.1:99999",
  "127.0.0.1:000080",
  "127.0.0.1:-1",
  "127.0.0.1:+1",
  "127.0.0.1:0x50",
  "127.0.0.1:80.5",
  "127.0.0.1:1e3",
  "127.0.0.1:http",
  "127.0.0.1:**",
  "127.0.0.1: 80",
  "127.0.0.1 :80",
  " 127.0.0.1:80",
  "127.0.0.1:80\n",
  "127.0.0.1:80\u0001",
  "127.0.0.1:80/path",
  "127.0.0.1;:80",
  "127.1:80",
  "2130706433:80",
  "0177.0.0.1:80",
  "256.0.0.1:80",
  "1.2.3.4.5:80",
  ":80",
  ":",
  "**:80",
  "-host:80",
  ".host:80",
  "ho st:80",
  "hôte:80",
  "host!:80",
  "user@host:80",
  "::1:80",
  "::1",
  "2001:db8::1:80",
  "[::1]",
  "[::1]80",
  "[::1:80",
  "::1]:80",
  "[]:80",
  "[*]:80",
  "[127.0.0.1]:80",
  "[localhost]:80",
  "[::1::]:80",
  "[1:2:3:4:5:6:7]:80",
  "[1:2:3:4:5:6:7:8:9]:80",
  "[1:2:3:4:5:6:7:8::]:80",
  "[12345::]:80",
  "[::g]:80",
  "[::1%]:80",
  "[::1%a%b]:80",
  "[::192.0.2.1:1]:80",
  `${LONG_NAME}:80`,
];

/** Fails unless the call throws EINVAL that quotes the endpoint. */
function refuses(endpoint: string, parse: () => unknown): void {
  assert.throws(parse, (error) => {
    assert.ok(error instanceof ZmqError, endpoint);
    assert.equal(error.code, "EINVAL");
    assert.equal(error.address, endpoint);
    assert.ok(error.message.startsWith("Cannot parse endpoint "));
    return true;
  }, endpoint);
}

describe("parseTcpBind", () => {
  it("takes addresses, names and wildcards", () => {
    for (const [text, kind, host, port] of BIND) {
      const address = parseTcpBind(parseEndpoint(`tcp://${text}`));
      assert.deepEqual(address, { kind, host, port }, text);
    }
  });

  it("refuses everything else", () => {
    for (const text of [...REFUSED, "127.0.0.1:*;127.0.0.1:80"]) {
      const endpoint = parseEndpoint(`tcp://${text}`);
      refuses(endpoint.text, () => parseTcpBind(endpoint));
    }
  });
});

describe("parseTcpConnect", () => {
  it("takes addresses and names", () => {
    for (const [text, kind, host, port] of CONNECT) {
      const route = parseTcpConnect(parseEndpoint(`tcp://${text}`));
      assert.deepEqual(route, { destination: { kind, host, port } }, text);
    }
  });

  it("takes a source before the destination", () => {
    for (const [text, kind, host, port] of BIND) {
      const endpoint = parseEndpoint(`tcp://${text};example.org:80`);
      assert.deepEqual(parseTcpConnect(endpoint), {
        destination: { kind: "name", host: "example.org", port: 80 },
        source: { kind, host, port },
      }, text);
    }
  });

  it("refuses everything else", () => {
    const wildcards = ["*:80", "127.0.0.1:*", "127.0.0.1:0", "*:*"];
    for (const text of [...REFUSED, ...wildcards]) {
      const endpoint = parseEndpoint(`tcp://${text}`);
      refuses(endpoint.text, () => parseTcpConnect(endpoint));
    }
  });

  it("refuses a source or a destination that is malformed", () => {
    const texts = [";host:80", "host:80;", "a:1;b:2;c:3", "::1:0;host:80"];
    for (const text of texts) {
      const endpoint = parseEndpoint(`tcp://${text}`);
      refuses(endpoint.text, () => parseTcpConnect(endpoint));
    }
  });
});

describe("parseHostPort", () => {
  it("says what is wrong and what was expected", () => {
    const rows = [
      ["host", "connect", /"host" has no port, expected "host:port"/],
      ["h:70000", "connect", /port is "70000".*from 1 to 65535/],
      ["h:70000", "bind", /port is "70000", expected "\*" or .* 0 to 65535/],
      [":80", "connect", /host is missing, expected an IP address/],
      ["::1:80", "bind", /"::1" is not in brackets, expected "\[::1\]"/],
      ["[x]:80", "bind", /"\[x\]" is no IPv6 address/],
      ["a b:80", "bind", /"a b:80" holds a space/],
      ["127.1:80", "source", /host is "127\.1", expected "\*", an IP address/],
    ] as const;
    for (const [text, use, message] of rows) {
      assert.throws(() => parseHostPort(text, use), { message });
    }
  });
});

describe("formatTcp", () => {
  it("puts IPv6 addresses in brackets and unmaps IPv4", () => {
    assert.equal(formatTcp("127.0.0.1", 80), "tcp://127.0.0.1:80");
    assert.equal(formatTcp("::1", 80), "tcp://[::1]:80");
    assert.equal(formatTcp("fe80::1%lo", 1), "tcp://[fe80::1%lo]:1");
    assert.equal(formatTcp("::ffff:192.0.2.1", 1), "tcp://192.0.2.1:1");
    assert.equal(formatTcp("example.org", 80, "ws"), "ws://example.org:80");
  });

  it("gives what parseTcpBind takes", () => {
    for (const [text] of BIND) {
      const first = parseTcpBind(parseEndpoint(`tcp://${text}`));
      const again = formatTcp(first.host, first.port);
      const { host, port } = parseTcpBind(parseEndpoint(again));
      assert.equal(formatTcp(host, port), again);
    }
  });
});

describe("isIPv4 and isIPv6", () => {
  it("tell addresses from other text", () => {
    const v6 = ["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "::1.2.3.4"];
    for (const text of v6) assert.ok(isIPv6(text), text);
    const not = ["", ":", ":::", "1:", ":1", "1:2", "1:::2", "1.2.3.4", "%a"];
    for (const text of not) assert.ok(!isIPv6(text), text);
    assert.ok(isIPv4("1.2.3.4"));
    for (const text of ["", "1.2.3", "1.2.3.4.", "01.2.3.4", "1.2.3.999"]) {
      assert.ok(!isIPv4(text), text);
    }
  });
});
