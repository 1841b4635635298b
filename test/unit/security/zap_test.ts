// RFC 27: requests and replies as frames, and what authenticators answer.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, toBytes, toHex } from "../../../src/base/bytes.ts";
import {
  checkZapReply,
  encodeZapRequest,
  makeZapRequest,
  parseZapReply,
} from "../../../src/security/zap.ts";
import { encodeMetadata } from "../../../src/wire/metadata.ts";
import { captures } from "../wire/golden.ts";
import { KEYS, TEXT_KEYS } from "./curve_vectors.ts";
import { reasonOf } from "./handshakes.ts";

const ID = toBytes("7");
const NONE = new Uint8Array();
const METADATA = encodeMetadata([["Hello", toBytes("World")]]);

/** A valid reply with some frames replaced. */
function reply(
  changes: Readonly<Record<number, string | Uint8Array>> = {},
): Uint8Array[] {
  const frames = [NONE, "1.0", ID, "200", "OK", "admin", METADATA];
  for (const [at, frame] of Object.entries(changes)) frames[+at] = frame;
  return frames.map((frame) =>
    typeof frame === "string" ? toBytes(frame) : frame
  );
}

describe("ZAP requests", () => {
  const common = {
    requestId: ID,
    domain: "global",
    address: "127.0.0.1",
    identity: toBytes("me"),
  };

  it("have the frames of RFC 27", () => {
    const request = makeZapRequest({
      ...common,
      mechanism: "PLAIN",
      credentials: [toBytes("admin"), toBytes("secret")],
    });
    const frames = encodeZapRequest(request);
    const text = ["", "1.0", "7", "global", "127.0.0.1", "me", "PLAIN"];
    const expected = [...text, "admin", "secret"].map(toBytes);
    assert.deepEqual(frames, expected);
  });

  it("show PLAIN credentials as text beside the octets", () => {
    const credentials = [toBytes("jösé"), Uint8Array.of(0x61, 0, 0xff)];
    const mechanism = "PLAIN";
    const request = makeZapRequest({ ...common, mechanism, credentials });
    assert.equal(request.username, "jösé");
    assert.equal(request.password, "a\0\ufffd");
    assert.deepEqual(request.credentials, credentials);
  });

  it("show a CURVE key as Z85 text and send it as octets", () => {
    const request = makeZapRequest({
      ...common,
      mechanism: "CURVE",
      credentials: [KEYS.clientPublic],
    });
    assert.equal(request.publicKey, TEXT_KEYS.clientPublic);
    assert.deepEqual(encodeZapRequest(request)[7], KEYS.clientPublic);
    assert.equal(request.username, undefined);
  });

  it("show a GSSAPI principal as text where it is UTF-8, and else do not", () => {
    for (
      const [octets, principal] of [
        [toBytes("jösé@REALM"), "jösé@REALM"],
        [Uint8Array.of(0x61, 0xff), undefined],
        [Uint8Array.of(0x61, 0xfe), undefined],
        // A mark of the order of octets, which is not shown.
        [Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), undefined],
      ] as const
    ) {
      const mechanism = "GSSAPI";
      const request = makeZapRequest({
        ...common,
        mechanism,
        credentials: [octets],
      });
      assert.equal(request.principal, principal);
      assert.deepEqual(encodeZapRequest(request)[7], octets);
    }
  });

  it("have no credentials for NULL", () => {
    const mechanism = "NULL";
    const request = makeZapRequest({ ...common, mechanism, credentials: [] });
    assert.equal(encodeZapRequest(request).length, 7);
    assert.equal("username" in request || "publicKey" in request, false);
  });
});

