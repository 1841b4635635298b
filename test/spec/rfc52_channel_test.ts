/**
 * RFC 52: CHANNEL.
 *
 * @module
 */

import {
  exclusiveQueueSentences,
  exclusiveTrafficSentences,
} from "../kit/exclusive_sentences.ts";
import { section } from "../kit/rfc.ts";
import {
  discardsParts,
  refusesParts,
  servesManyCallers,
} from "../kit/send_rules.ts";

const goals = section(52, "Overall Goals of this Pattern");

goals(
  "sending and receiving messages MUST be atomic",
  () => servesManyCallers("CHANNEL"),
);
goals("MUST NOT allow multipart messages", async () => {
  await refusesParts("CHANNEL");
  await discardsParts("CHANNEL");
});

const channel = section(52, "The CHANNEL Socket Type");

exclusiveQueueSentences(channel, "CHANNEL");
channel(
  "MUST be thread-safe and allow receiving and sending from multiple threads",
  () => servesManyCallers("CHANNEL"),
  "a socket belongs to one thread of JavaScript; any number of calls may wait",
);
exclusiveTrafficSentences(channel, "CHANNEL");
channel("MUST NOT send multipart messages", () => refusesParts("CHANNEL"));
channel(
  "MUST discard any part of a multipart message",
  () => discardsParts("CHANNEL"),
);
