// Hostile peers behind a WebSocket: frames that RFC 6455 forbids, messages that
// RFC 45 does, before the handshake and after it, in both roles. The connection
// ends with a Close that says why, nothing is delivered, and a good peer is
// served by the same socket in time.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import {
  Context,
  Dealer,
  type ErrorCode,
  Router,
  type SocketEvent,
} from "../../mod.ts";
import { concat, fromHex, toKey } from "../../src/base/bytes.ts";
import { acceptKey } from "../../src/wire/websocket_opening.ts";
import { texts } from "../kit/messages.ts";
import { openSockets } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { pause, until, within } from "../kit/wait.ts";
import { closing, readyOf } from "../kit/websocket_scene.ts";
import {
  type FrameChanges,
  KEY,
  readWireFrames,
  text,
  wireFrame,
  zwsFrame,
} from "../kit/websocket_wire.ts";
import { RawListener, RawPeer } from "./raw_peer.ts";
import { HEAD, response } from "./web_socket_words.ts";

const END_TIME = 2000;
const SERVICE_TIME = 1000;
const HEAD_END = "\r\n\r\n";

/** What a hostile peer does, and what comes of it. */
interface FrameCase {
  readonly name: string;
  /** True: it was let in before. */
  readonly inside?: boolean;
  readonly act: (
    peer: RawPeer,
    manner: FrameChanges,
  ) => Uint8Array | undefined;
  readonly code: ErrorCode;
  readonly reason?: string;
  /** The code of our Close; 0 where the peer has ended. */
  readonly close: number;
}

const WS = "ERR_WS_UNSPECIFIED";
const NULL_GREETING = fromHex(
  `ff00000000000000017f0301${"4e554c4c".padEnd(40, "0")}${"00".repeat(32)}`,
);

const wrong = (
  name: string,
  act: (manner: FrameChanges) => Uint8Array,
  close = 1002,
  reason = WS,
): FrameCase => ({
  name,
  inside: true,
  act: (_peer, manner) => act(manner),
  code: close === 1009 ? "EMSGSIZE" : "EPROTO",
  ...close !== 1009 && { reason },
  close,
});

/** A header that announces so many octets, and some of them. */
function announced(
  hex: string,
  { key }: FrameChanges,
  payload: Uint8Array,
): Uint8Array {
  const head = Uint8Array.of(
    0x82,
    0x7f | (key === undefined ? 0 : 0x80),
    ...fromHex(hex),
    ...key ?? [],
  );
  return concat([head, payload.map((octet, i) => octet ^ (key?.[i % 4] ?? 0))]);
}

const KIBI4 = new Uint8Array(4096);

