/**
 * RFC 28: REQ and REP.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Dealer, Reply, Request, Router } from "../../mod.ts";
import { corpus, octets, sameMessages, text, texts } from "../kit/messages.ts";
import { RawStream } from "../kit/raw_stream.ts";
import { section } from "../kit/rfc.ts";
import { frame } from "../kit/session_host.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { pause, until } from "../kit/wait.ts";

const req = section(28, "The REQ Socket Type");

req("SHALL send and then receive exactly one message at a time", async () => {
  await using stage = new Stage("inproc");
  const [request, reply] = [stage.make(Request), stage.make(Reply)];
  await stage.join(reply, request);
  assert.throws(() => request.tryReceive(), { code: "EFSM" });
  await request.send("1");
  await assert.rejects(request.send("2"), { code: "EFSM" });
  await reply.receive();
  await reply.send("one");
  assert.deepEqual(await nextTexts(request), ["one"]);
  assert.throws(() => request.tryReceive(), { code: "EFSM" });
  await request.send("2");
});
req(
  "The request and reply messages SHALL have this format on the wire",
  async () => {
    await using stage = new Stage("tcp");
    const request = stage.make(Request);
    const endpoint = await request.bind(stage.place());
    const raw = await RawStream.meet(stage, request, endpoint, "REP");
    await request.send(["body", "more"]);
    const wire = frame(1, "") + frame(1, "body") + frame(0, "more");
    await until(() => raw.heard.endsWith(wire), "the request");
    raw.say(frame(1, "") + frame(1, "answer") + frame(0, "more"));
    assert.deepEqual(await nextTexts(request), ["answer", "more"]);
  },
);
req(
  "SHALL prefix the outgoing message with an empty delimiter frame",
  async () => {
    await using stage = new Stage("inproc");
    const request = stage.make(Request, { routingId: "me" });
    const router = stage.make(Router);
    await stage.join(router, request);
    await request.send(["a", "", "b"]);
    assert.deepEqual(await nextTexts(router), ["me", "", "a", "", "b"]);
  },
);
req(
  "SHALL route outgoing messages to connected peers using a round-robin",
  async () => {
    await using stage = new Stage("inproc");
    const request = stage.make(Request);
    const replies = Array.from({ length: 3 }, () => stage.make(Reply));
    await stage.join(request, ...replies);
    for (const i of [0, 1, 2, 0, 1, 2]) {
      await request.send(`${i}`);
      assert.deepEqual(texts(replies[i]!.tryReceive()!), [`${i}`]);
      await replies[i]!.send("ok");
      await request.receive();
    }
  },
);
req(
  "SHALL block on sending, or return a suitable error, when it has no",
  async () => {
    await using stage = new Stage("inproc");
    const request = stage.make(Request);
    assert.equal(request.trySend("x"), false);
    await assert.rejects(request.send("x", { timeout: 10 }), {
      code: "EAGAIN",
    });
    const sending = request.send("waits", TIMEOUT);
    const reply = stage.make(Reply);
    await stage.join(request, reply);
    await sending;
    assert.deepEqual(await nextTexts(reply), ["waits"]);
  },
);
req(
  "SHALL NOT discard messages that it cannot send to a connected peer",
  async () => {
    await using stage = new Stage("tcp");
    const request = stage.make(Request);
    const endpoint = await stage.nowhere(Reply);
    request.connect(endpoint);
    await request.send("patience");
    assert.equal(request.stats.queued.outgoing, 1);
    const reply = stage.make(Reply);
    await reply.bind(endpoint);
    assert.deepEqual(await nextTexts(reply), ["patience"]);
  },
);

/** A REQ that asked the first of two ROUTERs. */
async function asked(stage: Stage) {
  const request = stage.make(Request, { routingId: "me" });
  const routers = [stage.make(Router), stage.make(Router)];
  await stage.join(request, ...routers);
  await request.send("question");
  const [id] = await routers[0]!.receive(TIMEOUT);
  return { request, routers, id: id! };
}

req(
  "SHALL accept an incoming message only from the last peer that it sent",
  async () => {
    await using stage = new Stage("inproc");
    const { request, routers, id } = await asked(stage);
    await routers[1]!.send([id, "", "not asked"]);
    await routers[0]!.send([id, "", "asked"]);
    assert.deepEqual(await nextTexts(request), ["asked"]);
  },
);
req(
  "SHALL discard silently any messages received from other peers",
  async () => {
    await using stage = new Stage("inproc");
    const { request, routers, id } = await asked(stage);
    await routers[1]!.send([id, "", "not asked"]);
    assert.equal(request.tryReceive(), undefined);
    await routers[0]!.send([id, "", "asked"]);
    await request.receive();
    await routers[0]!.send([id, "", "once more"]);
    await request.send("next");
    // Only an answer to this one will do, and it must be from the second.
    assert.equal(request.tryReceive(), undefined);
    await routers[1]!.receive(TIMEOUT);
    await routers[1]!.send([id, "", "second"]);
    assert.deepEqual(await nextTexts(request), ["second"]);
    assert.equal(request.peers.length, 2);
  },
);

const rep = section(28, "The REP Socket Type");

