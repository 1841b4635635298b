// Peers that do not want TLS with a wss socket, or not to its end: each costs
// its own connection, in bounded number and time, and a good peer is served.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { fromHex, fromKey, toKey } from "../../src/base/bytes.ts";
import { Context, Dealer, Router, type SocketEvent } from "../../mod.ts";
import {
  type Certificates,
  makeCertificates,
  skipUnlessOpenssl,
} from "../kit/certificates.ts";
import { texts } from "../kit/messages.ts";
import { openSockets } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { pause, until, within } from "../kit/wait.ts";
import { RawListener, RawPeer } from "./raw_peer.ts";
import { HEAD } from "./web_socket_words.ts";

const END_TIME = 2000;
const SERVICE_TIME = 1000;
const context = new Context();

/** The beginning of a TLS 1.2 record that says it has 16 KiB. */
const RECORD = fromHex("16030140000100");

describe("a hostile peer of wss", { skip: skipUnlessOpenssl }, () => {
  let certificates: Certificates;
  let bag: Bag;
  let router: Router;
  let events: SocketEvent[];
  let endpoint: string;
  let socketsBefore = 0;
  const peers: RawPeer[] = [];
  before(() => {
    socketsBefore = openSockets();
    certificates = makeCertificates();
  });
  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.close();
    await bag[Symbol.asyncDispose]();
  });
  after(() => until(() => openSockets() <= socketsBefore, "all is closed"));

  async function open(options: object = {}): Promise<void> {
    bag = new Bag();
    const own: SocketEvent[] = events = [];
    router = bag.keep(
      new Router({
        context,
        linger: 0,
        wssCertPem: certificates.server.cert,
        wssKeyPem: certificates.server.key,
        ...options,
      }),
    );
    void (async () => {
      for await (const event of router.events) own.push(event);
    })();
    endpoint = await router.bind("wss://127.0.0.1:*");
  }

  async function connect(): Promise<RawPeer> {
    const peer = await RawPeer.connectTo(endpoint.replace(/^wss|\/$/g, ""));
    peers.push(peer);
    return peer;
  }

  async function refusals(count: number): Promise<SocketEvent> {
    const failed = () => events.filter(({ type }) => type === "accept:error");
    await until(() => failed().length >= count, "accept:error", END_TIME);
    return failed().at(-1)!;
  }

  async function servesGoodPeer(): Promise<void> {
    assert.ok(!events.some(({ type }) => type === "accept"));
    const dealer = bag.keep(
      new Dealer({ context, linger: 0, wssTrustPem: certificates.ca }),
    );
    dealer.connect(endpoint);
    const serve = async (): Promise<void> => {
      await dealer.send("good");
      const [id, ...parts] = await router.receive();
      assert.deepEqual(texts(parts), ["good"]);
      await router.send([id!, "fine"]);
      assert.deepEqual(texts(await dealer.receive()), ["fine"]);
    };
    await within(serve(), "a good peer to be served", SERVICE_TIME);
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
      const peer = await connect();
      peer.say(octets);
      await refusals(1);
      await peer.end(END_TIME);
      assert.ok(!toKey(peer.octets).startsWith("HTTP"), "no HTTP in clear");
      await servesGoodPeer();
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
      const peer = await connect();
      peer.say(octets);
      const { error } = await refusals(1);
      assert.equal(error!.code, "ETIMEDOUT", error!.message);
      await peer.end(END_TIME);
      await servesGoodPeer();
    });
  }

  it("that ends or breaks off costs its connection", async () => {
    // Who has only ended could still listen: its time is what it has.
    await open({ handshakeInterval: 200 });
    for (let i = 0; i < 10; i++) {
      const peer = await connect();
      peer.say(RECORD.subarray(0, i % RECORD.length));
      await pause();
      if (i % 2 === 0) peer.finish();
      else peer.reset();
      await refusals(i + 1);
    }
    await servesGoodPeer();
  });

  it("has company: the oldest of too many is let go", async () => {
    await open({ maxPendingHandshakes: 3, handshakeInterval: 0 });
    const crowd: RawPeer[] = [];
    for (let i = 0; i < 5; i++) {
      crowd.push(await connect());
      if (i >= 3) await refusals(i - 2);
    }
    await Promise.all(crowd.slice(0, 2).map((peer) => peer.end(END_TIME)));
    assert.ok(crowd.slice(2).every((peer) => !peer.ended), "others wait");
    await servesGoodPeer();
  });

  it("as a server that says nothing is left in time", async () => {
    bag = new Bag();
    const listener = await RawListener.listen("tcp://127.0.0.1:*");
    const dealer = bag.keep(
      new Dealer({
        context,
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
