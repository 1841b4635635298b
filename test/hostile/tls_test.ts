// Peers that do not want TLS with a wss socket, or not to its end: each costs
// its own connection, in bounded number and time, and a good peer is served.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { fromHex, fromKey, toKey } from "../../src/base/bytes.ts";
import { Dealer } from "../../mod.ts";
import {
  type Certificates,
  makeCertificates,
  skipUnlessOpenssl,
} from "../kit/certificates.ts";
import { openSockets } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { pause, until, within } from "../kit/wait.ts";
import { Door, END_TIME } from "./door.ts";
import { RawListener, RawPeer } from "./raw_peer.ts";
import { HEAD } from "./web_socket_words.ts";

/** The beginning of a TLS 1.2 record that says it has 16 KiB. */
const RECORD = fromHex("16030140000100");

describe("a hostile peer of wss", { skip: skipUnlessOpenssl }, () => {
  let certificates: Certificates;
  let door: Door;
  let socketsBefore = 0;
  before(() => {
    socketsBefore = openSockets();
    certificates = makeCertificates();
  });
  afterEach(() => door[Symbol.asyncDispose]());
  after(() => until(() => openSockets() <= socketsBefore, "all is closed"));

  async function open(
    options: object = {},
    host = "127.0.0.1",
  ): Promise<void> {
    door = await Door.open(`wss://${host}:*`, {
      wssCertPem: certificates.server.cert,
      wssKeyPem: certificates.server.key,
      ...options,
    }, { wssTrustPem: certificates.ca });
  }

  for (
    const [name, octets] of [
      ["a request without TLS", fromKey(HEAD)],
      ["a greeting of ZMTP", fromHex("ff00000000000000017f03")],
      ["an alert", fromHex("1503030002022f")],
      ["zeros", new Uint8Array(20_000)],
      ["letters", new Uint8Array(20_000).fill(65)],
    ] as const
  ) {
    it(`is let go: ${name}`, async () => {
      await open();
      const peer = await door.connect();
      peer.say(octets);
      await door.refusal(1);
      await peer.end(END_TIME);
      assert.ok(!toKey(peer.octets).startsWith("HTTP"), "no HTTP in clear");
      await door.servesGoodPeer();
    });
  }

  for (
    const [name, octets] of [
      ["nothing", new Uint8Array(0)],
      ["the beginning of a record", RECORD],
    ] as const
  ) {
    it(`that says ${name} is let go in time`, async () => {
      await open({ handshakeInterval: 100 });
      const peer = await door.connect();
      peer.say(octets);
      const { error } = await door.refusal(1);
      assert.equal(error!.code, "ETIMEDOUT", error!.message);
      await peer.end(END_TIME);
      await door.servesGoodPeer();
    });
  }

  it("that ends or breaks off costs its connection", async () => {
    // Who has only ended could still listen: its time is what it has.
    await open({ handshakeInterval: 200 });
    for (let i = 0; i < 10; i++) {
      const peer = await door.connect();
      peer.say(RECORD.subarray(0, i % RECORD.length));
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

  it("has no company where the limit is 0, as over tcp", async () => {
    await open({ maxPendingHandshakes: 0, handshakeInterval: 0 });
    const first = await door.connect();
    const second = await door.connect();
    await door.refusal(1);
    await first.end(END_TIME);
    assert.ok(!second.ended, "the last one waits");
    await door.servesGoodPeer();
  });

  it("is let go in time at each address that it dials from one port", async () => {
    // Such peers are also two that a NAT gives one port, each to an address of
    // ours: neither may be taken for the other.
    await open({ handshakeInterval: 300 }, "0.0.0.0");
    const [, port] = /:(\d+)\/?$/.exec(door.endpoint)!;
    const from = await freePort();
    const dialed = ["127.0.0.1", "127.0.0.2"].map((host) =>
      RawPeer.connectTo(`tcp://${host}:${port}`, from)
    );
    const peers = await Promise.all(dialed);
    try {
      await door.refusal(2);
      await Promise.all(peers.map((peer) => peer.end(END_TIME)));
    } finally {
      for (const peer of peers) peer.close();
    }
    door.endpoint = door.endpoint.replace("0.0.0.0", "127.0.0.1");
    await door.servesGoodPeer();
  });

  it("as a server that says nothing is left in time", async () => {
    await using bag = new Bag();
    const listener = await RawListener.listen("tcp://127.0.0.1:*");
    const dealer = bag.keep(
      new Dealer({
        linger: 0,
        handshakeInterval: 100,
        reconnectInterval: 60_000,
        wssTrustPem: certificates.ca,
      }),
    );
    const closed = dealer.events.once("close");
    dealer.connect(listener.endpoint.replace("tcp:", "wss:"));
    const peer = await listener.next();
    const { error } = await within(closed, "it to be left", END_TIME);
    assert.equal(error!.code, "ETIMEDOUT", error!.message);
    await peer.end(END_TIME);
    await listener.close();
  });
});

/** A port of tcp that nobody had a moment ago. */
async function freePort(): Promise<number> {
  const listener = await RawListener.listen("tcp://127.0.0.1:*");
  await listener.close();
  return Number(/\d+$/.exec(listener.endpoint)![0]);
}
