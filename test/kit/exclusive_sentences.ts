/**
 * What RFC 31 says of PAIR and RFC 52 of CHANNEL, in the same words.
 *
 * @module
 */

import assert from "node:assert/strict";
import { gather, Party } from "./party.ts";
import { changesNothing, delivers, queuesBothWays } from "./queue_rules.ts";
import { connectionSentences } from "./queue_sentences.ts";
import type { Says } from "./rfc.ts";
import {
  acceptsNoMore,
  blocks,
  discardsNothing,
  waitsForTheOnly,
} from "./send_rules.ts";
import { Stage } from "./stage.ts";
import { until } from "./wait.ts";

/** A type with one peer. */
export type Exclusive = "PAIR" | "CHANNEL";

async function hearsOnlyItsPeer(type: Exclusive): Promise<void> {
  await using stage = new Stage("tcp");
  const { own, peers: [peer], endpoint } = await gather(stage, type, 1);
  const second = new Party(stage, type, { reconnectInterval: -1 });
  second.connect(endpoint);
  second.trySend("stray");
  await until(() => second.pipes.size === 0, "the second one is refused");
  assert.ok(peer!.trySend("mine"));
  assert.equal(await own.heard(), "mine");
  assert.deepEqual(own.all(), []);
}

/** Registers the sentences on queues. */
export function exclusiveQueueSentences(says: Says, type: Exclusive): void {
  says(
    "SHALL not filter or modify outgoing or incoming messages in any way",
    () => changesNothing(type),
  );
  says(
    "SHALL maintain a double queue for its peer",
    () => queuesBothWays(type),
  );
  connectionSentences(says, type, {
    queue: "double queue",
    article: "a",
    again: "double queue",
    who: "peer",
  });
}

/** Registers the sentences on sending and receiving. */
export function exclusiveTrafficSentences(says: Says, type: Exclusive): void {
  says(
    "SHALL consider its peer as available only when it has a outgoing queue",
    () => waitsForTheOnly(type),
  );
  says(
    "SHALL block on sending, or return a suitable error, when it has no",
    () => blocks(type),
  );
  says(
    "SHALL not accept further messages when it has no available peer",
    () => acceptsNoMore(type),
  );
  says(
    "SHALL NOT discard messages that it cannot queue",
    () => discardsNothing(type),
  );
  says(
    "SHALL receive incoming messages from its single peer if it has one",
    () => hearsOnlyItsPeer(type),
  );
  says("SHALL deliver these to its calling application", () => delivers(type));
}
