// Addresses of ws and wss: host and port as those of tcp, then a path.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../../src/base/errors.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import {
  formatWs,
  parseWsBind,
  parseWsConnect,
} from "../../../src/endpoint/ws.ts";

const BIND: readonly (readonly [string, string, number, string])[] = [
  ["*:8080", "*", 8080, "/"],
  ["*:*", "*", 0, "/"],
  ["127.0.0.1:*/", "127.0.0.1", 0, "/"],
  ["127.0.0.1:80/a/b", "127.0.0.1", 80, "/a/b"],
  ["[::1]:80/a", "::1", 80, "/a"],
  ["eth0:80/a:b;c@d", "eth0", 80, "/a:b;c@d"],
  ["localhost:80/%7Euser/", "localhost", 80, "/%7Euser/"],
  ["localhost:80//", "localhost", 80, "//"],
];

const CONNECT: readonly (readonly [string, string, number, string])[] = [
  ["127.0.0.1:80", "127.0.0.1", 80, "/"],
  ["host.example:80/chat", "host.example", 80, "/chat"],
  ["host.example:80?type=DEALER", "host.example", 80, "/?type=DEALER"],
  ["host.example:80/chat?a=b&c=/d?", "host.example", 80, "/chat?a=b&c=/d?"],
  ["[fe80::1%eth0]:80/x", "fe80::1%eth0", 80, "/x"],
];

const REFUSED: readonly string[] = [
  "127.0.0.1",
  "127.0.0.1/path",
  "127.0.0.1:/path",
  "127.0.0.1:80/a b",
  "127.0.0.1:80/a\r\nHost: b",
  "127.0.0.1:80/a\t",
  "127.0.0.1:80/ä",
  "127.0.0.1:80/a#b",
  "127.0.0.1:80#b",
  "127.0.0.1:80/%",
  "127.0.0.1:80/%4",
  "127.0.0.1:80/%zz",
  '127.0.0.1:80/"',
  "127.0.0.1:80/\\",
  "user@127.0.0.1:80/",
  "::1:80/",
  "/path",
  "?a",
];

function refused(call: () => unknown, text: string): void {
  assert.throws(call, (error) => {
    assert.ok(error instanceof ZmqError);
    assert.equal(error.code, "EINVAL");
    assert.equal(error.address, text);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(error.message, /[\0-\x1f]/);
    return true;
  });
}

describe("parseWsBind()", () => {
  for (const [text, host, port, path] of BIND) {
    it(`reads ${text}`, () => {
      const place = parseWsBind(parseEndpoint(`ws://${text}`));
      assert.equal(place.address.host, host);
      assert.equal(place.address.port, port);
      assert.equal(place.path, path);
    });
  }

  for (const address of [...REFUSED, "*:80/a?b", "*:80?b"]) {
    it(`refuses ${JSON.stringify(address)}`, () => {
      const text = `ws://${address}`;
      refused(() => parseWsBind(parseEndpoint(text)), text);
    });
  }
});

describe("parseWsConnect()", () => {
  for (const [text, host, port, target] of CONNECT) {
    it(`reads ${text}`, () => {
      const route = parseWsConnect(parseEndpoint(`wss://${text}`));
      assert.equal(route.destination.host, host);
      assert.equal(route.destination.port, port);
      assert.equal(route.target, target);
      assert.equal(route.source, undefined);
    });
  }

  it("reads a source address, and leaves a path its semicolons", () => {
    const text = "ws://127.0.0.2:*;127.0.0.1:80/a;b:c";
    const route = parseWsConnect(parseEndpoint(text));
    assert.equal(route.source?.host, "127.0.0.2");
    assert.equal(route.destination.host, "127.0.0.1");
    assert.equal(route.target, "/a;b:c");
  });

  for (const address of [...REFUSED, "*:80/", "127.0.0.1:*/", "127.0.0.1:0"]) {
    it(`refuses ${JSON.stringify(address)}`, () => {
      const text = `ws://${address}`;
      refused(() => parseWsConnect(parseEndpoint(text)), text);
    });
  }
});

describe("formatWs()", () => {
  it("gives libzmq's form, the path included", () => {
    assert.equal(formatWs("ws", "127.0.0.1", 80, "/"), "ws://127.0.0.1:80/");
    assert.equal(formatWs("wss", "::1", 80, "/a"), "wss://[::1]:80/a");
  });
});
