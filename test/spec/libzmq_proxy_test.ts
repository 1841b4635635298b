// What libzmq asserts of proxies and devices: many clients and workers, a slow
// side, steering with statistics, an end without peers; and of heartbeats
// between pairs of sockets.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  curveKeyPair,
  Dealer,
  proxy,
  Publisher,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { nothing } from "../kit/bounce.ts";
import { makeSocket, type TypeName } from "../kit/sockets.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until, within } from "../kit/wait.ts";

describe("a device by hand", () => {
  it("passes frames of a request and of its reply between ROUTER and DEALER", async () => {
    await using stage = new Stage("tcp");
    const dealer = stage.make(Dealer);
    const router = stage.make(Router);
    const reply = stage.make(Reply);
    const request = stage.make(Request);
    await stage.join(dealer, reply);
    await stage.join(router, request);
    await request.send(["ABC", "DEF"], TIMEOUT);
    const asked = await router.receive(TIMEOUT);
    assert.equal(asked.length, 4);
    await dealer.send(asked, TIMEOUT);
    assert.deepEqual(await nextTexts(reply), ["ABC", "DEF"]);
    await reply.send(["GHI", "JKL"]);
    const answered = await dealer.receive(TIMEOUT);
    assert.equal(answered.length, 4);
    await router.send(answered);
    assert.deepEqual(await nextTexts(request), ["GHI", "JKL"]);
  });
});

