// What libzmq asserts with peers that are plain TCP programs: the octets of
// subscriptions, heartbeats and refusals, and peers that say nothing.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Dealer,
  type EventType,
  Publisher,
  Router,
  type Socket,
  Subscriber,
  XPublisher,
} from "../../mod.ts";
import { concat, toBytes, toHex } from "../../src/base/bytes.ts";
import { nothing } from "../kit/bounce.ts";
import { octets } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { TcpListener, TcpPeer } from "../kit/tcp_peer.ts";
import { within } from "../kit/wait.ts";
import { command, frame, greeting, ready } from "../kit/zmtp_octets.ts";

/** Connects a raw peer of a type, and reads the other side's handshake. */
async function shakeHands(
  endpoint: string,
  type: string,
  minor: 0 | 1 = 1,
): Promise<TcpPeer> {
  const raw = await TcpPeer.connect(endpoint);
  raw.write(greeting(minor));
  raw.write(ready(type));
  await raw.read(64);
  const [flags, length] = await raw.read(2);
  assert.equal(flags, 4);
  await raw.read(length!);
  return raw;
}

describe("a raw peer", () => {
  for (const minor of [0, 1] as const) {
    const form = minor === 1 ? "a command" : "a message";
    /** A subscription in the form of the version. */
    const subscribe = (topic: string): Uint8Array =>
      minor === 1
        ? command("SUBSCRIBE", toBytes(topic))
        : frame(concat([Uint8Array.of(1), toBytes(topic)]));

    it(`that is a SUB of ZMTP 3.${minor} subscribes by ${form}, and gets what is published`, async () => {
      await using stage = new Stage("tcp");
      const pub = stage.make(XPublisher);
      const endpoint = await pub.bind(stage.place());
      await using raw = await shakeHands(endpoint, "SUB", minor);
      raw.write(subscribe("A"));
      assert.deepEqual(await nextTexts(pub), ["\x01A"]);
      await pub.send("ALOL");
      assert.deepEqual(await raw.read(6), frame("ALOL"));
    });

    it(`that is a PUB of ZMTP 3.${minor} is subscribed to by ${form}, and heard`, async () => {
      await using stage = new Stage("tcp");
      const sub = stage.make(Subscriber);
      const endpoint = await sub.bind(stage.place());
      await using raw = await shakeHands(endpoint, "XPUB", minor);
      sub.subscribe("A");
      const expected = subscribe("A");
      assert.equal(
        toHex(await raw.read(expected.length)),
        toHex(expected),
      );
      raw.write(frame("ALOL"));
      assert.deepEqual(await nextTexts(sub), ["ALOL"]);
    });
  }

  it("that answers no PING is dropped", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, { heartbeatInterval: 50 });
    const gone = router.events.once("disconnect");
    const endpoint = await router.bind(stage.place());
    await using raw = await shakeHands(endpoint, "DEALER");
    const { error } = await within(gone, "the disconnect");
    assert.equal(error?.code, "ETIMEDOUT");
    await within(raw.ended, "the end");
  });

  it("that pings gets its context back, 16 octets of it", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router);
    const endpoint = await router.bind(stage.place());
    await using raw = await shakeHands(endpoint, "DEALER");
    for (const context of ["LOL", "0123456789abcdef"]) {
      raw.write(command("PING", Uint8Array.of(0, 0), octets(context)));
      const pong = command("PONG", octets(context));
      assert.equal(toHex(await raw.read(pong.length)), toHex(pong));
    }
  });

  it("whose PING has a ttl is dropped when it is silent for longer", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router);
    const gone = router.events.once("disconnect");
    const endpoint = await router.bind(stage.place());
    await using raw = await shakeHands(endpoint, "DEALER");
    raw.write(command("PING", Uint8Array.of(0, 1)));
    await within(gone, "the disconnect");
    await within(raw.ended, "the end");
  });

  it("that says nothing is dropped after handshakeInterval, accepted", async () => {
    await using stage = new Stage("tcp");
    const dealer = stage.make(Dealer, { handshakeInterval: 100 });
    assert.equal(dealer.handshakeInterval, 100);
    const seen = watch(dealer, "accept", "handshake:error:other");
    const endpoint = await dealer.bind(stage.place());
    await using raw = await TcpPeer.connect(endpoint);
    await within(raw.ended, "the end");
    assert.deepEqual(await seen, ["accept", "handshake:error:other"]);
  });

  it("that says nothing is dropped after handshakeInterval, connected to", async () => {
    await using stage = new Stage("tcp");
    await using listener = await TcpListener.listen();
    const dealer = stage.make(Dealer, { handshakeInterval: 100 });
    const seen = watch(dealer, "connect", "handshake:error:other");
    dealer.connect(listener.endpoint);
    await using raw = await listener.accept();
    await within(raw.ended, "the end");
    assert.deepEqual(await seen, ["connect", "handshake:error:other"]);
    await dealer.close();
  });

  const oldPeers = [
    { name: "NULL with a zapDomain", options: { zapDomain: "WRONG" } },
    { name: "PLAIN", options: { plainServer: true } },
  ];
  for (const { name, options } of oldPeers) {
    it(`that skips the handshake is not heard by a server of ${name}`, async () => {
      await using stage = new Stage("tcp");
      const server = stage.make(Dealer, options);
      const endpoint = await server.bind(stage.place());
      await using raw = await TcpPeer.connect(endpoint);
      // A greeting and a message of ZMTP 1.0.
      raw.write(Uint8Array.of(1, 0));
      raw.write(concat([Uint8Array.of(8, 0), octets("sneaky\0")]));
      await nothing(server, 250);
      assert.equal(server.peers.length, 0);
    });
  }

  it("that talks nonsense costs the good peers of the socket nothing", async () => {
    await using stage = new Stage("tcp");
    const pub = stage.make(XPublisher);
    const endpoint = await pub.bind(stage.place());
    const good = stage.make(Subscriber);
    good.subscribe("");
    good.connect(endpoint);
    await pub.receive(TIMEOUT);
    await using raw = await TcpPeer.connect(endpoint);
    const failed = pub.events.once("handshake:error:protocol");
    raw.write(greeting(1));
    raw.write(new Uint8Array(1000).fill(0x5a));
    await within(failed, "the failure");
    await pub.send("HELLO");
    assert.deepEqual(await nextTexts(good), ["HELLO"]);
  });

  it("that is a server and talks nonsense costs the socket nothing", async () => {
    await using stage = new Stage("tcp");
    await using listener = await TcpListener.listen();
    const sub = stage.make(Subscriber);
    sub.subscribe("");
    const failed = sub.events.once("handshake:error:protocol");
    sub.connect(listener.endpoint);
    await using raw = await listener.accept();
    raw.write(greeting(1));
    raw.write(new Uint8Array(1000).fill(0x5a));
    await within(failed, "the failure");
    const pub = stage.make(Publisher);
    await stage.join(pub, sub);
    await sub.disconnect(listener.endpoint);
    while (sub.tryReceive() === undefined) {
      await pub.send("HELLO");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
});

/** Collects events up to the last one named; those named only. */
async function watch(
  socket: Socket,
  ...names: EventType[]
): Promise<EventType[]> {
  const seen: EventType[] = [];
  for await (const { type } of socket.events) {
    if (!names.includes(type)) continue;
    seen.push(type);
    if (type === names.at(-1)) break;
  }
  return seen;
}
