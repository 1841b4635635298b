/**
 * RFC 27, ZAP: who asks, who answers, and the frames of both.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  Context,
  curveKeyPair,
  Dealer,
  Pull,
  Push,
  Reply,
  Router,
} from "../../mod.ts";
import { text, texts } from "../kit/messages.ts";
import { section } from "../kit/rfc.ts";
import { nextTexts, TIMEOUT } from "../kit/stage.ts";
import { until, within } from "../kit/wait.ts";
import { HANDLER, reply, USER, ZapScene } from "../kit/zap_scene.ts";

const KEYS = curveKeyPair();
const OWN_KEYS = curveKeyPair();

const roles = section(27, "Architecture");

roles("SHALL communicate using the following socket types and", async () => {
  await using scene = new ZapScene();
  assert.ok(await scene.answer(...reply(await scene.ask())));
});
roles("The server SHALL use a REQ or DEALER socket", async () => {
  await using scene = new ZapScene();
  // Both would do for a ROUTER; a DEALER is what can ask many at once.
  await scene.handler.close();
  await using router = new Router({ context: scene.context });
  await router.bind(HANDLER);
  scene.push.connect(await scene.pull.bind("tcp://127.0.0.1:*"));
  const { peer } = await router.receiveFrom(TIMEOUT);
  assert.equal(peer.socketType, "DEALER");
});
roles("The handler SHALL use a REP or ROUTER socket", async () => {
  for (const type of [Reply, Router]) {
    await using context = new Context();
    await using handler = new type({ context });
    await handler.bind(HANDLER);
    await using pull = new Pull({ context, plainServer: true });
    await using push = new Push({ context, ...USER });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    const question = await handler.receive(TIMEOUT);
    const at = type === Router ? 2 : 0;
    const envelope = question.slice(0, at);
    await handler.send([...envelope, ...reply(question.slice(at))]);
    await push.send("in");
    assert.deepEqual(await nextTexts(pull), ["in"]);
  }
});
roles("The handler SHALL bind to the endpoint", async () => {
  await using context = new Context();
  await using elsewhere = new Reply({ context });
  await elsewhere.bind("inproc://zeromq.zap.02");
  await using pull = new Pull({ context, plainServer: true });
  await using push = new Push({ context, ...USER, reconnectInterval: -1 });
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await until(() => push.stats.queued.outgoing === 0, "nothing to send");
  await assert.rejects(elsewhere.receive({ timeout: 50 }), { code: "EAGAIN" });
});
roles("The server SHALL connect to this endpoint", async () => {
  await using scene = new ZapScene();
  const [version] = await scene.ask();
  assert.equal(text(version), "1.0");
});
roles("There SHALL be one handler in a process", async () => {
  await using scene = new ZapScene();
  await scene.handler.bind(HANDLER);
  await using second = new Reply({ context: scene.context });
  await assert.rejects(second.bind(HANDLER), { code: "EADDRINUSE" });
  // Contexts are what a process is elsewhere: each has its own.
  await using context = new Context();
  await using other = new Reply({ context });
  await other.bind(HANDLER);
}, "one in a context");
roles("The handler SHALL start before any server starts", async () => {
  await using context = new Context();
  await using pull = new Pull({ context, plainServer: true });
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using early = new Push({ context, ...USER, reconnectInterval: -1 });
  const refused = new Promise<void>((resolve) => {
    pull.events.addEventListener("handshake:error:auth", () => resolve());
  });
  early.connect(endpoint);
  await within(refused, "a refusal while nobody can be asked");
  await using handler = new Reply({ context });
  await handler.bind(HANDLER);
  await using push = new Push({ context, ...USER });
  push.connect(endpoint);
  await handler.send(reply(await handler.receive(TIMEOUT)));
  await push.send("in");
  assert.deepEqual(await nextTexts(pull), ["in"]);
}, "it may start later; who comes before is refused for now");

const format = section(27, "Message Format");

format("SHALL consist of one request from a server to the", async () => {
  await using scene = new ZapScene();
  assert.ok(await scene.answer(...reply(await scene.ask())));
  assert.equal(scene.handler.tryReceive(), undefined);
  assert.equal(scene.handler.stats.received.messages, 1);
});
format("The request message SHALL consist of the following", async () => {
  await using scene = new ZapScene();
  await scene.handler.close();
  await using dealer = new Dealer({ context: scene.context });
  await dealer.bind(HANDLER);
  scene.push.connect(await scene.pull.bind("tcp://127.0.0.1:*"));
  const question = texts(await dealer.receive(TIMEOUT));
  const id = question[2]!;
  const address = ["test", "127.0.0.1", "", "PLAIN", "admin", "secret"];
  assert.deepEqual(question, ["", "1.0", id, ...address]);
});
format("The reply message SHALL consist of the following", async () => {
  await using scene = new ZapScene();
  const frames = reply(await scene.ask());
  assert.equal(frames.length, 6);
  assert.ok(await scene.answer(...frames));
  for (const wrong of [frames.slice(0, 5), [...frames, ""]]) {
    await using other = new ZapScene();
    const [, id] = await other.ask();
    wrong[1] = id!;
    assert.equal(await other.answer(...wrong), false);
  }
});

format("An address delimiter frame, which SHALL have a length of", async () => {
  await using context = new Context();
  await using router = new Router({ context });
  await router.bind(HANDLER);
  await using pull = new Pull({ context, plainServer: true });
  await using push = new Push({ context, ...USER });
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  const [, delimiter] = await router.receive(TIMEOUT);
  assert.equal(delimiter!.length, 0);
});
format("The version frame, which SHALL contain the three octets", async () => {
  await using scene = new ZapScene();
  assert.equal(text((await scene.ask())[0]), "1.0");
});
format("delimiter frame, which SHALL have a length of zero", async () => {
  for (const delimiter of ["", "x"]) {
    await using context = new Context();
    await using router = new Router({ context });
    await router.bind(HANDLER);
    await using pull = new Pull({ context, plainServer: true });
    await using push = new Push({ context, ...USER, reconnectInterval: -1 });
    const events: string[] = [];
    for (const name of ["handshake", "disconnect"] as const) {
      pull.events.addEventListener(name, () => void events.push(name));
    }
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    const [id, , ...question] = await router.receive(TIMEOUT);
    await router.send([id!, delimiter, ...reply(question)]);
    await until(() => events.length > 0, "a decision");
    assert.equal(events[0], delimiter === "" ? "handshake" : "disconnect");
  }
});
format("version frame, which SHALL contain the three octets", async () => {
  for (const version of ["1.0", "1.1", "1.0 ", ""]) {
    await using scene = new ZapScene();
    const answer = reply(await scene.ask(), { 0: version });
    assert.equal(await scene.answer(...answer), version === "1.0");
  }
});
format("The domain, which SHALL contain a (non-empty) string", async () => {
  for (const zapDomain of ["global", ""]) {
    await using scene = new ZapScene({
      server: { plainServer: true, zapDomain },
    });
    assert.equal(text((await scene.ask())[2]), zapDomain);
  }
}, "empty where the option zapDomain is not set, as with libzmq");
format("The mechanism, which SHALL contain a string", async () => {
  await using scene = new ZapScene();
  assert.equal(text((await scene.ask())[5]), "PLAIN");
});
format("The credentials, which SHALL be zero or more opaque", async () => {
  await using plain = new ZapScene();
  assert.equal((await plain.ask()).length, 6 + 2);
  await using none = new ZapScene({ server: { zapDomain: "d" }, client: {} });
  assert.equal((await none.ask()).length, 6);
});
format("The status code, which SHALL contain a string", async () => {
  const codes: readonly [string, boolean][] = [
    ["200", true],
    ["300", false],
    ["400", false],
    ["500", false],
    ["", false],
    ["201", false],
    ["2000", false],
  ];
  for (const [code, admitted] of codes) {
    await using scene = new ZapScene();
    const answer = reply(await scene.ask(), { 2: code, 4: "" });
    assert.equal(await scene.answer(...answer), admitted, code);
  }
});
format("The user id, which SHALL contain a string", async () => {
  for (const user of ["", "joe", "x".repeat(255)]) {
    await using scene = new ZapScene();
    assert.ok(await scene.answer(...reply(await scene.ask(), { 4: user })));
    assert.equal(scene.pull.peers[0]!.userId, user);
  }
  await using scene = new ZapScene();
  const long = reply(await scene.ask(), { 4: "x".repeat(256) });
  assert.equal(await scene.answer(...long), false);
});
format("The reply SHALL echo the request id without modifying it", async () => {
  await using scene = new ZapScene();
  const question = await scene.ask();
  const id = question[1]!.slice();
  id[0]! ^= 1;
  // A reply to another request answers nobody: the question stays open.
  await scene.handler.send(reply(question, { 1: id }));
  await assert.rejects(scene.pull.receive({ timeout: 50 }));
  assert.equal(scene.pull.peers.length, 0);
});
format("It SHALL be an IPv4 dotted string, or an IPv6 canonical", async () => {
  for (const host of ["127.0.0.1", "[::1]"]) {
    await using scene = new ZapScene({
      server: { plainServer: true, ipv6: true },
      client: { ...USER, ipv6: true },
    });
    await scene.handler.bind(HANDLER);
    scene.push.connect(await scene.pull.bind(`tcp://${host}:*`));
    const question = await scene.handler.receive(TIMEOUT);
    assert.equal(text(question[3]), host.replace(/[[\]]/g, ""));
  }
});
format("It SHALL be a binary string no longer than 255 bytes", async () => {
  for (const routingId of ["", "me", "x".repeat(255)]) {
    await using context = new Context();
    await using handler = new Reply({ context });
    await handler.bind(HANDLER);
    await using router = new Router({
      context,
      curveServer: true,
      curveSecretKey: KEYS.secretKey,
    });
    await using dealer = new Dealer({
      context,
      ...routingId === "" ? {} : { routingId },
      curveServerKey: KEYS.publicKey,
      curvePublicKey: OWN_KEYS.publicKey,
      curveSecretKey: OWN_KEYS.secretKey,
    });
    dealer.connect(await router.bind("tcp://127.0.0.1:*"));
    assert.equal(text((await handler.receive(TIMEOUT))[4]), routingId);
  }
});
format("The mechanism SHALL NOT be empty", async () => {
  await using scene = new ZapScene({ server: { zapDomain: "d" }, client: {} });
  assert.equal(text((await scene.ask())[5]), "NULL");
});
format("For other statuses, it SHALL be empty", async () => {
  await using scene = new ZapScene();
  const events: string[] = [];
  scene.pull.events.addEventListener("handshake:error:auth", ({ error }) => {
    events.push(error?.message ?? "");
  });
  // One that is not empty is not looked at.
  const refusal = reply(await scene.ask(), { 2: "400", 4: "joe" });
  assert.equal(await scene.answer(...refusal), false);
  assert.ok(!events.join().includes("joe"));
});
format("The metadata SHALL use the ZMTP 3.0 format", async () => {
  await using scene = new ZapScene();
  const metadata = "\x05Hello\0\0\0\x05World\x01a\0\0\0\0";
  assert.ok(await scene.answer(...reply(await scene.ask(), { 5: metadata })));
  const { properties } = scene.pull.peers[0]!;
  assert.equal(properties.get("Hello"), "World");
  assert.equal(properties.get("a"), "");
  for (const wrong of ["\x05Hello\0\0\0\x06World", "\0\0\0\0\x01a", "x"]) {
    await using other = new ZapScene();
    const answer = reply(await other.ask(), { 5: wrong });
    assert.equal(await other.answer(...answer), false);
  }
});
