// reconnectStop did not count a WebSocket that was refused, nor TLS that failed,
// as a handshake that failed: the endpoint was tried again for ever.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dealer, type SocketEvent } from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { TcpListener, type TcpPeer } from "../kit/tcp_peer.ts";
import { pause, until, within } from "../kit/wait.ts";

interface Case {
  readonly name: string;
  readonly scheme: "ws" | "wss";
  readonly code: string;
  readonly reason: string;
  /** What the server does with who has spoken. */
  readonly answer: (peer: TcpPeer) => void;
}

const CASES: readonly Case[] = [
  {
    name: "a WebSocket that is refused",
    scheme: "ws",
    code: "EPROTO",
    reason: "ERR_WS_OPENING",
    answer: (peer) => peer.write("HTTP/1.1 404 Not Found\r\n\r\n"),
  },
  {
    name: "a WebSocket that is forbidden",
    scheme: "ws",
    code: "EACCES",
    reason: "ERR_WS_OPENING",
    answer: (peer) => peer.write("HTTP/1.1 403 Forbidden\r\n\r\n"),
  },
  {
    name: "a WebSocket that is not answered",
    scheme: "ws",
    code: "ETIMEDOUT",
    reason: "ERR_WS_OPENING",
    answer: () => {},
  },
  {
    name: "TLS that breaks off",
    scheme: "wss",
    code: "ECONNRESET",
    reason: "ERR_TLS_HANDSHAKE",
    answer: (peer) => peer.close(),
  },
  {
    name: "TLS that is not answered",
    scheme: "wss",
    code: "ETIMEDOUT",
    reason: "ERR_TLS_HANDSHAKE",
    answer: () => {},
  },
];

/** A client of a server that is none, and the events up to the first answer. */
async function attempt(
  bag: Bag,
  listener: TcpListener,
  { scheme, answer }: Pick<Case, "scheme" | "answer">,
  stop: "handshakeFailed" | "connectionRefused",
): Promise<SocketEvent[]> {
  const events: SocketEvent[] = [];
  const dealer = bag.keep(
    new Dealer({
      // Long enough that who answers is in time.
      handshakeInterval: 1000,
      reconnectStop: [stop],
      wssTrustSystem: true,
    }),
  );
  void (async () => {
    for await (const event of dealer.events) events.push(event);
  })();
  dealer.connect(listener.endpoint.replace("tcp:", `${scheme}:`));
  await using peer = await listener.accept();
  await peer.read(4);
  answer(peer);
  await within(peer.ended, "the end of the attempt");
  const isOver = ({ type }: SocketEvent): boolean => type === "close";
  await until(() => events.some(isOver), "the attempt is over");
  return events;
}

describe("reconnectStop", () => {
  for (const one of CASES) {
    it(`"handshakeFailed" gives up after ${one.name}`, async () => {
      await using bag = new Bag();
      await using listener = await TcpListener.listen();
      const events = await attempt(bag, listener, one, "handshakeFailed");
      await pause(300);
      assert.deepEqual(events.map(({ type }) => type), [
        "connect:delay",
        "close",
      ]);
      const { error } = events[1]!;
      assert.equal(error?.code, one.code);
      assert.equal(error?.reason, one.reason);
    });
  }

  it('"connectionRefused" tries a refused WebSocket again', async () => {
    await using bag = new Bag();
    await using listener = await TcpListener.listen();
    const events = await attempt(
      bag,
      listener,
      CASES[0]!,
      "connectionRefused",
    );
    const isAgain = ({ type }: SocketEvent): boolean =>
      type === "connect:retry";
    await until(() => events.some(isAgain), "it is tried again");
  });
});