describe("parseZapReply()", () => {
  it("reads a reply", () => {
    const answer = parseZapReply(reply(), ID);
    assert.equal(answer.statusCode, "200");
    assert.equal(answer.statusText, "OK");
    assert.equal(answer.userId, "admin");
    assert.equal(answer.metadata.getText("hello"), "World");
  });

  it("reads all four codes, and a user id with 200 only", () => {
    for (const code of ["200", "300", "400", "500"]) {
      const answer = parseZapReply(reply({ 3: code, 6: NONE }), ID);
      assert.equal(answer.statusCode, code);
      assert.equal(answer.userId, code === "200" ? "admin" : "");
    }
  });

  it("accepts an empty id and a user id of 255 octets", () => {
    const long = "x".repeat(255);
    const answer = parseZapReply(reply({ 2: NONE, 5: long }), NONE);
    assert.equal(answer.userId, long);
  });

  const COUNT = "ERR_ZAP_MALFORMED_REPLY";
  const VERSION = "ERR_ZAP_BAD_VERSION";
  const REQUEST_ID = "ERR_ZAP_BAD_REQUEST_ID";
  const STATUS = "ERR_ZAP_INVALID_STATUS_CODE";
  const PROPERTIES = "ERR_ZAP_INVALID_METADATA";
  const statuses = [
    "",
    "20",
    "2000",
    "200 ",
    " 200",
    "200\0",
    "100",
    "201",
    "600",
    "OK",
    "__proto__",
    "\uff12\uff10\uff10",
  ];
  const malformed: Readonly<
    Record<string, readonly [Uint8Array[], reason: string]>
  > = {
    "no frames": [[], COUNT],
    "six frames": [reply().slice(0, 6), COUNT],
    "six frames, the delimiter missing": [reply().slice(1), COUNT],
    "eight frames": [[...reply(), NONE], COUNT],
    "a delimiter that is not empty": [
      reply({ 0: "x" }),
      "ERR_ZAP_UNSPECIFIED",
    ],
    "no version": [reply({ 1: NONE }), VERSION],
    "version 1": [reply({ 1: "1" }), VERSION],
    "version 1.1": [reply({ 1: "1.1" }), VERSION],
    "version 1.0 and a NUL": [reply({ 1: "1.0\0" }), VERSION],
    "no request id": [reply({ 2: NONE }), REQUEST_ID],
    "another request id": [reply({ 2: "8" }), REQUEST_ID],
    "a longer request id": [reply({ 2: "77" }), REQUEST_ID],
    "a user id of 256 octets": [reply({ 5: "x".repeat(256) }), COUNT],
    "metadata that overruns": [
      reply({ 6: fromHex("014100000001") }),
      PROPERTIES,
    ],
    "metadata that is cut": [reply({ 6: METADATA.subarray(1) }), PROPERTIES],
    "metadata with an empty name": [
      reply({ 6: new Uint8Array(5) }),
      PROPERTIES,
    ],
    "metadata of a mebibyte of zeros": [
      reply({ 6: new Uint8Array(1 << 20) }),
      PROPERTIES,
    ],
    "65 properties": [
      reply({ 6: fromHex("014100000000".repeat(65)) }),
      PROPERTIES,
    ],
    "metadata with status 400 that is malformed": [
      reply({ 3: "400", 6: Uint8Array.of(1) }),
      PROPERTIES,
    ],
    ...Object.fromEntries(
      statuses.map((code) => [
        `the status ${JSON.stringify(code)}`,
        [reply({ 3: code }), STATUS] as const,
      ]),
    ),
  };
  for (const [what, [frames, reason]] of Object.entries(malformed)) {
    it(`refuses ${what}`, () => {
      assert.equal(reasonOf(() => parseZapReply(frames, ID)), reason);
    });
  }
});

