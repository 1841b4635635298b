/**
 * RFC 51: PEER.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Peer } from "../../mod.ts";
import { changesNothing } from "../kit/queue_rules.ts";
import { queueSentences } from "../kit/queue_sentences.ts";
import { numberedSentences } from "../kit/numbered_rules.ts";
import { section } from "../kit/rfc.ts";
import { text } from "../kit/messages.ts";
import {
  discardsParts,
  refusesParts,
  servesManyCallers,
} from "../kit/send_rules.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";

const goals = section(51, "Overall Goals of this Pattern");

goals(
  "sending and receiving messages MUST be atomic",
  () => servesManyCallers("PEER"),
);
goals("MUST NOT allow multipart messages", async () => {
  await refusesParts("PEER");
  await discardsParts("PEER");
});

const peer = section(51, "The PEER Socket Type");

peer(
  "SHALL not filter or modify outgoing or incoming messages in any way",
  () => changesNothing("PEER"),
);
queueSentences(peer, "PEER");
peer("SHALL provide the application with an API to connect and", async () => {
  await using stage = new Stage("tcp");
  const own = stage.make(Peer);
  const others = [stage.make(Peer), stage.make(Peer)];
  const endpoints = [];
  for (const other of others) endpoints.push(await other.bind(stage.place()));
  const ids = endpoints.map((endpoint) => own.connectPeer(endpoint));
  assert.notEqual(ids[0], ids[1]);
  for (const [i, routingId] of ids.entries()) {
    await own.send(`to ${i}`, { routingId });
    const [data] = await others[i]!.receive(TIMEOUT);
    assert.equal(text(data), `to ${i}`);
  }
});
numberedSentences(peer, "PEER");
