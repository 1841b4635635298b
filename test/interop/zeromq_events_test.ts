// Idioms of zeromq.js for what a program is told and steers: the events of a
// socket, by listeners, by iteration and one by one, and a proxy.
// runtimes: node
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { type Idioms, runHere, runThere } from "../kit/idioms.ts";
import { noZeromqJs } from "../kit/zeromq_js_peer.ts";

const str = (frame: Uint8Array | undefined) => Buffer.from(frame!).toString();

/** What an event says of itself. */
const seen = (event: object) => {
  const { type, address } = event as { type: string; address?: string };
  return [type, address];
};

const idioms: Idioms = {
  async "events by listeners"(zmq) {
    const rep = new zmq.Reply();
    const seen = new Promise<string>((resolve) => {
      rep.events.on("accept", (event) => resolve(event.type));
    });
    const bound = new Promise<string>((resolve) => {
      rep.events.on("bind", (event) => resolve(event.address));
    });
    await rep.bind("tcp://127.0.0.1:*");
    assert.equal(await bound, rep.lastEndpoint);
    const req = new zmq.Request();
    req.connect(rep.lastEndpoint!);
    assert.equal(await seen, "accept");
    req.close();
    rep.close();
  },

  async "events by iteration"(zmq) {
    const push = new zmq.Push();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const event of push.events) seen.push(event.type);
    })();
    await push.bind("tcp://127.0.0.1:*");
    setTimeout(() => push.close(), 10);
    await watching;
    assert.deepEqual([seen[0], seen.at(-1)], ["bind", "end"]);
  },

  async "events one by one, from the first look on"(zmq) {
    const pull = new zmq.Pull();
    const { events } = pull;
    await pull.bind("tcp://127.0.0.1:*");
    assert.deepEqual(seen(await events.receive()), [
      "bind",
      pull.lastEndpoint,
    ]);
    const types: string[] = [];
    setTimeout(() => pull.close(), 10);
    while (!events.closed) types.push((await events.receive()).type);
    assert.deepEqual(types, ["close", "end"]);
    await assert.rejects(async () => await events.receive(), { code: "EBADF" });
  },

  async "events of before an iteration"(zmq) {
    const push = new zmq.Push({ linger: 0 });
    const { events } = push;
    await push.bind("tcp://127.0.0.1:*");
    for await (const event of events) {
      assert.equal(event.type, "bind");
      break;
    }
    push.close();
  },

  async "one close of an endpoint that is not tried again"(zmq) {
    const free = new zmq.Pull();
    await free.bind("tcp://127.0.0.1:*");
    const endpoint = free.lastEndpoint!;
    await free.unbind(endpoint);
    const push = new zmq.Push({ linger: 0, reconnectInterval: -1 });
    const { events } = push;
    push.connect(endpoint);
    setTimeout(() => push.close(), 100);
    const types: string[] = [];
    while (!events.closed) types.push((await events.receive()).type);
    assert.deepEqual(types, ["connect:delay", "close", "end"]);
    free.close();
  },

  async "a proxy that is steered to its end"(zmq) {
    const proxy = new zmq.Proxy(new zmq.Router(), new zmq.Dealer());
    const { frontEnd, backEnd } = proxy;
    assert.throws(() => proxy.pause(), { code: "EBADF" });
    await frontEnd.bind("tcp://127.0.0.1:*");
    await backEnd.bind("tcp://127.0.0.1:*");
    const req = new zmq.Request();
    req.connect(frontEnd.lastEndpoint!);
    const rep = new zmq.Reply();
    rep.connect(backEnd.lastEndpoint!);
    const ended = proxy.run();
    await req.send("4");
    assert.equal(str((await rep.receive())[0]), "4");
    await rep.send("8");
    assert.equal(str((await req.receive())[0]), "8");
    assert.deepEqual([frontEnd.closed, backEnd.closed], [false, false]);
    proxy.pause();
    proxy.resume();
    proxy.terminate();
    await ended;
    assert.deepEqual([frontEnd.closed, backEnd.closed], [true, true]);
    assert.equal(proxy.frontEnd, frontEnd);
    assert.equal(proxy.backEnd, backEnd);
    assert.throws(() => proxy.terminate(), { code: "EBADF" });
    await assert.rejects(async () => await proxy.run(), { code: "EINVAL" });
    req.close();
    rep.close();
  },

  async "a proxy that ends while it pauses"(zmq) {
    const proxy = new zmq.Proxy(new zmq.Pull(), new zmq.Push());
    await proxy.frontEnd.bind("tcp://127.0.0.1:*");
    await proxy.backEnd.bind("tcp://127.0.0.1:*");
    const ended = proxy.run();
    proxy.pause();
    proxy.terminate();
    await ended;
  },
};

describe("an idiom of zeromq.js", { skip: noZeromqJs }, () => {
  for (const [name, idiom] of Object.entries(idioms)) {
    it(`runs there: ${name}`, () => runThere(idiom));
    it(`runs here unchanged: ${name}`, () => runHere(idiom));
  }
});
