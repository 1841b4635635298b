/**
 * RFC 41: CLIENT and SERVER.
 *
 * @module
 */

import assert from "node:assert/strict";
import { gather } from "../kit/party.ts";
import { changesNothing, delivers, queuesFairly } from "../kit/queue_rules.ts";
import { balancedSentences, queueSentences } from "../kit/queue_sentences.ts";
import { numberedSentences } from "../kit/numbered_rules.ts";
import { section } from "../kit/rfc.ts";
import {
  discardsParts,
  refusesParts,
  servesManyCallers,
} from "../kit/send_rules.ts";
import { Stage } from "../kit/stage.ts";

const goals = section(41, "Overall Goals of this Pattern");

goals("sending and receiving messages MUST be atomic", async () => {
  for (const type of ["CLIENT", "SERVER"] as const) {
    await using stage = new Stage("inproc");
    const { own, peers: [peer] } = await gather(stage, type, 1);
    // One call is one message, whole.
    const frame = new Uint8Array(100_000).fill(7);
    assert.ok(own.trySend(frame));
    assert.deepEqual(peer!.tryReceive(), [frame]);
    assert.equal(peer!.tryReceive(), undefined);
  }
});
goals("MUST NOT allow multipart messages", async () => {
  for (const type of ["CLIENT", "SERVER"] as const) {
    await refusesParts(type);
    await discardsParts(type);
  }
});

const client = section(41, "The CLIENT Socket Type");

client(
  "SHALL not filter or modify outgoing or incoming messages in any way",
  () => changesNothing("CLIENT"),
);
queueSentences(client, "CLIENT");
client(
  "MUST be thread-safe and allow receiving and sending from multiple threads",
  () => servesManyCallers("CLIENT"),
  "a socket belongs to one thread of JavaScript; any number of calls may wait",
);
balancedSentences(client, "CLIENT", "when its outgoing queue is not full");
client("MUST NOT send multipart messages", () => refusesParts("CLIENT"));
client(
  "SHALL receive incoming messages from its peers using a fair-queuing",
  () => queuesFairly("CLIENT"),
);
client(
  "SHALL deliver these to its calling application",
  () => delivers("CLIENT"),
);
client(
  "MUST discard any part of a multipart message",
  () => discardsParts("CLIENT"),
);

const server = section(41, "The SERVER Socket Type");

server(
  "SHALL not filter or modify outgoing or incoming messages in any way",
  () => changesNothing("SERVER"),
);
queueSentences(server, "SERVER");
numberedSentences(server, "SERVER");
