// Heads of HTTP: read strictly, however they are cut.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { concat, fromKey, toKey } from "../../../src/base/bytes.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import {
  HeadReader,
  type HttpHead,
  maxHeadFields,
  maxHeadSize,
  requestLine,
  statusLine,
} from "../../../src/wire/http_head.ts";

/** Reads the octets of a text, ISO 8859-1, cut at the given places. */
function read(
  text: string,
  cuts: readonly number[] = [],
  line = requestLine,
): HttpHead | undefined {
  const reader = new HeadReader(line);
  const octets = fromKey(text);
  const places = [...cuts, octets.length].sort((a, b) => a - b);
  let at = 0;
  for (const [i, place] of places.entries()) {
    const head = reader.read(octets.slice(at, place));
    at = Math.max(at, place);
    if (head === undefined) continue;
    const last = i === places.length - 1 ? [] : [octets.slice(at)];
    return { ...head, rest: concat([head.rest, ...last]) };
  }
  return undefined;
}

function refuses(text: string, line?: RegExp): void {
  assert.throws(
    () => read(text, [], line),
    (error) =>
      error instanceof ZmqError && error.code === "EPROTO" &&
      error.reason === "ERR_WS_OPENING",
  );
}

const HEAD = "GET /a HTTP/1.1\r\nHost: b\r\nX-Long:\t c, d \r\nx-long:\r\n\r\n";