rep(
  "SHALL not filter or modify outgoing or incoming messages in any way",
  async () => {
    await using stage = new Stage("inproc");
    const [request, reply] = [stage.make(Request), stage.make(Reply)];
    await stage.join(reply, request);
    for (const message of corpus()) {
      await request.send(message);
      const heard = await reply.receive(TIMEOUT);
      sameMessages([heard], [message]);
      await reply.send(heard);
      sameMessages([await request.receive(TIMEOUT)], [message]);
    }
  },
);
rep("SHALL receive and then send exactly one message at a time", async () => {
  await using stage = new Stage("inproc");
  const [dealer, reply] = [stage.make(Dealer), stage.make(Reply)];
  await stage.join(reply, dealer);
  await assert.rejects(reply.send("x"), { code: "EFSM" });
  for (const word of ["1", "2"]) await dealer.send(["", word]);
  assert.deepEqual(await nextTexts(reply), ["1"]);
  assert.throws(() => reply.tryReceive(), { code: "EFSM" });
  await reply.send("one");
  await assert.rejects(reply.send("again"), { code: "EFSM" });
  assert.deepEqual(await nextTexts(reply), ["2"]);
});
rep(
  "The request and reply messages SHALL have this format on the wire",
  async () => {
    await using stage = new Stage("tcp");
    const reply = stage.make(Reply);
    const endpoint = await reply.bind(stage.place());
    const raw = await RawStream.meet(stage, reply, endpoint, "REQ");
    const envelope = frame(1, "hop 2") + frame(1, "hop 1") + frame(1, "");
    raw.say(envelope + frame(1, "a") + frame(0, ""));
    assert.deepEqual(await nextTexts(reply), ["a", ""]);
    await reply.send(["b", "c"]);
    const wire = envelope + frame(1, "b") + frame(0, "c");
    await until(() => raw.heard.endsWith(wire), "the reply");
  },
);
rep(
  "SHALL receive incoming messages from its peers using a fair-queuing",
  async () => {
    await using stage = new Stage("inproc");
    const reply = stage.make(Reply);
    const dealers = Array.from({ length: 3 }, () => stage.make(Dealer));
    await stage.join(reply, ...dealers);
    for (const [i, dealer] of dealers.entries()) {
      for (const n of [1, 2]) await dealer.send(["", `${"abc"[i]}${n}`]);
    }
    const heard: string[] = [];
    for (let i = 0; i < 6; i++) {
      heard.push(...await nextTexts(reply));
      await reply.send("ok");
    }
    assert.equal(heard.join(" "), "a1 b1 c1 a2 b2 c2");
  },
);

/** A DEALER that asked with an envelope, and what the REP got. */
async function enveloped(stage: Stage) {
  const [dealer, reply] = [stage.make(Dealer), stage.make(Reply)];
  await stage.join(reply, dealer);
  await dealer.send(["hop", "back", "", "body", "", "more"]);
  return { dealer, reply, request: await nextTexts(reply) };
}

rep("SHALL remove and store the address envelope, including the", async () => {
  await using stage = new Stage("inproc");
  const { dealer, reply, request } = await enveloped(stage);
  assert.ok(!request.includes("hop") && !request.includes("back"));
  await reply.send("answer");
  assert.deepEqual(await nextTexts(dealer), ["hop", "back", "", "answer"]);
});
rep("SHALL pass the remaining data frames to its calling", async () => {
  await using stage = new Stage("inproc");
  const { request } = await enveloped(stage);
  assert.deepEqual(request, ["body", "", "more"]);
});
rep("SHALL wait for a single reply message from its calling", async () => {
  await using stage = new Stage("inproc");
  const { dealer, reply } = await enveloped(stage);
  await dealer.send(["", "next"]);
  await pause(20);
  assert.equal(dealer.tryReceive(), undefined);
  assert.throws(() => reply.tryReceive(), { code: "EFSM" });
  await reply.send("answer");
  assert.equal(text((await dealer.receive(TIMEOUT)).at(-1)), "answer");
  assert.deepEqual(await nextTexts(reply), ["next"]);
});
rep("SHALL prepend the address envelope and delimiter", async () => {
  await using stage = new Stage("inproc");
  const { dealer, reply } = await enveloped(stage);
  await reply.send(["b", "c"]);
  const heard = await dealer.receive(TIMEOUT);
  sameMessages([heard], [["hop", "back", "", "b", "c"].map(octets)]);
});
rep("SHALL deliver this message back to the originating peer", async () => {
  await using stage = new Stage("inproc");
  const reply = stage.make(Reply);
  const requests = Array.from({ length: 3 }, () => stage.make(Request));
  await stage.join(reply, ...requests);
  for (const i of [2, 0, 1]) {
    await requests[i]!.send(`${i}`);
    await reply.send([`re ${text((await reply.receive())[0])}`]);
    assert.deepEqual(await nextTexts(requests[i]!), [`re ${i}`]);
  }
});
rep("SHALL silently discard the reply, or return an error", async () => {
  await using stage = new Stage("tcp");
  const [request, reply] = [stage.make(Request), stage.make(Reply)];
  const endpoint = await stage.join(reply, request);
  await request.send("x");
  await reply.receive(TIMEOUT);
  await request.close();
  await until(() => reply.peers.length === 0, "the peer is gone");
  await reply.send("to nobody");
  assert.equal(reply.stats.queued.outgoing, 0);
  const other = stage.make(Request);
  other.connect(endpoint);
  await other.send("y");
  assert.deepEqual(await nextTexts(reply), ["y"]);
});
rep("SHALL not block on sending", async () => {
  await using stage = new Stage("inproc");
  const reply = stage.make(Reply, { sendHighWaterMark: 1 });
  const dealer = stage.make(Dealer, { receiveHighWaterMark: 1 });
  await stage.join(reply, dealer);
  for (let i = 0; i < 10; i++) {
    await dealer.send(["", `${i}`]);
    await reply.receive(TIMEOUT);
    // The dealer reads nothing: what has no room is dropped.
    await reply.send(`${i}`, { timeout: 0 });
  }
  assert.ok(reply.stats.dropped > 0);
});