describe("proxy()", () => {
  it("serves three clients by five workers, and counts what passes", async () => {
    await using stage = new Stage("tcp");
    const front = stage.make(Router);
    const back = stage.make(Dealer);
    const clients = [1, 2, 3].map((i) =>
      stage.make(Dealer, { routingId: `client ${i}` })
    );
    const workers = [1, 2, 3, 4, 5].map(() => stage.make(Dealer));
    await stage.join(front, ...clients);
    await stage.join(back, ...workers);
    const handle = proxy(front, back);
    assert.equal(handle.statistics().front.received.messages, 0);
    for (const worker of workers) {
      void (async () => {
        for await (const message of worker) await worker.send(message);
      })();
    }
    const each = 50;
    await Promise.all(clients.map(async (client, i) => {
      for (let n = 0; n < each; n++) await client.send(`request #${i} ${n}`);
      const found = new Set<string>();
      for (let n = 0; n < each; n++) {
        const [answer, ...rest] = await nextTexts(client);
        assert.equal(rest.length, 0);
        assert.ok(answer!.startsWith(`request #${i}`), answer ?? "");
        found.add(answer!);
      }
      assert.equal(found.size, each);
    }));
    const { front: sides, back: others } = handle.statistics();
    for (
      const count of [
        sides.received,
        sides.sent,
        others.received,
        others.sent,
      ]
    ) assert.equal(count.messages, 3 * each);
    handle.pause();
    const before = handle.statistics().front.received.bytes;
    // One more may pass that was waited for already.
    await clients[0]!.send("paused");
    await nothing({ receive: (options) => clients[1]!.receive(options) });
    const paused = handle.statistics().front.received.messages;
    assert.ok(paused <= 3 * each + 1);
    handle.resume();
    assert.deepEqual(await nextTexts(clients[0]!), ["paused"]);
    assert.ok(handle.statistics().front.received.bytes > before);
    handle.terminate();
    await within(handle.done, "the end");
  });

  it("of a waiting XPUB stops the publisher, and its statistics never wait", async () => {
    await using stage = new Stage("inproc");
    const marks = { sendHighWaterMark: 10, receiveHighWaterMark: 10 };
    const front = stage.make(XSubscriber, marks);
    const back = stage.make(XPublisher, { ...marks, noDrop: true });
    const pub = stage.make(XPublisher, { ...marks, noDrop: true });
    const sub = stage.make(Subscriber, { receiveHighWaterMark: 10 });
    sub.subscribe("");
    await stage.join(front, pub);
    await stage.join(back, sub);
    const handle = proxy(front, back);
    assert.deepEqual(await nextTexts(pub), ["\x01"]);
    const frame = new Uint8Array(50_000).fill(65);
    let sent = 0;
    for (let idle = 0; idle < 20;) {
      if (sent < 1000 && pub.trySend(frame)) {
        sent++;
        idle = 0;
      } else {
        idle++;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      handle.statistics();
    }
    assert.ok(sent >= 20 && sent <= 50, `${sent} messages`);
    for (let i = 0; i < sent; i++) {
      assert.equal((await sub.receive(TIMEOUT))[0]!.length, frame.length);
    }
    await nothing(sub, 20);
    handle.terminate();
    await within(handle.done, "the end");
  });

  it("of one REP answers each request with itself", async () => {
    await using stage = new Stage("tcp");
    const reply = stage.make(Reply);
    const request = stage.make(Request);
    await stage.join(reply, request);
    const handle = proxy(reply, reply);
    for (const message of ["msg1", "msg22"]) {
      await request.send(message, TIMEOUT);
      assert.deepEqual(await nextTexts(request), [message]);
    }
    handle.terminate();
    await within(handle.done, "the end");
  });

  it("ends with its context although the other side has no peer", async () => {
    const context = new Context();
    const front = new Subscriber({ context });
    front.subscribe("");
    const back = new Push({ context, linger: 0 });
    const endpoint = await front.bind("tcp://127.0.0.1:*");
    await back.bind("tcp://127.0.0.1:*");
    const handle = proxy(front, back);
    const pub = new Publisher({ context, linger: 0 });
    pub.connect(endpoint);
    await until(() => pub.topicsCount === 1, "the subscription is there");
    for (let i = 0; i < 3; i++) await pub.send("This is a test");
    await until(() => front.stats.received.messages === 3, "all has arrived");
    await within(context.shutdown(), "the shutdown");
    await within(handle.done.catch(() => {}), "the end");
  });
});

const pairs: readonly (readonly [client: TypeName, server: TypeName])[] = [
  ["DEALER", "ROUTER"],
  ["REQ", "REP"],
  ["PULL", "PUSH"],
  ["SUB", "PUB"],
  ["PAIR", "PAIR"],
  ["GATHER", "SCATTER"],
  ["CLIENT", "SERVER"],
];

const keys = { server: curveKeyPair(), client: curveKeyPair() };
const curve = {
  server: { curveServer: true, curveSecretKey: keys.server.secretKey },
  client: {
    curveServerKey: keys.server.publicKey,
    curvePublicKey: keys.client.publicKey,
    curveSecretKey: keys.client.secretKey,
  },
};

describe("heartbeats", () => {
  for (const [client, server] of pairs) {
    for (const secure of [false, true]) {
      const how = secure ? " under CURVE" : "";
      it(`keep a silent ${client} connected to a ${server}${how}`, async () => {
        const bound = makeSocket(server, {
          heartbeatInterval: 20,
          heartbeatTimeout: 1000,
          ...secure && curve.server,
        });
        const connected = makeSocket(client, secure ? curve.client : {});
        await keeps(bound, connected);
      });
    }
  }

  for (const [client, server] of pairs) {
    it(`with a time to live tell a ${server} of a ${client} that stays silent`, async () => {
      const bound = makeSocket(server);
      const gone = bound.events.once("disconnect");
      const connected = makeSocket(client, {
        heartbeatInterval: 400,
        heartbeatTimeToLive: 100,
        reconnectInterval: -1,
      });
      connected.connect(await bound.bind("tcp://127.0.0.1:*"));
      await within(gone, "the disconnect");
      await Promise.all([bound.close(), connected.close()]);
    });
  }
});

/** Fails if the two lose their connection within some heartbeats. */
async function keeps(bound: Socket, connected: Socket): Promise<void> {
  let lost = 0;
  bound.events.on("disconnect", () => lost++);
  const there = bound.events.once("handshake");
  connected.connect(await bound.bind("tcp://127.0.0.1:*"));
  await within(there, "the handshake");
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.equal(lost, 0);
  assert.equal(bound.peers.length, 1);
  await Promise.all([bound.close(), connected.close()]);
}
