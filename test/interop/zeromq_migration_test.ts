// Idioms of zeromq.js that must run unchanged when only the import changes.
// Each runs with zeromq.js first, so that it is an idiom indeed, then with us.
// runtimes: node
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { type Idioms, runHere, runThere } from "../kit/idioms.ts";
import { noZeromqJs } from "../kit/zeromq_js_peer.ts";

// Frames are Buffers there and plain Uint8Arrays here: the one difference
// that shows, so the idioms read them in the way that works for both.
const str = (frame: Uint8Array | undefined) => Buffer.from(frame!).toString();

/** Code as users of zeromq.js write it. */
const idioms: Idioms = {
  async "push and pull, read by iteration"(zmq) {
    const sink = new zmq.Pull();
    await sink.bind("tcp://127.0.0.1:*");
    const source = new zmq.Push();
    source.connect(sink.lastEndpoint!);
    for (let i = 0; i < 3; i++) await source.send(`some work ${i}`);
    const heard: string[] = [];
    for await (const [msg] of sink) {
      heard.push(str(msg));
      if (heard.length === 3) break;
    }
    assert.deepEqual(heard, ["some work 0", "some work 1", "some work 2"]);
    source.close();
    sink.close();
  },

  async "publish and subscribe by topic"(zmq) {
    const pub = new zmq.XPublisher();
    await pub.bind("tcp://127.0.0.1:*");
    const sub = new zmq.Subscriber();
    sub.connect(pub.lastEndpoint!);
    sub.subscribe("kitty cats");
    const [subscription] = await pub.receive();
    assert.equal(subscription!.length, 11);
    await pub.send(["kitty cats", "meow!"]);
    const [topic, msg] = await sub.receive();
    assert.deepEqual([str(topic), str(msg)], ["kitty cats", "meow!"]);
    sub.unsubscribe("kitty cats");
    await pub.receive();
    sub.close();
    pub.close();
  },

  async "request and reply"(zmq) {
    const rep = new zmq.Reply();
    await rep.bind("tcp://127.0.0.1:*");
    const req = new zmq.Request();
    req.connect(rep.lastEndpoint!);
    await req.send("4");
    const [question] = await rep.receive();
    await rep.send(String(2 * parseInt(str(question), 10)));
    const [result] = await req.receive();
    assert.equal(str(result), "8");
    req.close();
    rep.close();
  },

  async "options of the constructor, read and set live"(zmq) {
    const dealer = new zmq.Dealer({
      routingId: "worker",
      linger: 0,
      sendHighWaterMark: 1500,
      receiveTimeout: 1,
      reconnectInterval: 20,
    });
    assert.equal(dealer.routingId, "worker");
    assert.equal(dealer.linger, 0);
    assert.equal(dealer.sendHighWaterMark, 1500);
    assert.equal(dealer.reconnectInterval, 20);
    dealer.linger = 5;
    dealer.sendTimeout = 1;
    assert.equal(dealer.linger, 5);
    assert.equal(dealer.type, dealer.type);
    assert.equal(dealer.securityMechanism, null);
    assert.equal(dealer.lastEndpoint, null);
    dealer.close();
  },

  async "timeouts that fail with EAGAIN"(zmq) {
    const pull = new zmq.Pull({ receiveTimeout: 5 });
    await pull.bind("tcp://127.0.0.1:*");
    await assert.rejects(pull.receive(), { code: "EAGAIN" });
    pull.receiveTimeout = 0;
    await assert.rejects(pull.receive(), { code: "EAGAIN" });
    const push = new zmq.Push({ sendTimeout: 5 });
    await assert.rejects(push.send("x"), { code: "EAGAIN" });
    pull.close();
    push.close();
  },

  async "every kind of message"(zmq) {
    const a = new zmq.Pair();
    const b = new zmq.Pair();
    await a.bind("inproc://kinds");
    b.connect("inproc://kinds");
    const kinds = [
      ["text", "text"],
      [Buffer.from("buffer"), "buffer"],
      [new Uint8Array([104, 105]), "hi"],
      [new Uint8Array([104, 105]).buffer, "hi"],
      [new Uint16Array([0x6968]), "hi"],
      [null, ""],
      [12.5, "12.5"],
    ] as const;
    for (const [value, expected] of kinds) {
      await a.send(value);
      assert.equal(str((await b.receive())[0]), expected);
    }
    await a.send(["multi", null, 3]);
    assert.deepEqual((await b.receive()).map(str), ["multi", "", "3"]);
    a.close();
    b.close();
  },

  async "router and dealer by routing id"(zmq) {
    const router = new zmq.Router({ mandatory: true, handover: true });
    await router.bind("tcp://127.0.0.1:*");
    const dealer = new zmq.Dealer({ routingId: "id" });
    dealer.connect(router.lastEndpoint!);
    await dealer.send(["hello", "router"]);
    const [id, ...rest] = await router.receive();
    assert.deepEqual(rest.map(str), ["hello", "router"]);
    await router.send([id!, "hello, dealer"]);
    assert.equal(str((await dealer.receive())[0]), "hello, dealer");
    await assert.rejects(router.send(["nobody", "x"]), {
      code: "EHOSTUNREACH",
    });
    router.close();
    dealer.close();
  },

  async "a router that connects with a routing id"(zmq) {
    const router = new zmq.Router({ mandatory: true, linger: 0 });
    const dealer = new zmq.Dealer({ linger: 0 });
    await dealer.bind("tcp://127.0.0.1:*");
    router.connect(dealer.lastEndpoint!, { routingId: "remote" });
    await router.send(["remote", "hi"]);
    assert.equal(str((await dealer.receive())[0]), "hi");
    router.close();
    dealer.close();
  },

  async "close, closed, and what fails afterwards"(zmq) {
    const push = new zmq.Push();
    assert.equal(push.closed, false);
    push.close();
    push.close();
    assert.equal(push.closed, true);
    await assert.rejects(async () => await push.send("x"), { code: "EBADF" });
    assert.throws(() => push.connect("tcp://127.0.0.1:1"), { code: "EBADF" });
  },

  async "close ends an iteration"(zmq) {
    const pull = new zmq.Pull();
    await pull.bind("tcp://127.0.0.1:*");
    setTimeout(() => pull.close(), 10);
    for await (const _ of pull) assert.fail("nothing was sent");
  },

  async "bind, unbind and disconnect, and their errors"(zmq) {
    const pull = new zmq.Pull();
    await pull.bind("tcp://127.0.0.1:*");
    const endpoint = pull.lastEndpoint!;
    const other = new zmq.Pull();
    await assert.rejects(async () => await other.bind(endpoint), {
      code: "EADDRINUSE",
    });
    const push = new zmq.Push();
    push.connect(endpoint);
    push.disconnect(endpoint);
    await pull.unbind(endpoint);
    // Another port: there, the old one may be taken for a moment yet.
    await other.bind("tcp://127.0.0.1:*");
    await other.unbind(other.lastEndpoint!);
    await assert.rejects(async () => await other.bind("nonsense"), {
      code: "EINVAL",
    });
    assert.throws(() => push.connect("foo-bar://x"), {
      code: "EPROTONOSUPPORT",
    });
    for (const socket of [pull, push, other]) socket.close();
  },

  async "CURVE with key pairs and a ZAP handler"(zmq) {
    const context = new zmq.Context();
    const handler = new zmq.Reply({ context });
    await handler.bind("inproc://zeromq.zap.01");
    const keys = zmq.curveKeyPair();
    const own = zmq.curveKeyPair();
    assert.equal(keys.publicKey.length, 40);
    const rep = new zmq.Reply({
      context,
      linger: 0,
      zapDomain: "global",
      curveServer: true,
      curveSecretKey: keys.secretKey,
    });
    assert.equal(rep.securityMechanism, "curve");
    await rep.bind("tcp://127.0.0.1:*");
    const req = new zmq.Request({
      context,
      linger: 0,
      curveServerKey: keys.publicKey,
      curvePublicKey: own.publicKey,
      curveSecretKey: own.secretKey,
    });
    req.connect(rep.lastEndpoint!);
    await req.send("secret");
    const [version, id, domain, , , mechanism, key] = await handler.receive();
    assert.equal(str(domain), "global");
    assert.equal(str(mechanism), "CURVE");
    assert.equal(key!.length, 32);
    await handler.send([version!, id!, "200", "OK", "user", ""]);
    assert.equal(str((await rep.receive())[0]), "secret");
    await rep.send("kept");
    assert.equal(str((await req.receive())[0]), "kept");
    for (const socket of [req, rep, handler]) socket.close();
  },

  async "a context of one's own"(zmq) {
    const context = new zmq.Context({ maxSockets: 10, ipv6: false });
    assert.equal(context.maxSockets, 10);
    assert.equal(context.blocky, true);
    const push = new zmq.Push({ context });
    assert.equal(push.context, context);
    push.close();
    const pull = new zmq.Pull();
    assert.equal(pull.context, zmq.context);
    pull.close();
  },

  async "XPUB verbosity and welcome message"(zmq) {
    const pub = new zmq.XPublisher({ verbosity: "allSubs", linger: 0 });
    pub.verbosity = "allSubsUnsubs";
    pub.welcomeMessage = "welcome";
    await pub.bind("tcp://127.0.0.1:*");
    const sub = new zmq.Subscriber();
    sub.subscribe();
    sub.connect(pub.lastEndpoint!);
    assert.equal((await pub.receive())[0]![0], 1);
    assert.equal(str((await sub.receive())[0]), "welcome");
    sub.close();
    pub.close();
  },

  async "draft: client and server"(_zmq, draft) {
    const server = new draft.Server();
    await server.bind("tcp://127.0.0.1:*");
    const client = new draft.Client();
    client.connect(server.lastEndpoint!);
    await client.send("hello");
    const [msg, { routingId }] = await server.receive();
    assert.equal(str(msg), "hello");
    await server.send("bye", { routingId });
    assert.equal(str((await client.receive())[0]), "bye");
    client.close();
    server.close();
  },

  async "draft: radio and dish"(_zmq, draft) {
    const dish = new draft.Dish();
    await dish.bind("tcp://127.0.0.1:*");
    dish.join("fun");
    const radio = new draft.Radio();
    radio.connect(dish.lastEndpoint!);
    const timer = setInterval(() => {
      radio.send("hi", { group: "fun" });
    }, 5);
    const [msg, { group }] = await dish.receive();
    clearInterval(timer);
    assert.deepEqual([str(msg), str(group)], ["hi", "fun"]);
    radio.close();
    dish.close();
  },

  async "draft: scatter and gather"(_zmq, draft) {
    const gather = new draft.Gather();
    await gather.bind("tcp://127.0.0.1:*");
    const scatter = new draft.Scatter();
    scatter.connect(gather.lastEndpoint!);
    await scatter.send("one");
    const [msg] = await gather.receive();
    assert.equal(str(msg), "one");
    scatter.close();
    gather.close();
  },
};

describe("an idiom of zeromq.js", { skip: noZeromqJs }, () => {
  for (const [name, idiom] of Object.entries(idioms)) {
    it(`runs there: ${name}`, () => runThere(idiom));
    it(`runs here unchanged: ${name}`, () => runHere(idiom));
  }
});
