// The opening handshake of WebSockets, octet by octet, in both roles.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey, toKey } from "../../../src/base/bytes.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import {
  HeadReader,
  HttpFields,
  type HttpHead,
  statusLine,
} from "../../../src/wire/http_head.ts";
import {
  acceptKey,
  checkResponse,
  encodeGrant,
  encodeRefusal,
  encodeRequest,
  type Grant,
  judgeOpening,
  openingKey,
  type OpeningPolicy,
  pathOf,
  type Refusal,
} from "../../../src/wire/websocket_opening.ts";

const KEY = "x3JJHMbDL1EzLkh9GBhXDw==";
const ACCEPT = "HSmrc0sMlYUkAGmm5OPpG2HaGWk=";

const policy: OpeningPolicy = {
  subprotocols: ["ZWS2.0/NULL", "ZWS2.0"],
  origins: null,
};

/** The fields of a request of libzmq. */
const FIELDS = {
  "Host": "127.0.0.1",
  "Upgrade": "websocket",
  "Connection": "Upgrade",
  "Sec-WebSocket-Key": KEY,
  "Sec-WebSocket-Protocol": "ZWS2.0/NULL,ZWS2.0",
  "Sec-WebSocket-Version": "13",
} as const;

type Change = Partial<Record<string, string | readonly string[] | null>>;

/** A request like libzmq's with other fields; `null` leaves one out. */
function judge(
  change: Change = {},
  init: { method?: string; target?: string; version?: string } = {},
  allowed: OpeningPolicy = policy,
): Grant<OpeningPolicy> | Refusal {
  const fields = Object.entries({ ...FIELDS, ...change }).flatMap(
    ([name, value]) => [value ?? []].flat().map((one) => [name, one] as const),
  );
  const { method = "GET", target = "/", version = "1.1" } = init;
  return judgeOpening(
    { method, target, version, fields: new HttpFields(fields) },
    (path) => path === "/" ? allowed : undefined,
  );
}

function refused(status: number, ...args: Parameters<typeof judge>): void {
  const verdict = judge(...args);
  assert.ok("status" in verdict, "it is granted");
  assert.equal(verdict.status, status, verdict.why);
}

function granted(...args: Parameters<typeof judge>): string {
  const verdict = judge(...args);
  assert.ok("subprotocol" in verdict, JSON.stringify(verdict));
  assert.equal(verdict.key, args[0]?.["Sec-WebSocket-Key"] ?? KEY);
  return verdict.subprotocol;
}