const cases: readonly FrameCase[] = [
  {
    name: "a message before the handshake",
    act: (_peer, manner) => zwsFrame(0, "early", manner),
    code: "EPROTO",
    reason: "ERR_ZMTP_UNEXPECTED_COMMAND",
    close: 1002,
  },
  {
    name: "a greeting of ZMTP",
    act: (_peer, manner) => wireFrame(2, NULL_GREETING, manner),
    code: "EPROTO",
    reason: WS,
    close: 1002,
  },
  {
    name: "octets of ZMTP without frames",
    act: () => NULL_GREETING,
    code: "EPROTO",
    reason: WS,
    close: 1002,
  },
  {
    name: "a command of 1 GiB, announced before the handshake",
    act: (_peer, manner) =>
      announced("0000000040000000", manner, Uint8Array.of(2, 5)),
    code: "EMSGSIZE",
    close: 1009,
  },
  {
    name: "a command in fragments without an end before the handshake",
    act: (_peer, manner) =>
      concat([
        zwsFrame(2, "\x05READY", { ...manner, fin: false }),
        ...Array<Uint8Array>(17).fill(
          wireFrame(0, KIBI4, { ...manner, fin: false }),
        ),
      ]),
    code: "EMSGSIZE",
    close: 1009,
  },
  {
    name: "a Close before the handshake",
    act: (_peer, manner) => wireFrame(8, closing(1001, "\x1b[2J"), manner),
    code: "ECONNRESET",
    close: 1001,
  },
  {
    name: "ten thousand Pings, and no handshake",
    act: (peer, manner) => {
      const pings = Array<Uint8Array>(1000)
        .fill(wireFrame(9, "are you there?", manner));
      for (let i = 0; i < 10; i++) peer.say(concat(pings));
      return undefined;
    },
    code: "ETIMEDOUT",
    close: 1008,
  },
  {
    name: "a header that is cut by a FIN",
    inside: true,
    act: (peer, manner) => {
      peer.say(zwsFrame(0, "cut", manner).subarray(0, 5));
      peer.finish();
      return undefined;
    },
    // Who goes without a Close just goes, as over tcp.
    code: "ECONNRESET",
    close: 0,
  },
  wrong("text", (manner) => wireFrame(1, "hi", manner), 1003, "ERR_WS_TEXT"),
  wrong(
    "a frame masked the other way",
    ({ key }) => zwsFrame(0, "a", key === undefined ? { key: KEY } : {}),
  ),
  wrong("an empty message", (manner) => wireFrame(2, "", manner)),
  wrong("a message with the flag 3", (manner) => zwsFrame(3, "a", manner)),
  wrong("a message with the flag 255", (manner) => zwsFrame(255, "a", manner)),
  wrong("a fragment of nothing", (manner) => wireFrame(0, "a", manner)),
  wrong("a beginning within a message", (manner) =>
    concat([
      zwsFrame(0, "a", { ...manner, fin: false }),
      zwsFrame(0, "b", manner),
    ])),
  wrong(
    "a compressed message",
    (manner) => zwsFrame(0, "a", { ...manner, rsv: 4 }),
  ),
  wrong("a reserved opcode", (manner) => wireFrame(3, "a", manner)),
  wrong("a reserved opcode of control", (manner) => wireFrame(11, "", manner)),
  wrong(
    "a Ping of 126 octets",
    (manner) => wireFrame(9, "x".repeat(126), manner),
  ),
  wrong(
    "a Ping in fragments",
    (manner) => wireFrame(9, "x", { ...manner, fin: false }),
  ),
  wrong(
    "a Close with the code 1006",
    (manner) => wireFrame(8, closing(1006), manner),
  ),
  wrong("a Close with one octet", (manner) => wireFrame(8, "x", manner)),
  wrong(
    "a Close whose reason is no UTF-8",
    (manner) => wireFrame(8, concat([closing(1000), text("\xed\xa0")]), manner),
    1007,
    "ERR_WS_NOT_UTF8",
  ),
  wrong(
    "a length of 2^63",
    (manner) => announced("8000000000000000", manner, KIBI4),
    1002,
    "ERR_ZMTP_UNSPECIFIED",
  ),
  wrong(
    "a length of 1 GiB",
    (manner) => announced("0000000040000000", manner, KIBI4),
    1009,
  ),
  wrong("a message in fragments without an end", (manner) =>
    concat([
      zwsFrame(0, "", { ...manner, fin: false }),
      ...Array<Uint8Array>(30).fill(
        wireFrame(0, KIBI4, { ...manner, fin: false }),
      ),
    ]), 1009),
];

/** Options that make the cases short. */
const OPTIONS = {
  linger: 0,
  reconnectInterval: 60_000,
  // As long as a machine may be busy: most cases are not about it.
  handshakeInterval: 1000,
  maxMessageBytes: 100_000,
};

