/**
 * RFC 49: SCATTER and GATHER.
 *
 * @module
 */

import { changesNothing, delivers, queuesFairly } from "../kit/queue_rules.ts";
import { balancedSentences, queueSentences } from "../kit/queue_sentences.ts";
import { section } from "../kit/rfc.ts";
import {
  discardsParts,
  onlyReceives,
  onlySends,
  refusesParts,
  servesManyCallers,
} from "../kit/send_rules.ts";

const WORDING = { queue: "queue", article: "this" } as const;

/** JavaScript's stand-in for threads. */
const ONE_THREAD =
  "a socket belongs to one thread of JavaScript; any number of calls may wait";

const goals = section(49, "Overall Goals of this Pattern");

goals(
  "sending and receiving messages MUST be atomic",
  () => servesManyCallers("SCATTER"),
);
goals("MUST NOT allow multipart messages", async () => {
  await refusesParts("SCATTER");
  await discardsParts("GATHER");
});

const scatter = section(49, "The SCATTER Socket Type");

scatter("SHALL only send messages", () => onlySends("SCATTER"));
scatter(
  "SHALL not filter or modify outgoing messages in any way",
  () => changesNothing("SCATTER"),
);
queueSentences(scatter, "SCATTER", {
  ...WORDING,
  each: "SHALL maintain an outgoing message queue for each connected peer",
});
scatter(
  "MUST be thread-safe and allow sending from multiple threads",
  () => servesManyCallers("SCATTER"),
  ONE_THREAD,
);
balancedSentences(scatter, "SCATTER");
scatter("MUST NOT send multi-part messages", () => refusesParts("SCATTER"));

const gatherer = section(49, "The GATHER Socket Type");

gatherer("SHALL only receive messages", () => onlyReceives("GATHER"));
gatherer(
  "SHALL not filter or modify incoming messages in any way",
  () => changesNothing("GATHER"),
);
queueSentences(gatherer, "GATHER", {
  ...WORDING,
  each: "SHALL maintain an incoming queue for each connected peer",
});
gatherer(
  "MUST be thread-safe and allow receiving from multiple threads",
  () => servesManyCallers("GATHER"),
  ONE_THREAD,
);
gatherer(
  "SHALL receive incoming messages from its peers using a fair-queuing",
  () => queuesFairly("GATHER"),
);
gatherer(
  "SHALL deliver these to its calling application",
  () => delivers("GATHER"),
);
gatherer(
  "MUST discard any part of a multipart message",
  () => discardsParts("GATHER"),
);