describe("judgeOpening()", () => {
  it("grants libzmq's request: a Host without port, no Origin", () => {
    assert.equal(granted(), "ZWS2.0/NULL");
  });

  it("grants a browser's request", () => {
    const change = {
      "Host": "example.org:8080",
      "Connection": "keep-alive, Upgrade",
      "Origin": "http://example.org:8080",
      "Sec-WebSocket-Protocol": "ZWS2.0",
      "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
      "Upgrade": "WebSocket",
    };
    assert.equal(granted(change, { target: "/?a=/b" }), "ZWS2.0");
  });

  it("takes the first of the client's subprotocols that is spoken", () => {
    for (
      const [offered, chosen] of [
        ["ZWS2.0, ZWS2.0/NULL", "ZWS2.0"],
        ["chat , ZWS2.0/CURVE,ZWS2.0", "ZWS2.0"],
        [["chat", "ZWS2.0/NULL"], "ZWS2.0/NULL"],
      ] as const
    ) assert.equal(granted({ "Sec-WebSocket-Protocol": offered }), chosen);
  });

  it("understands a target in absolute form", () => {
    granted({}, { target: "http://127.0.0.1:80" });
    granted({}, { target: "ws://127.0.0.1:80/?a" });
    refused(404, {}, { target: "http://127.0.0.1:80/a" });
  });

  const refusals: readonly [string, number, ...Parameters<typeof judge>][] = [
    ["another method", 405, {}, { method: "POST" }],
    ["HTTP/1.0", 505, {}, { version: "1.0" }],
    ["another path", 404, {}, { target: "/a" }],
    ["a path that only looks the same", 404, {}, { target: "//" }],
    ["a path with dots", 404, {}, { target: "/a/.." }],
    ["no Host", 400, { Host: null }],
    ["an empty Host", 400, { Host: "" }],
    ["two Hosts", 400, { Host: ["a", "a"] }],
    ["two Hosts that were joined", 400, { Host: "a, b" }],
    ["a Host with a space", 400, { Host: "a b", Origin: "null" }],
    ["no Upgrade", 426, { Upgrade: null }],
    ["an Upgrade to something else", 426, { Upgrade: "h2c" }],
    ["two Upgrades", 400, { Upgrade: ["websocket", "websocket"] }],
    ["no Connection", 400, { Connection: null }],
    ["a Connection to keep", 400, { Connection: "keep-alive" }],
    ["no version", 426, { "Sec-WebSocket-Version": null }],
    ["version 8", 426, { "Sec-WebSocket-Version": "8" }],
    ["versions 13 and 8", 426, { "Sec-WebSocket-Version": "13, 8" }],
    ["version 13 twice", 426, { "Sec-WebSocket-Version": ["13", "13"] }],
    ["no key", 400, { "Sec-WebSocket-Key": null }],
    ["two keys", 400, { "Sec-WebSocket-Key": [KEY, KEY] }],
    ["a key of 15 octets", 400, {
      "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAA",
    }],
    ["a key of 17 octets", 400, {
      "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAAA=",
    }],
    ["a key that is no base64", 400, {
      "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXD-==",
    }],
    ["a key with stray bits", 400, {
      "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDx==",
    }],
    ["an empty key", 400, { "Sec-WebSocket-Key": "" }],
    ["no subprotocol", 400, { "Sec-WebSocket-Protocol": null }],
    ["an unknown subprotocol", 400, { "Sec-WebSocket-Protocol": "chat" }],
    ["a prefix", 400, { "Sec-WebSocket-Protocol": "ZWS2" }],
    ["lower case", 400, { "Sec-WebSocket-Protocol": "zws2.0" }],
    ["another mechanism", 400, { "Sec-WebSocket-Protocol": "ZWS2.0/CURVE" }],
    ["a subprotocol twice", 400, {
      "Sec-WebSocket-Protocol": "ZWS2.0, ZWS2.0",
    }],
    ["a body", 400, { "Content-Length": "1" }],
    ["an empty length", 400, { "Content-Length": "" }],
    ["a length that is none", 400, { "Content-Length": "," }],
    ["a length with a sign", 400, { "Content-Length": "+0" }],
    ["lengths that differ", 400, { "Content-Length": ["0", "5"] }],
    ["a body in chunks", 400, { "Transfer-Encoding": "chunked" }],
    ["two Origins", 400, { Origin: ["http://127.0.0.1", "http://b"] }],
    ["an Origin of another host", 403, { Origin: "http://evil.example" }],
    ["an Origin of a host that begins alike", 403, {
      Origin: "http://127.0.0.1.evil.example",
    }],
    ["an Origin with the host as its user", 403, {
      Origin: "http://127.0.0.1@evil.example",
    }],
    ["an Origin with the host as its path", 403, {
      Origin: "http://evil.example/127.0.0.1",
    }],
    ["a secret Origin", 403, { Origin: "null" }],
    ["a file's Origin", 403, { Origin: "file://" }],
    ["an empty Origin", 403, { Origin: "" }],
  ];
  for (const [name, status, ...args] of refusals) {
    it(`refuses ${name} with ${status}`, () => refused(status, ...args));
  }

  it("grants a request that says it has no body", () => {
    granted({ "Content-Length": "0" });
  });

  it("grants an Origin of the same host, whatever the ports", () => {
    for (
      const [Host, Origin] of [
        ["a.example", "http://a.example"],
        ["a.example:5555", "https://A.example:8443"],
        ["A.example", "http://a.EXAMPLE:1"],
        ["[::1]:5555", "http://[::1]"],
      ] as const
    ) granted({ Host, Origin });
    refused(403, { Host: "[::1]:5", Origin: "http://[::2]:5" });
  });

  it("follows a list of origins, which replaces the same host", () => {
    const listed = { ...policy, origins: ["https://a.example"] };
    granted({ Origin: "https://a.example" }, {}, listed);
    granted({ Origin: "https://A.example" }, {}, listed);
    granted({}, {}, listed);
    refused(403, { Origin: "http://a.example" }, {}, listed);
    refused(403, { Origin: "https://a.example:444" }, {}, listed);
    refused(403, { Origin: "http://127.0.0.1" }, {}, listed);
    refused(403, { Origin: "*" }, {}, listed);
  });

  it('takes "*" for every origin, and an empty list for none', () => {
    const all = { ...policy, origins: ["*"] };
    granted({ Origin: "null" }, {}, all);
    granted({ Origin: "http://evil.example" }, {}, all);
    refused(403, { Origin: "http://127.0.0.1" }, {}, {
      ...policy,
      origins: [],
    });
  });
});

describe("pathOf()", () => {
  it("leaves out the query, and is never empty", () => {
    assert.equal(pathOf("/a/b?c/d?e"), "/a/b");
    assert.equal(pathOf("/?a"), "/");
    assert.equal(pathOf("?a"), "/");
    assert.equal(pathOf("http://host"), "/");
    assert.equal(pathOf("http://host?a"), "/");
    assert.equal(pathOf("*"), "*");
  });
});