for (const role of ["client", "server"] as const) {
  describe(`a hostile ${role} behind a WebSocket: the socket survives`, () => {
    const manner: FrameChanges = role === "client" ? { key: KEY } : {};
    let context: Context;
    let bag: Bag;
    let listener: RawListener | undefined;
    let socket: Dealer | Router;
    let endpoint = "";
    let events: SocketEvent[];
    let socketsBefore = 0;

    before(() => {
      context = new Context();
      socketsBefore = openSockets();
    });
    afterEach(async () => {
      await bag[Symbol.asyncDispose]();
      await listener?.close();
      listener = undefined;
    });
    after(async () => {
      await context.shutdown();
      await until(() => openSockets() <= socketsBefore, "all is closed");
    });

    /** Our socket, and the raw peer, past the opening handshake. */
    async function open(): Promise<RawPeer> {
      bag = new Bag();
      const own: SocketEvent[] = events = [];
      const options = { context, ...OPTIONS };
      socket = bag.keep(
        role === "client" ? new Router(options) : new Dealer(options),
      );
      void (async () => {
        for await (const event of socket.events) own.push(event);
      })();
      if (socket instanceof Router) {
        endpoint = await socket.bind("ws://127.0.0.1:*/a");
        const peer = await RawPeer.connectTo(
          endpoint.replace("ws:", "tcp:").replace(/\/a$/, ""),
        );
        peer.say(text(HEAD));
        return peer;
      }
      listener = await RawListener.listen("tcp://127.0.0.1:*");
      socket.connect(listener.endpoint.replace("tcp:", "ws:"));
      socket.trySend("secret");
      const peer = await listener.next();
      await until(() => toKey(peer.octets).endsWith(HEAD_END), "it asked");
      const [, key] = /\r\nSec-WebSocket-Key: (\S+)\r\n/.exec(
        toKey(peer.octets),
      )!;
      peer.say(text(response(await acceptKey(key!), {})));
      return peer;
    }

    /** The frames of our side. */
    function said(peer: RawPeer) {
      const octets = peer.octets;
      const end = toKey(octets).indexOf(HEAD_END) + HEAD_END.length;
      return readWireFrames(octets.subarray(end));
    }

    async function servesGoodPeer(): Promise<void> {
      // It would try again in a minute.
      socket.handshakeInterval = 30_000;
      const serve = async (): Promise<void> => {
        if (socket instanceof Router) {
          const dealer = bag.keep(new Dealer({ context, linger: 0 }));
          dealer.connect(endpoint);
          await dealer.send("good");
          assert.deepEqual(texts(await socket.receive()).slice(1), ["good"]);
          return;
        }
        const router = bag.keep(new Router({ context, linger: 0 }));
        socket.connect(await router.bind("ws://127.0.0.1:*"));
        // One for each endpoint, in turn: the hostile one is still there.
        await socket.send("good");
        await socket.send("good");
        assert.deepEqual(texts(await router.receive()).slice(1), ["good"]);
      };
      await within(serve(), "a good peer to be served", SERVICE_TIME);
      await pause();
      assert.equal(socket.tryReceive(), undefined, "nothing else comes");
    }

    for (const one of cases) {
      it(one.name, async () => {
        const { inside = false, act, code, reason, close } = one;
        const peer = await open();
        const theirs = role === "client" ? "DEALER" : "ROUTER";
        if (inside) {
          peer.say(zwsFrame(2, readyOf(theirs), manner));
          await until(() => socket.peers.length === 1, "it is let in");
        }
        const octets = act(peer, manner);
        if (octets !== undefined) peer.say(octets);
        await until(
          () => events.some(({ type }) => type === "disconnect"),
          "it is dropped",
          END_TIME,
        );
        const { error } = events.find(({ type }) => type === "disconnect")!;
        if (close === 0) assert.equal(error, undefined);
        else {
          const { message = "no error" } = error ?? {};
          assert.equal(error?.code, code, message);
          assert.equal(error?.reason, reason, message);
          assert.match(message, /^[\x20-\x7e]*$/);
        }
        await until(() => peer.ended, "our side has ended", END_TIME);
        const frames = said(peer);
        if (close !== 0) {
          const last = frames.at(-1)!;
          assert.equal(last.opcode, 8);
          assert.equal(last.payload[0]! * 256 + last.payload[1]!, close);
        }
        // Of the peer nothing was delivered, and it was told nothing.
        assert.equal(socket.stats.received.messages, 0);
        if (!inside) {
          assert.ok(
            !frames.some(({ opcode, payload }) =>
              opcode === 2 && payload[0] !== 2
            ),
          );
        }
        await peer.end(END_TIME);
        await servesGoodPeer();
      });
    }
  });
}