describe("HeadReader", () => {
  it("takes no longer for a long run of spaces inside of a value", () => {
    const value = `x${" ".repeat(15_000)}x`;
    const head = `GET / HTTP/1.1\r\nA: \t ${value} \t\r\n\r\n`;
    const since = performance.now();
    for (let i = 0; i < 20; i++) read(head);
    const took = performance.now() - since;
    assert.ok(took < 1000, `${took} ms`);
    assert.deepEqual(read(head)!.fields.all("A"), [value]);
  });

  it("reads the start line and the fields, and keeps the rest", () => {
    const head = read(`${HEAD}\x82\x00`)!;
    assert.equal(head.start, "GET /a HTTP/1.1");
    assert.deepEqual(head.fields.all("HOST"), ["b"]);
    assert.deepEqual(head.fields.all("x-long"), ["c, d", ""]);
    assert.deepEqual(head.fields.list("X-Long"), ["c", "d"]);
    assert.equal(head.fields.only("x-long"), undefined);
    assert.equal(head.fields.only("host"), "b");
    assert.ok(head.fields.has("X-LONG", "d"));
    assert.deepEqual(head.fields.all("constructor"), []);
    assert.deepEqual([...head.rest], [0x82, 0]);
  });

  it("gives the same however the octets are cut", () => {
    const text = `${HEAD}rest\r\n\r\n`;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: text.length })),
        (cuts) => {
          const head = read(text, cuts)!;
          assert.equal(head.start, "GET /a HTTP/1.1");
          assert.deepEqual(head.fields.list("x-long"), ["c", "d"]);
          assert.equal(toKey(head.rest), "rest\r\n\r\n");
        },
      ),
    );
  });

  it("takes off the spaces and tabs around a value, and nothing else", () => {
    const head = read("GET / HTTP/1.1\r\nA:\t \xa0 b \x85 \t\r\n\r\n")!;
    assert.equal(head.fields.only("a"), "\xa0 b \x85");
  });

  it("keeps the rest when the memory of the octets is used again", () => {
    const reader = new HeadReader(requestLine);
    const octets = fromKey(`${HEAD}rest`);
    const { rest } = reader.read(octets)!;
    octets.fill(0);
    assert.equal(toKey(rest), "rest");
  });

  it("survives octets that are no ASCII in a value", () => {
    const head = read("GET / HTTP/1.1\r\nA: \xff\xc3\xa4\r\n\r\n")!;
    assert.equal(head.fields.only("a"), "\xff\xc3\xa4");
  });

  it("reads nothing before the head is complete", () => {
    for (let length = 0; length < HEAD.length; length++) {
      assert.equal(read(HEAD.slice(0, length)), undefined);
    }
  });

  for (
    const [name, text] of [
      ["a bare LF", "GET / HTTP/1.1\nHost: b\n\n"],
      ["a bare CR", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n"],
      ["CR CR LF", "GET / HTTP/1.1\r\r\n\r\n"],
      ["a bare LF of a field, at once", "GET / HTTP/1.1\r\nA: b\n"],
      ["a bare CR of a field, at once", "GET / HTTP/1.1\r\nA: b\rc"],
      ["a DEL in a value", "GET / HTTP/1.1\r\nA: b\x7f\r\n\r\n"],
      ["a NUL in a value", "GET / HTTP/1.1\r\nA: b\0\r\n\r\n"],
      ["an escape in a value", "GET / HTTP/1.1\r\nA: \x1b[2J\r\n\r\n"],
      ["a space before the colon", "GET / HTTP/1.1\r\nA : b\r\n\r\n"],
      ["a folded line", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"],
      ["a field without a colon", "GET / HTTP/1.1\r\nA\r\n\r\n"],
      ["a field without a name", "GET / HTTP/1.1\r\n: b\r\n\r\n"],
      ["a name that is no token", "GET / HTTP/1.1\r\nA@: b\r\n\r\n"],
      ["an empty start line", "\r\nGET / HTTP/1.1\r\n\r\n"],
      ["two spaces", "GET  / HTTP/1.1\r\n"],
      ["a target with a space", "GET /a b HTTP/1.1\r\n"],
      ["a target that is no ASCII", "GET /\xe4 HTTP/1.1\r\n"],
      ["a method in lower case", "get / HTTP/1.1\r\n"],
      ["no version", "GET /\r\n"],
      ["a version that is none", "GET / HTTP/1.x\r\n"],
      ["a version of three digits", "GET / HTTP/1.10\r\n"],
      ["a greeting of ZMTP", "\xff"],
      ["a record of TLS", "\x16"],
      ["a line of SSH", "SSH-2.0-OpenSSH_9.6\r\n"],
      ["a status line", "HTTP/1.1 200 OK\r\n"],
    ] as const
  ) it(`refuses ${name}`, () => refuses(text));

  it("refuses a request line where a status line is wanted", () => {
    refuses("GET / HTTP/1.1\r\n", statusLine);
    assert.ok(read("HTTP/1.1 101\r\n\r\n", [], statusLine));
    assert.ok(read("HTTP/1.1 101 \xff\r\n\r\n", [], statusLine));
  });

  it("takes a head of the size limit, and refuses a longer one", () => {
    const size = (length: number) => {
      const head = "GET / HTTP/1.1\r\nA: \r\n\r\n";
      return head.replace("A: ", `A: ${"b".repeat(length - head.length)}`);
    };
    assert.ok(read(size(maxHeadSize)));
    refuses(size(maxHeadSize + 1));
  });

  it("refuses an endless head when the limit is reached", () => {
    const reader = new HeadReader(requestLine);
    reader.read(fromKey("GET / HTTP/1.1\r\nA: "));
    const chunk = new Uint8Array(1024).fill(98);
    assert.throws(() => {
      for (let i = 0; i < 16; i++) reader.read(chunk);
    }, ZmqError);
  });

  it("takes the most fields, and refuses one more", () => {
    const fields = (count: number) =>
      `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(count)}\r\n`;
    assert.equal(read(fields(maxHeadFields))!.fields.all("A").length, 64);
    refuses(fields(maxHeadFields + 1));
  });

  it("takes any octets without another error", () => {
    const word = fc.constantFrom("GET ", "/ ", "HTTP/1.1", "\r\n", ":", " ");
    const noise = fc.uint8Array({ maxLength: 8 }).map(toKey);
    fc.assert(
      fc.property(fc.array(fc.oneof(word, noise)), (parts) => {
        try {
          read(parts.join(""));
        } catch (error) {
          assert.ok(error instanceof ZmqError, String(error));
        }
      }),
    );
  });
});
