/**
 * RFC 27, ZAP: envelopes, proxies, and what each mechanism asks.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  Context,
  curveKeyPair,
  Dealer,
  type Message,
  proxy,
  Reply,
  Router,
  z85Decode,
} from "../../mod.ts";
import { text, texts } from "../kit/messages.ts";
import { section } from "../kit/rfc.ts";
import { TIMEOUT } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";
import { HANDLER, reply, type Setting, ZapScene } from "../kit/zap_scene.ts";

const KEYS = curveKeyPair();
const OWN_KEYS = curveKeyPair();

const types = section(27, "Socket Types");

types("When using a REQ socket, the server SHALL not send nor", async () => {
  await using scene = new ZapScene();
  await scene.handler.close();
  await using router = new Router({ context: scene.context });
  await router.bind(HANDLER);
  scene.push.connect(await scene.pull.bind("tcp://127.0.0.1:*"));
  const [id, delimiter, ...question] = await router.receive(TIMEOUT);
  assert.equal(delimiter!.length, 0);
  await router.send([id!, "", ...reply(question)]);
  await until(() => scene.pull.peers.length === 1, "the client is in");
}, "the server's is a DEALER, which does both");
types("When using a REP socket, the handler SHALL not send nor", async () => {
  await using scene = new ZapScene();
  const question = await scene.ask();
  assert.equal(text(question[0]), "1.0");
  assert.ok(await scene.answer(...reply(question)));
});

/** A handler of type ROUTER, and the question with its envelope. */
async function routed(scene: ZapScene) {
  await scene.handler.close();
  const router = new Router({ context: scene.context });
  await router.bind(HANDLER);
  scene.push.connect(await scene.pull.bind("tcp://127.0.0.1:*"));
  return { router, question: await router.receive(TIMEOUT) };
}

types("When using a ROUTER socket, the handler SHALL receive an", async () => {
  await using scene = new ZapScene();
  const { router, question } = await routed(scene);
  assert.ok(question[0]!.length > 0);
  assert.equal(question[1]!.length, 0);
  assert.equal(text(question[2]), "1.0");
  await router.close();
});
types("MUST send this routing ID frame at the start of its", async () => {
  await using scene = new ZapScene();
  const { router, question } = await routed(scene);
  const [id, delimiter, ...rest] = question;
  await router.send(["nobody", delimiter!, ...reply(rest, { 2: "400" })]);
  await router.send([id!, delimiter!, ...reply(rest)]);
  await until(() => scene.pull.peers.length === 1, "the client is in");
  await router.close();
});

/** A proxy between the server and a REP far away. */
async function proxied(scene: ZapScene) {
  const { context } = scene;
  await scene.handler.close();
  const front = new Router({ context });
  await front.bind(HANDLER);
  const back = new Dealer({ context });
  const endpoint = await back.bind("tcp://127.0.0.1:*");
  const handle = proxy(front, back);
  const stop = async () => {
    handle.terminate();
    await Promise.all([front.close(), back.close()]);
  };
  scene.push.connect(await scene.pull.bind("tcp://127.0.0.1:*"));
  return { endpoint, stop };
}

const proxies = section(27, "Proxy Handlers");

proxies("The handler MUST use a ROUTER socket for talking to", async () => {
  await using scene = new ZapScene();
  const { endpoint, stop } = await proxied(scene);
  await using terminal = new Reply({ context: scene.context });
  terminal.connect(endpoint);
  await terminal.send(reply(await terminal.receive(TIMEOUT)));
  await until(() => scene.pull.peers.length === 1, "the client is in");
  await stop();
});
proxies("MUST send the whole received message (including the", async () => {
  await using scene = new ZapScene();
  const { endpoint, stop } = await proxied(scene);
  await using terminal = new Dealer({ context: scene.context });
  terminal.connect(endpoint);
  const [id, delimiter, ...question] = await terminal.receive(TIMEOUT);
  assert.ok(id!.length > 0);
  assert.equal(delimiter!.length, 0);
  assert.equal(text(question[0]), "1.0");
  await stop();
});

