/**
 * RFC 30: PUSH and PULL.
 *
 * @module
 */

import { changesNothing, delivers, queuesFairly } from "../kit/queue_rules.ts";
import { balancedSentences, queueSentences } from "../kit/queue_sentences.ts";
import { section } from "../kit/rfc.ts";
import { onlyReceives, onlySends } from "../kit/send_rules.ts";

const WORDING = { queue: "queue", article: "this" } as const;

const push = section(30, "The PUSH Socket Type");

push("SHALL only send messages", () => onlySends("PUSH"));
push(
  "SHALL not filter or modify outgoing messages in any way",
  () => changesNothing("PUSH"),
);
queueSentences(push, "PUSH", {
  ...WORDING,
  each: "SHALL maintain an outgoing message queue for each connected peer",
});
balancedSentences(push, "PUSH");

const pull = section(30, "The PULL Socket Type");

pull("SHALL only receive messages", () => onlyReceives("PULL"));
pull(
  "SHALL not filter or modify incoming messages in any way",
  () => changesNothing("PULL"),
);
queueSentences(pull, "PULL", {
  ...WORDING,
  each: "SHALL maintain an incoming queue for each connected peer",
});
pull(
  "SHALL receive incoming messages from its peers using a fair-queuing",
  () => queuesFairly("PULL"),
);
pull("SHALL deliver these to its calling application", () => delivers("PULL"));
