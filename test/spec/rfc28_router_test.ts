/**
 * RFC 28: ROUTER.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Dealer, Router } from "../../mod.ts";
import { gather } from "../kit/party.ts";
import { text, texts } from "../kit/messages.ts";
import { delivers, queuesFairly } from "../kit/queue_rules.ts";
import { queueSentences } from "../kit/queue_sentences.ts";
import { section } from "../kit/rfc.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

const router = section(28, "The ROUTER Socket Type");

queueSentences(router, "ROUTER");

router(
  'SHALL identify each double queue using a unique "identity" binary string',
  async () => {
    await using stage = new Stage("inproc");
    const { ids } = await gather(stage, "ROUTER", 20);
    assert.equal(new Set(ids.map((id) => `${id}`)).size, 20);
    for (const id of ids) assert.ok(id instanceof Uint8Array && id.length > 0);
    // Two peers of one name: the second one is not let in under it.
    const own = stage.make(Router);
    const named = { routingId: "name", reconnectInterval: -1 };
    const [first, second] = [
      stage.make(Dealer, named),
      stage.make(Dealer, named),
    ];
    await stage.join(own, first, second);
    await until(() => own.peers.length === 1, "one of two is there");
    await own.send(["name", "x"]);
    assert.deepEqual(await nextTexts(first), ["x"]);
    assert.equal(second.tryReceive(), undefined);
  },
);
router(
  "SHALL receive incoming messages from its peers using a fair-queuing",
  () => queuesFairly("ROUTER"),
);
router(
  "SHALL prefix each incoming message with a frame containing the identity",
  async () => {
    await using stage = new Stage("inproc");
    const own = stage.make(Router);
    const dealers = ["a", "b"].map((routingId) =>
      stage.make(Dealer, { routingId })
    );
    await stage.join(own, ...dealers);
    for (const dealer of dealers) await dealer.send(["", "body"]);
    assert.deepEqual(await nextTexts(own), ["a", "", "body"]);
    assert.deepEqual(await nextTexts(own), ["b", "", "body"]);
  },
);
router(
  "SHALL deliver the resulting messages to its calling application",
  () => delivers("ROUTER"),
);
router(
  "SHALL remove the first frame from each outgoing message and use this as",
  async () => {
    await using stage = new Stage("inproc");
    const { own, peers, ids } = await gather(stage, "ROUTER", 3);
    for (const i of [1, 2, 0]) {
      own.to = ids[i];
      assert.ok(own.trySend("", "body", `${i}`));
      assert.deepEqual(texts(await peers[i]!.receive()), ["", "body", `${i}`]);
    }
    for (const peer of peers) assert.deepEqual(peer.all(), []);
  },
);
router(
  "SHALL route the message to the outgoing queue if that queue exists, and",
  async () => {
    await using stage = new Stage("tcp");
    const own = stage.make(Router);
    const endpoint = await stage.nowhere(Dealer);
    own.connect(endpoint, { routingId: "later" });
    assert.ok(own.trySend(["later", "queued"]));
    assert.equal(own.stats.queued.outgoing, 1);
    const dealer = stage.make(Dealer);
    await dealer.bind(endpoint);
    assert.equal(text((await dealer.receive(TIMEOUT))[0]), "queued");
  },
);
router(
  "SHALL either silently drop the message, or return an error",
  async () => {
    for (const mandatory of [false, true]) {
      await using stage = new Stage("inproc");
      const { own, peers: [peer], ids } = await gather(
        stage,
        "ROUTER",
        1,
        { mandatory, sendHighWaterMark: 1 },
        { receiveHighWaterMark: 1 },
      );
      const nobody = () => own.socket.trySend(["nobody", "x"]);
      if (mandatory) assert.throws(nobody, { code: "EHOSTUNREACH" });
      else assert.equal(nobody(), true);
      own.to = ids[0];
      const sent = ["0", "1", "2"].map((word) => own.trySend(word));
      assert.deepEqual(sent, [true, true, !mandatory]);
      assert.deepEqual(peer!.all(), ["0", "1"]);
      // That to nobody, and that to a full peer.
      assert.equal(own.socket.stats.dropped, mandatory ? 0 : 2);
    }
  },
);
router("SHALL NOT block on sending", async () => {
  await using stage = new Stage("inproc");
  const { own, ids } = await gather(
    stage,
    "ROUTER",
    1,
    { sendHighWaterMark: 1 },
    { receiveHighWaterMark: 1 },
  );
  own.to = ids[0];
  for (let i = 0; i < 20; i++) await own.send({ timeout: 0 }, `${i}`);
  own.to = Uint8Array.of(1, 2, 3);
  await own.send({ timeout: 0 }, "nobody");
});
