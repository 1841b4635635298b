// Hostile opening handshakes of WebSockets, at real sockets: what clients say
// to a bound socket. Each costs its own connection, and a good peer is served
// by the same socket in time.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { concat, fromHex, fromKey, toKey } from "../../src/base/bytes.ts";
import { texts } from "../kit/messages.ts";
import { openSockets } from "../kit/runtime.ts";
import { pause, until, within } from "../kit/wait.ts";
import { Door, END_TIME, SERVICE_TIME } from "./door.ts";
import { HEAD, request } from "./web_socket_words.ts";

let door: Door;

async function open(options: object = {}): Promise<void> {
  door = await Door.open("ws://127.0.0.1:*/a", options);
}

/** Says the octets, and fails unless the answer has the status. */
async function isRefused(octets: Uint8Array, status?: number): Promise<void> {
  const peer = await door.connect();
  peer.say(octets);
  const { error } = await door.refusal();
  assert.equal(error!.code, "EPROTO", error!.message);
  assert.equal(error!.reason, "ERR_WS_OPENING");
  await peer.end(END_TIME);
  const said = toKey(peer.octets);
  if (status === undefined) assert.equal(said, "");
  else assert.match(said, new RegExp(`^HTTP/1\\.1 ${status} `));
  await door.servesGoodPeer();
}

describe("a hostile client of a WebSocket", () => {
  let socketsBefore = 0;
  before(() => {
    socketsBefore = openSockets();
  });
  afterEach(() => door[Symbol.asyncDispose]());
  after(() => until(() => openSockets() <= socketsBefore, "all is closed"));

  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, ""]));
  const strange: readonly [name: string, octets: Uint8Array][] = [
    ["a greeting of ZMTP", fromHex("ff00000000000000017f03")],
    ["a TLS ClientHello", fromHex(`16030100c8010000c40303${"5a".repeat(9)}`)],
    ["frames without a request", fromHex("8281000000000082820000000000")],
    ["a line of SSH", fromKey("SSH-2.0-OpenSSH_9.6\r\n")],
    ["a status line", fromKey("HTTP/1.1 101 Switching Protocols\r\n\r\n")],
    ["zeros", new Uint8Array(100_000)],
    ["letters without end", new Uint8Array(100_000).fill(65)],
  ];
  for (const [name, octets] of strange) {
    it(`is let go without an answer: ${name}`, async () => {
      await open();
      await isRefused(octets);
    });
  }

  const requests: readonly [name: string, status: number, text: string][] = [
    ["POST", 405, request({}, "POST /a HTTP/1.1")],
    ["HTTP/1.0", 505, request({}, "GET /a HTTP/1.0")],
    ["another path", 404, request({}, "GET / HTTP/1.1")],
    ["a path above", 404, request({}, "GET /a/../a HTTP/1.1")],
    ["the path in other letters", 404, request({}, "GET /%61 HTTP/1.1")],
    ["no Host", 400, request({ Host: undefined })],
    ["a page, not a WebSocket", 426, request({ Upgrade: undefined })],
    ["version 12", 426, request({ "Sec-WebSocket-Version": "12" })],
    ["a short key", 400, request({ "Sec-WebSocket-Key": "AAAA" })],
    ["a foreign page", 403, request({ Origin: "http://evil.example" })],
    [
      "another mechanism",
      400,
      request({
        "Sec-WebSocket-Protocol": "ZWS2.0/CURVE",
      }),
    ],
    [
      "__proto__ as subprotocol",
      400,
      request({
        "Sec-WebSocket-Protocol": "__proto__, constructor",
      }),
    ],
    ["a body", 400, `${request({ "Content-Length": "4" })}GET `],
    ["a folded field", 400, request({ "X": "a\r\n b" })],
    ["a bare LF", 400, `GET /a HTTP/1.1\r\nHost: a\n\n`],
    ["a NUL", 400, request({ "X": "a\0b" })],
    ["escape sequences", 400, request({ "X": "\x1b[2J" })],
    ["65 fields", 400, request(fields(65))],
    ["20 000 octets", 400, request({ X: "b".repeat(20_000) })],
    ["a field without end", 400, `GET /a HTTP/1.1\r\nX: ${"b".repeat(99_999)}`],
    [
      "smuggled lengths",
      400,
      request({
        "Content-Length": "0",
        "Transfer-Encoding": "chunked",
      }),
    ],
  ];
  for (const [name, status, text] of requests) {
    it(`is refused with ${status}: ${name}`, async () => {
      await open();
      await isRefused(fromKey(text), status);
    });
  }

  it("of a page comes in where webSocketOrigins has its origin", async () => {
    await open({ webSocketOrigins: ["https://a.example"] });
    const statusFor = async (Origin: string): Promise<string> => {
      const peer = await door.connect();
      peer.say(fromKey(request({ Origin })));
      await peer.has(12);
      return toKey(peer.octets).slice(9, 12);
    };
    assert.equal(await statusFor("https://a.example"), "101");
    assert.equal(await statusFor("https://b.example"), "403");
    assert.equal(await statusFor("http://127.0.0.1"), "403");
  });

  it("that says nothing is let go in time", async () => {
    await open({ handshakeInterval: 100 });
    const peer = await door.connect();
    assert.equal((await door.refusal()).error!.code, "ETIMEDOUT");
    await peer.end(END_TIME);
    assert.equal(peer.received, 0);
    await door.servesGoodPeer();
  });

  it("that says a little at a time is let go in time", async () => {
    await open({ handshakeInterval: 200 });
    const peer = await door.connect();
    const octets = fromKey(request({ X: "b".repeat(10_000) }));
    for (let i = 0; i < 1000 && !peer.ended; i++) {
      peer.say(octets.subarray(i, i + 1));
      await pause(2);
    }
    assert.ok(peer.ended, "its time was over");
    assert.equal((await door.refusal()).error!.code, "ETIMEDOUT");
    await door.servesGoodPeer();
  });

  it("that ends or breaks off anywhere costs its connection", async () => {
    await open();
    const octets = fromKey(HEAD);
    const cuts = Array.from(
      { length: 20 },
      (_, i) => Math.floor((i * octets.length) / 20),
    );
    for (const [i, cut] of cuts.entries()) {
      const peer = await door.connect();
      peer.say(octets.subarray(0, cut));
      await pause();
      if (i % 2 === 0) peer.finish();
      else peer.reset();
      await door.refusal(i + 1);
    }
    await door.servesGoodPeer();
  });

  it("has company: the oldest of too many is let go", async () => {
    await open({ maxPendingHandshakes: 3, handshakeInterval: 0 });
    await door.letsTheOldestGo();
  });

  it("is not heard behind a refusal", async () => {
    await open();
    const second = request({});
    await isRefused(fromKey(request({}, "GET /b HTTP/1.1") + second), 404);
  });

  it("is no client that sends its first frames at once", async () => {
    await open();
    const peer = await door.connect();
    // ZWS2.0: an empty identity, then a message; masked with zeros.
    const frames = fromHex("82810000000000" + "8286000000000068656c6c6f");
    peer.say(concat([
      fromKey(request({ "Sec-WebSocket-Protocol": "ZWS2.0" })),
      frames,
    ]));
    const [, ...parts] = await within(
      door.router.receive(),
      "the message",
      SERVICE_TIME,
    );
    assert.deepEqual(texts(parts), ["hello"]);
    await peer.has(12);
    assert.match(toKey(peer.octets), /^HTTP\/1\.1 101/);
  });
});
