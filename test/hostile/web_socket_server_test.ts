// Hostile servers of WebSockets: what they answer to a socket that connects.
// The attempt fails with an error that says why, nothing but the request is
// said, and a good server is served by the same socket in time.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { fromHex, fromKey, toKey } from "../../src/base/bytes.ts";
import {
  Context,
  Dealer,
  type ErrorCode,
  Router,
  type SocketEvent,
} from "../../mod.ts";
import { acceptKey } from "../../src/wire/websocket_opening.ts";
import { texts } from "../kit/messages.ts";
import { openSockets } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { pause, until, within } from "../kit/wait.ts";
import { RawListener, type RawPeer } from "./raw_peer.ts";
import { type Fields, head, response } from "./web_socket_words.ts";

const END_TIME = 2000;
const SERVICE_TIME = 1000;
const context = new Context();

describe("a hostile server of a WebSocket", () => {
  let bag: Bag;
  let dealer: Dealer;
  let events: SocketEvent[];
  let listener: RawListener;
  let socketsBefore = 0;
  before(() => {
    socketsBefore = openSockets();
  });
  afterEach(async () => {
    await bag[Symbol.asyncDispose]();
    await listener.close();
  });
  after(() => until(() => openSockets() <= socketsBefore, "all is closed"));

  /** A socket that connects, and the raw server at the other end. */
  async function open(options: object = {}): Promise<RawPeer> {
    bag = new Bag();
    const own: SocketEvent[] = events = [];
    listener = await RawListener.listen("tcp://127.0.0.1:*");
    dealer = bag.keep(
      new Dealer({ context, linger: 0, reconnectInterval: 60_000, ...options }),
    );
    void (async () => {
      for await (const event of dealer.events) own.push(event);
    })();
    dealer.connect(listener.endpoint.replace("tcp:", "ws:"));
    dealer.trySend("secret");
    return await listener.next();
  }

  /** The request of the socket, and what a server has to answer to its key. */
  async function asked(peer: RawPeer): Promise<string> {
    await until(() => toKey(peer.octets).endsWith("\r\n\r\n"), "it asked");
    const [, key] = /\r\nSec-WebSocket-Key: (\S+)\r\n/.exec(
      toKey(peer.octets),
    )!;
    return await acceptKey(key!);
  }

  /** Fails unless the attempt ended for the reason, and the peer is let go. */
  async function fails(
    peer: RawPeer,
    code: ErrorCode,
    text: RegExp,
  ): Promise<void> {
    await until(
      () => events.some(({ type }) => type === "connect:retry"),
      "the attempt failed",
      END_TIME,
    );
    const names = events.map(({ type }) => type);
    assert.ok(!names.includes("connect"), "it did not connect");
    const { error } = events.find(({ type }) => type === "close")!;
    assert.equal(error!.code, code, error!.message);
    assert.match(error!.message, text);
    assert.match(error!.message, /^Cannot connect to "ws:\/\/127\.0\.0\.1:/);
    assert.doesNotMatch(error!.message, /[\p{C}\p{Zl}\p{Zp}]/u);
    await peer.end(END_TIME);
    const [request, rest] = toKey(peer.octets).split("\r\n\r\n");
    assert.match(request!, /^GET \/ HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
    assert.equal(rest, "", "nothing but the request is said");
    await servesGoodServer();
  }

  async function servesGoodServer(): Promise<void> {
    // It would try again in a minute.
    dealer.handshakeInterval = 30_000;
    const router = bag.keep(new Router({ context, linger: 0 }));
    dealer.connect(await router.bind("ws://127.0.0.1:*"));
    const serve = async (): Promise<void> => {
      // One for each endpoint, in turn: the hostile one is still there.
      await dealer.send("good");
      await dealer.send("good");
      const [id, ...parts] = await router.receive();
      assert.deepEqual(texts(parts), ["good"]);
      await router.send([id!, "fine"]);
      assert.deepEqual(texts(await dealer.receive()), ["fine"]);
    };
    await within(serve(), "a good server to be served", SERVICE_TIME);
  }

  const answers: readonly [
    name: string,
    fields: Fields,
    text: RegExp,
    start?: string,
    code?: ErrorCode,
  ][] = [
    ["200", {}, /answered 200 OK, expected 101/, "HTTP/1.1 200 OK"],
    ["400", {}, /answered 400 Bad Request/, "HTTP/1.1 400 Bad Request"],
    [
      "a redirection",
      { Location: "ws://127.0.0.1:1/" },
      /answered 302 Found: redirections are not followed/,
      "HTTP/1.1 302 Found",
    ],
    ["403", {}, /answered 403 Forbidden/, "HTTP/1.1 403 Forbidden", "EACCES"],
    ["escapes", {}, /answered 500 \\x9b2J/, "HTTP/1.1 500 \x9b2J"],
    ["HTTP/1.0", {}, /expected HTTP\/1\.1/, "HTTP/1.0 101 Switching"],
    ["no Upgrade", { Upgrade: undefined }, /Upgrade: websocket/],
    ["no Connection", { Connection: "close" }, /Connection: Upgrade/],
    ["an Accept of another key", {
      "Sec-WebSocket-Accept": "HSmrc0sMlYUkAGmm5OPpG2HaGWk=",
    }, /does not fit the key/],
    ["no Accept", { "Sec-WebSocket-Accept": undefined }, /does not fit/],
    ["an extension", {
      "Sec-WebSocket-Extensions": "permessage-deflate",
    }, /extension/],
    ["no subprotocol", { "Sec-WebSocket-Protocol": undefined }, /subprotocol/],
    ["another subprotocol", {
      "Sec-WebSocket-Protocol": "ZWS2.0/PLAIN",
    }, /subprotocol/],
    [
      "65 fields",
      Object.fromEntries(
        Array.from({ length: 65 }, (_, i) => [`X-${i}`, ""]),
      ),
      /64 fields/,
    ],
    ["a long field", { X: "b".repeat(20_000) }, /16384 octets/],
    ["a folded field", { X: "a\r\n b" }, /malformed/],
  ];
  for (const [name, fields, text, start, code = "EPROTO"] of answers) {
    it(`is left: ${name}`, async () => {
      const peer = await open();
      const accept = await asked(peer);
      peer.say(fromKey(response(accept, fields, start)));
      await fails(peer, code, text);
    });
  }

  for (
    const [name, octets] of [
      ["a greeting of ZMTP", fromHex("ff00000000000000017f03")],
      ["a record of TLS", fromHex("1503030002022f")],
      ["a line of SSH", fromKey("SSH-2.0-OpenSSH_9.6\r\n")],
      ["a request", fromKey(head("GET / HTTP/1.1", {}))],
      ["a frame", fromHex("82020041")],
    ] as const
  ) {
    it(`is left at once: ${name}`, async () => {
      const peer = await open();
      peer.say(octets);
      await fails(peer, "EPROTO", /does not speak HTTP|CR LF/);
    });
  }

  it("that says nothing is left in time", async () => {
    const peer = await open({ handshakeInterval: 100 });
    await fails(peer, "ETIMEDOUT", /did not open the WebSocket within 100 ms/);
  });

  it("that says a little at a time is left in time", async () => {
    const peer = await open({ handshakeInterval: 200 });
    const octets = fromKey(response("", { X: "b".repeat(10_000) }));
    for (let i = 0; i < 1000 && !peer.ended; i++) {
      peer.say(octets.subarray(i, i + 1));
      await pause(2);
    }
    await fails(peer, "ETIMEDOUT", /within 200 ms/);
  });

  it("that ends before its answer is left", async () => {
    const peer = await open();
    await asked(peer);
    peer.say(fromKey("HTTP/1.1 101 Sw"));
    peer.finish();
    await fails(peer, "EPROTO", /ended before/);
  });

  it("that breaks off is left", async () => {
    const peer = await open();
    await asked(peer);
    peer.reset();
    await fails(peer, "ECONNRESET", /./);
  });

  it("is no server that writes odd fields", async () => {
    const peer = await open();
    const accept = await asked(peer);
    peer.say(fromKey(response(accept, {
      "Server": "\xff\xfe\x80",
      "Upgrade": "WebSocket",
      "Connection": "keep-alive, UPGRADE",
    })));
    await until(
      () => events.some(({ type }) => type === "connect"),
      "it connected",
      END_TIME,
    );
  });
});