describe("checkZapReply()", () => {
  it("takes true for 200 and false for 400", () => {
    assert.equal(checkZapReply(true).statusCode, "200");
    assert.equal(checkZapReply(false).statusCode, "400");
    assert.equal(checkZapReply(true).userId, "");
    assert.equal(checkZapReply(true).metadata.size, 0);
  });

  it("takes metadata as an object, a Map, or properties", () => {
    const shapes = [
      { Hello: "World", "X-Raw": Uint8Array.of(1) },
      new Map<string, string | Uint8Array>([
        ["Hello", "World"],
        ["X-Raw", Uint8Array.of(1)],
      ]),
      [["Hello", "World"], ["X-Raw", Uint8Array.of(1)]],
    ];
    for (const metadata of shapes) {
      const answer = checkZapReply({ statusCode: "200", metadata });
      assert.equal(answer.metadata.getText("hello"), "World");
      assert.deepEqual(answer.metadata.get("x-raw"), Uint8Array.of(1));
    }
  });

  it("gives a user id with 200 only", () => {
    for (const statusCode of ["200", "400"]) {
      const { userId } = checkZapReply({ statusCode, userId: "me" });
      assert.equal(userId, statusCode === "200" ? "me" : "");
    }
  });

  const wrong: Readonly<Record<string, readonly [unknown, string]>> = {
    "undefined": [undefined, "ERR_ZAP_MALFORMED_REPLY"],
    "null": [null, "ERR_ZAP_MALFORMED_REPLY"],
    "a number": [200, "ERR_ZAP_MALFORMED_REPLY"],
    "a string": ["200", "ERR_ZAP_MALFORMED_REPLY"],
    "an empty object": [{}, "ERR_ZAP_INVALID_STATUS_CODE"],
    "a status as a number": [
      { statusCode: 200 },
      "ERR_ZAP_INVALID_STATUS_CODE",
    ],
    "an unknown status": [{ statusCode: "201" }, "ERR_ZAP_INVALID_STATUS_CODE"],
    "a user id as a number": [
      { statusCode: "200", userId: 7 },
      "ERR_ZAP_MALFORMED_REPLY",
    ],
    "a user id of 256 octets in 128 characters": [
      { statusCode: "200", userId: "é".repeat(128) },
      "ERR_ZAP_MALFORMED_REPLY",
    ],
    "a status text as an object": [
      { statusCode: "200", statusText: {} },
      "ERR_ZAP_MALFORMED_REPLY",
    ],
    "a wrong property name": [
      { statusCode: "200", metadata: { "a b": "" } },
      "ERR_ZAP_INVALID_METADATA",
    ],
    "a property that is a number": [
      { statusCode: "200", metadata: { a: 1 } },
      "ERR_ZAP_INVALID_METADATA",
    ],
    "metadata of null": [
      { statusCode: "200", metadata: null },
      "ERR_ZAP_INVALID_METADATA",
    ],
    "metadata of text": [
      { statusCode: "200", metadata: "name" },
      "ERR_ZAP_INVALID_METADATA",
    ],
    "metadata of numbers": [
      { statusCode: "200", metadata: [1, 2] },
      "ERR_ZAP_INVALID_METADATA",
    ],
  };
  for (const [what, [value, reason]] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      assert.equal(reasonOf(() => checkZapReply(value)), reason);
    });
  }
});

describe("ZAP of libzmq", () => {
  const files = ["zmtp/null.json", "zmtp/plain.json", "zmtp/curve.json"];
  const dialogues = files.flatMap(captures).flatMap((entry) =>
    (entry.zap ?? []).map((zap) => ({ name: entry.name, ...zap }))
  );

  it("is captured eight times", () => {
    assert.equal(dialogues.length, 8);
  });

  for (const { name, request, reply: frames } of dialogues) {
    it(`${name}: the request and the reply are alike`, () => {
      const [, id, domain, address, identity, mechanism, ...credentials] =
        request.map(fromHex);
      const made = makeZapRequest({
        requestId: id!,
        domain: text(domain!),
        address: text(address!),
        identity: identity!,
        mechanism: text(mechanism!),
        credentials,
      });
      assert.deepEqual(encodeZapRequest(made).slice(1).map(toHex), request);
      const answer = parseZapReply([NONE, ...frames.map(fromHex)], id!);
      assert.deepEqual(frames.slice(2).map(fromHex), [
        toBytes(answer.statusCode),
        toBytes(answer.statusText),
        toBytes(answer.userId),
        encodeMetadata(answer.metadata),
      ]);
    });
  }
});

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