/** A question through two more hops than usual. */
async function throughHops(check: (question: Message) => void) {
  await using context = new Context();
  await using handler = new Reply({ context });
  const endpoint = await handler.bind("inproc://far");
  await using dealer = new Dealer({ context });
  dealer.connect(endpoint);
  await dealer.send(["hop 2", "hop 1", "", "1.0", "id", "domain"]);
  const question = await handler.receive(TIMEOUT);
  check(question);
  await handler.send(reply(question));
  return texts(await dealer.receive(TIMEOUT)).slice(0, 5);
}

const ENVELOPE = ["hop 2", "hop 1", "", "1.0", "id"];

proxies("MUST accept an address envelope consisting of N routing", async () => {
  await throughHops((question) => {
    assert.deepEqual(texts(question), ["1.0", "id", "domain"]);
  });
});
proxies("It MUST save this envelope before processing the", async () => {
  assert.deepEqual(await throughHops(() => {}), ENVELOPE);
});
proxies("MUST send the same envelope back with the reply", async () => {
  assert.deepEqual((await throughHops(() => {})).slice(0, 3), [
    ...ENVELOPE.slice(0, 3),
  ]);
});

/** What a handler is asked, with a mechanism. */
async function asked(setting: Setting): Promise<Message> {
  await using scene = new ZapScene(setting);
  return await scene.ask();
}

const CURVE: Setting = {
  server: { curveServer: true, curveSecretKey: KEYS.secretKey },
  client: {
    curveServerKey: KEYS.publicKey,
    curvePublicKey: OWN_KEYS.publicKey,
    curveSecretKey: OWN_KEYS.secretKey,
  },
};

const none = section(27, "The NULL Mechanism");

none('The mechanism SHALL be the 4 characters "NULL"', async () => {
  const question = await asked({ server: {}, client: {} });
  assert.equal(text(question[5]), "NULL");
});
none("There SHALL be no credentials frames", async () => {
  assert.equal((await asked({ server: {}, client: {} })).length, 6);
});

const plain = section(27, "The PLAIN Mechanism");

plain('The mechanism SHALL be the 5 characters "PLAIN"', async () => {
  assert.equal(text((await asked({}))[5]), "PLAIN");
});
plain("The credentials SHALL consist of two string frames", async () => {
  const question = await asked({});
  assert.deepEqual(texts(question).slice(6), ["admin", "secret"]);
});

const curve = section(27, "The CURVE Mechanism");

curve('The mechanism SHALL be the 5 characters "CURVE"', async () => {
  assert.equal(text((await asked(CURVE))[5]), "CURVE");
});
curve("The credentials SHALL consist of a 32-byte long-term", async () => {
  const question = await asked(CURVE);
  assert.deepEqual(question.slice(6), [z85Decode(OWN_KEYS.publicKey)]);
});

const example = section(27, "Example of NULL Authentication");

/** What a server of NULL asks, as a ROUTER gets it, and its answer taken. */
async function exampleExchange(): Promise<string[]> {
  await using scene = new ZapScene({
    server: { zapDomain: "test" },
    client: {},
  });
  const { router, question } = await routed(scene);
  const [id, delimiter, ...rest] = question;
  await router.send([id!, delimiter!, ...reply(rest)]);
  await until(() => scene.pull.peers.length === 1, "the client is in");
  await router.close();
  return texts(question.slice(1));
}

example("uses a REQ socket, it SHALL NOT send the delimiter", async () => {
  // What is on the wire is the same: a REQ would have added it.
  const [delimiter, version] = await exampleExchange();
  assert.deepEqual([delimiter, version], ["", "1.0"]);
}, "the server's is a DEALER, which sends it");
example("If it uses a DEALER socket, it SHALL send the delimiter", async () => {
  const question = await exampleExchange();
  const id = question[2]!;
  const frames = ["", "1.0", id, "test", "127.0.0.1", "", "NULL"];
  assert.deepEqual(question, frames);
});
example("uses a REP socket, it SHALL NOT receive nor send the", async () => {
  await using scene = new ZapScene({ server: {}, client: {} });
  const question = await scene.ask();
  assert.equal(text(question[0]), "1.0");
  assert.ok(await scene.answer(...reply(question)));
});
example("uses a ROUTER socket, it SHALL receive and send the", async () => {
  const [delimiter] = await exampleExchange();
  assert.equal(delimiter, "");
});
