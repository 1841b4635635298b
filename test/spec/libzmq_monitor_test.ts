// What libzmq asserts of its socket monitor: the events of both sides, their
// order and addresses, and those of an endpoint that is given up.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Dealer,
  type EventType,
  Publisher,
  Pull,
  Push,
  type Socket,
  type SocketEvent,
  Subscriber,
} from "../../mod.ts";
import { bounce } from "../kit/bounce.ts";
import { Places } from "../kit/places.ts";
import { skipUnlessIPv6 } from "../kit/runtime.ts";
import { Stage } from "../kit/stage.ts";
import { TcpListener } from "../kit/tcp_peer.ts";
import { within } from "../kit/wait.ts";

/** The events of a socket, one after the other. */
class Watch {
  readonly #events: AsyncIterator<SocketEvent>;

  constructor(socket: Socket) {
    this.#events = socket.events[Symbol.asyncIterator]();
  }

  /** The next event, which must be of the type. */
  async next(type: EventType): Promise<SocketEvent> {
    const { value } = await within(this.#events.next(), type);
    assert.equal(value?.type, type);
    return value;
  }

  /** Skips events until one of the type comes. */
  async until(type: EventType): Promise<SocketEvent> {
    for (;;) {
      const { value } = await within(this.#events.next(), type);
      assert.ok(value !== undefined, `the events ended before ${type}`);
      if (value.type === type) return value;
    }
  }

  /** Fails if an event comes within so many milliseconds. */
  async quiet(time: number): Promise<void> {
    let event: SocketEvent | undefined;
    void this.#events.next().then(({ value }) => event = value);
    await new Promise((resolve) => setTimeout(resolve, time));
    assert.equal(event?.type, undefined);
  }
}

interface Place {
  readonly name: string;
  readonly prefix: string;
  readonly ipv6: boolean;
  bind(places: Places): string;
}

const places: readonly Place[] = [
  {
    name: "tcp on IPv4",
    prefix: "tcp://127.0.0.1:",
    ipv6: false,
    bind: () => "tcp://127.0.0.1:*",
  },
  {
    name: "tcp on IPv6",
    prefix: "tcp://[::1]:",
    ipv6: true,
    bind: () => "tcp://[::1]:*",
  },
  {
    name: "ipc",
    prefix: "ipc://",
    ipv6: false,
    bind: (fresh) => fresh.fresh("ipc"),
  },
];

describe("the events of both sides", () => {
  for (const { name, prefix, ipv6, bind } of places) {
    it(`come in order with both addresses over ${name}`, {
      skip: ipv6 ? skipUnlessIPv6 : false,
    }, async () => {
      await using stage = new Stage("tcp");
      const fresh = new Places();
      const server = stage.make(Dealer, { ipv6 });
      const client = stage.make(Dealer, { ipv6, reconnectInterval: -1 });
      const [bound, connected] = [new Watch(server), new Watch(client)];
      const endpoint = await server.bind(bind(fresh));
      client.connect(endpoint);
      await bounce(server, client);

      await connected.next("connect:delay");
      const connect = await connected.next("connect");
      assert.equal(connect.address, endpoint);
      const local = await connected.next("handshake");
      assert.equal(local.peer?.socketType, "DEALER");

      const binding = await bound.next("bind");
      assert.equal(binding.address, endpoint);
      assert.equal(binding.peerAddress, undefined);
      const accept = await bound.next("accept");
      assert.equal(accept.address, endpoint);
      assert.ok(
        accept.peerAddress?.startsWith(prefix),
        `${accept.peerAddress}`,
      );
      if (prefix.startsWith("tcp")) {
        assert.notEqual(accept.peerAddress, endpoint);
      }
      const handshake = await bound.next("handshake");
      assert.equal(handshake.address, endpoint);
      assert.equal(handshake.peerAddress, accept.peerAddress);

      await client.close();
      await connected.until("end");
      await bound.next("disconnect");
      await server.close();
      const close = await bound.next("close");
      assert.equal(close.address, endpoint);
      await bound.next("end");
      fresh.remove();
    });
  }
});

describe("the events of a subscriber whose publisher goes", () => {
  it("end with the announcement of the next attempt, which is far off", async () => {
    await using stage = new Stage("tcp");
    const pub = stage.make(Publisher);
    const sub = stage.make(Subscriber, { reconnectInterval: 60_000 });
    const events = new Watch(sub);
    await stage.join(pub, sub);
    await events.next("connect:delay");
    await events.next("connect");
    await events.next("handshake");
    await pub.close();
    await events.next("disconnect");
    const { interval } = await events.next("connect:retry");
    assert.ok(interval !== undefined && interval >= 60_000, `${interval}`);
    await events.quiet(100);
  });

  it("go on with a connection when it comes back", async () => {
    await using stage = new Stage("tcp");
    const pub = stage.make(Publisher);
    const sub = stage.make(Subscriber, { reconnectInterval: 50 });
    const events = new Watch(sub);
    const endpoint = await stage.join(pub, sub);
    await events.until("handshake");
    await pub.close();
    await events.next("disconnect");
    await events.next("connect:retry");
    const again = stage.make(Publisher);
    await again.bind(endpoint);
    await events.until("connect");
    await events.next("handshake");
    await events.quiet(50);
  });

  it("end with close when connectionRefused stops it", async () => {
    await using stage = new Stage("tcp");
    const pub = stage.make(Publisher);
    const sub = stage.make(Subscriber, {
      reconnectStop: ["connectionRefused"],
    });
    const events = new Watch(sub);
    const endpoint = await stage.join(pub, sub);
    await events.until("handshake");
    await pub.close();
    await events.next("disconnect");
    await events.next("connect:retry");
    await events.next("connect:delay");
    const { error, interval } = await events.next("close");
    assert.equal(error?.code, "ECONNREFUSED");
    assert.equal(interval, undefined);
    await assert.rejects(sub.disconnect(endpoint), { code: "ENOENT" });
    sub.connect(endpoint);
    await events.until("connect:delay");
  });

  it("end with close when handshakeFailed stops it", async () => {
    await using stage = new Stage("tcp");
    await using listener = await TcpListener.listen();
    const sub = stage.make(Subscriber, {
      handshakeInterval: 100,
      reconnectStop: ["handshakeFailed"],
    });
    const events = new Watch(sub);
    sub.connect(listener.endpoint);
    await using raw = await listener.accept();
    await events.next("connect:delay");
    await events.next("connect");
    const { error } = await events.next("handshake:error:other");
    assert.equal(error?.code, "ETIMEDOUT");
    await events.until("close");
    await events.quiet(100);
    await within(raw.ended, "the end");
  });

  it("end when afterDisconnect stops it", async () => {
    await using stage = new Stage("ipc");
    const sub = stage.make(Subscriber, { reconnectStop: ["afterDisconnect"] });
    const events = new Watch(sub);
    const endpoint = await stage.nowhere(Publisher);
    sub.connect(endpoint);
    await events.next("connect:delay");
    await events.next("close");
    await events.next("connect:retry");
    await within(sub.disconnect(endpoint), "the end");
    await events.quiet(100);
  });
});

describe("stats", () => {
  it("count what waits for each of four slow peers", async () => {
    await using stage = new Stage("inproc");
    const push = stage.make(Push, { sendHighWaterMark: 500 });
    const pulls = [1, 2, 3, 4].map(() =>
      stage.make(Pull, { receiveHighWaterMark: 500 })
    );
    await stage.join(push, ...pulls);
    for (let i = 0; i < 4000; i++) assert.equal(push.trySend("x"), true);
    assert.equal(push.trySend("x"), false);
    assert.equal(push.stats.queued.outgoing, 4000);
    while (pulls[0]!.tryReceive() !== undefined);
    assert.equal(push.stats.queued.outgoing, 3000);
    for (const [i, pull] of pulls.entries()) {
      assert.equal(pull.stats.queued.incoming, i === 0 ? 0 : 1000);
    }
  });
});