describe("acceptKey()", () => {
  it("gives the values of RFC 6455 and of libzmq", async () => {
    assert.equal(
      await acceptKey("dGhlIHNhbXBsZSBub25jZQ=="),
      "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    );
    assert.equal(await acceptKey(KEY), ACCEPT);
  });
});

describe("openingKey()", () => {
  it("is 16 random octets that a server takes", () => {
    const keys = new Set(Array.from({ length: 64 }, openingKey));
    assert.equal(keys.size, 64);
    for (const key of keys) granted({ "Sec-WebSocket-Key": key });
  });
});

describe("what is written", () => {
  it("is libzmq's request, octet by octet", () => {
    const request = encodeRequest({
      host: "127.0.0.1",
      target: "/",
      key: KEY,
      subprotocols: ["ZWS2.0/NULL", "ZWS2.0"],
    });
    assert.equal(
      toKey(request),
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n" +
        `Connection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\n` +
        "Sec-WebSocket-Protocol: ZWS2.0/NULL,ZWS2.0\r\n" +
        "Sec-WebSocket-Version: 13\r\n\r\n",
    );
  });

  it("is libzmq's response, octet by octet", () => {
    assert.equal(
      toKey(encodeGrant(ACCEPT, "ZWS2.0/NULL")),
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
        `Connection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n` +
        "Sec-WebSocket-Protocol: ZWS2.0/NULL\r\n\r\n",
    );
  });

  it("says what a refused client may do better", () => {
    const text = toKey(encodeRefusal({ status: 426, why: "No" }));
    assert.match(text, /^HTTP\/1\.1 426 Upgrade Required\r\n/);
    assert.match(text, /\r\nSec-WebSocket-Version: 13\r\n/);
    assert.match(text, /\r\nUpgrade: websocket\r\n/);
    assert.match(text, /\r\nConnection: Upgrade, close\r\n/);
    assert.match(text, /\r\nContent-Length: 3\r\n\r\nNo\n$/);
    const allow = toKey(encodeRefusal({ status: 405, why: "No" }));
    assert.match(allow, /\r\nAllow: GET\r\n/);
  });
});

/** A server's response. */
function response(lines: readonly string[]): HttpHead {
  return new HeadReader(statusLine).read(
    fromKey(`${lines.join("\r\n")}\r\n\r\n`),
  )!;
}

const RESPONSE = [
  "HTTP/1.1 101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Accept: ${ACCEPT}`,
  "Sec-WebSocket-Protocol: ZWS2.0",
] as const;

function check(lines: readonly string[]): string {
  return checkResponse(response(lines), ACCEPT, policy.subprotocols);
}

describe("checkResponse()", () => {
  it("gives the subprotocol", () => assert.equal(check(RESPONSE), "ZWS2.0"));

  it("takes other spellings, and octets that are no ASCII", () => {
    check([
      "HTTP/1.1 101",
      "UPGRADE: WebSocket",
      "connection: keep-alive, upgrade",
      "X-Server: \xff\xfe",
      ...RESPONSE.slice(3),
    ]);
  });

  const without = (at: number, ...lines: string[]) =>
    RESPONSE.flatMap((line, i) => i === at ? lines : [line]);
  for (
    const [name, lines] of [
      ["no Upgrade", without(1)],
      ["two Upgrades", without(1, RESPONSE[1], RESPONSE[1])],
      ["another Upgrade", without(1, "Upgrade: h2c")],
      ["no Connection", without(2)],
      ["no Accept", without(3)],
      ["a wrong Accept", without(3, `Sec-WebSocket-Accept: ${KEY}`)],
      ["two Accepts", without(3, RESPONSE[3], RESPONSE[3])],
      ["no subprotocol", without(4)],
      ["an unknown one", without(4, "Sec-WebSocket-Protocol: chat")],
      ["a list of them", without(4, "Sec-WebSocket-Protocol: ZWS2.0, a")],
      ["two of them", [...RESPONSE, RESPONSE[4]]],
      ["one of another case", without(4, "Sec-WebSocket-Protocol: zws2.0")],
      ["an extension", [...RESPONSE, "Sec-WebSocket-Extensions: x"]],
      ["HTTP/1.0", without(0, "HTTP/1.0 101 Switching Protocols")],
    ] as const
  ) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => check(lines),
        (error) =>
          error instanceof ZmqError && error.code === "EPROTO" &&
          error.reason === "ERR_WS_OPENING",
      );
    });
  }

  for (
    const [line, code, text] of [
      ["HTTP/1.1 400 Bad Request", "EPROTO", /400 Bad Request/],
      ["HTTP/1.1 401 Unauthorized", "EACCES", /401 Unauthorized/],
      ["HTTP/1.1 403 Forbidden", "EACCES", /403 Forbidden/],
      ["HTTP/1.1 200 OK", "EPROTO", /200 OK, expected 101/],
      ["HTTP/1.1 302 Found", "EPROTO", /302 Found: redirections are not/],
      ["HTTP/1.1 500 \xff\xfe", "EPROTO", /500 \\xff\\xfe/],
    ] as const
  ) {
    it(`refuses ${JSON.stringify(line)}: ${code}`, () => {
      assert.throws(() => check([line, ...RESPONSE.slice(1)]), (error) => {
        assert.ok(error instanceof ZmqError);
        assert.equal(error.code, code);
        assert.match(error.message, text);
        return true;
      });
    });
  }
});
