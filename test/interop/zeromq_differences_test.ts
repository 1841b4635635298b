// What docs/zeromq_js.md says differs from zeromq.js, where no error tells of
// it or the name of something changed: each is tried with zeromq.js and with us.
// runtimes: node
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import type * as zeromq from "zeromq";
import * as ours from "../../mod.ts";
import { within } from "../kit/wait.ts";
import { noZeromqJs, zmq } from "../kit/zeromq_js_peer.ts";

type Zeromq = typeof zeromq;

/** What a pair of sockets hears of a text. */
async function heard({ Pair }: Zeromq, text: string): Promise<Uint8Array> {
  const a = new Pair({ linger: 0 });
  const b = new Pair({ linger: 0 });
  await a.bind("inproc://differences");
  b.connect("inproc://differences");
  await a.send(text);
  const [frame] = await within(b.receive(), "the text");
  a.close();
  b.close();
  return frame!;
}

/** What a client of PLAIN is told that an authenticator refuses. */
async function refusal({ Context, Pull, Push, Reply }: Zeromq) {
  const context = new Context();
  const handler = new Reply({ context });
  await handler.bind("inproc://zeromq.zap.01");
  const pull = new Pull({ context, plainServer: true, zapDomain: "x" });
  await pull.bind("tcp://127.0.0.1:*");
  const push = new Push({ plainUsername: "a", plainPassword: "b", linger: 0 });
  const told = new Promise<object>((resolve) => {
    push.events.on("handshake:error:auth", ({ error }) => resolve(error));
  });
  push.connect(pull.lastEndpoint!);
  const [version, id] = await within(handler.receive(), "the question");
  await handler.send([version!, id!, "400", "no", "", ""]);
  const error = await within(told, "the refusal");
  for (const socket of [push, pull, handler]) socket.close();
  return error as Record<string, unknown>;
}

describe("what differs from zeromq.js", { skip: noZeromqJs }, () => {
  const module = ours as unknown as Zeromq;

  it("frames are Uint8Arrays, whose texts are numbers", async () => {
    const [theirs, own] = [await heard(zmq, "4"), await heard(module, "4")];
    assert.equal(`${theirs}`, "4");
    assert.equal(`${own}`, "52");
    assert.equal(new TextDecoder().decode(own), "4");
    const { buffer, byteOffset, length } = own;
    assert.equal(Buffer.from(buffer, byteOffset, length).toString(), "4");
  });

  it("readable and writable are streams, and the type is a name", () => {
    const [theirs, own] = [new zmq.Dealer(), new ours.Dealer()];
    assert.deepEqual([theirs.readable, theirs.writable], [false, false]);
    assert.ok(own.readable instanceof ReadableStream);
    assert.ok(own.writable instanceof WritableStream);
    assert.deepEqual([own.tryReceive(), own.trySend("x")], [undefined, false]);
    assert.equal(ours.SOCKET_TYPES[own.type], theirs.type as number);
    theirs.close();
    void own.close();
  });

  it("errors have a code and no number", async () => {
    for (const [{ Pull }, number] of [[zmq, true], [module, false]] as const) {
      const pull = new Pull({ receiveTimeout: 0 });
      const error = await pull.receive().then(() => ({}), (error) => error);
      assert.equal(error.code, "EAGAIN");
      assert.equal("errno" in error, number);
      pull.close();
    }
  });

  it("the status of a refusal is its reason", async () => {
    const theirs = await refusal(zmq);
    assert.deepEqual([theirs.status, theirs.reason], [400, undefined]);
    const own = await refusal(module);
    assert.deepEqual([own.status, own.reason], [undefined, "400"]);
    assert.equal(own.code, "EACCES");
  });

  it("some exports are not there", () => {
    const missing = ["default", "Observer", "version", "capability"];
    for (const name of missing) {
      assert.ok(name in zmq, `Expected ${name} there`);
      assert.ok(!(name in ours), `Expected no ${name} here`);
    }
    // What CommonJS adds; the enum of types has no values in most builds.
    const noise = ["__esModule", "module.exports", "SocketType"];
    const others = Object.keys(zmq)
      .filter((name) => !missing.includes(name) && !noise.includes(name));
    for (const name of others) {
      assert.ok(name in ours, `Expected ${name} here`);
    }
  });
});
