/**
 * RFC 28: DEALER.
 *
 * @module
 */

import { changesNothing, delivers, queuesFairly } from "../kit/queue_rules.ts";
import { balancedSentences, queueSentences } from "../kit/queue_sentences.ts";
import { section } from "../kit/rfc.ts";

const dealer = section(28, "The DEALER Socket Type");

dealer(
  "SHALL not filter or modify outgoing or incoming messages in any way",
  () => changesNothing("DEALER"),
);
queueSentences(dealer, "DEALER");
balancedSentences(dealer, "DEALER");
dealer(
  "SHALL receive incoming messages from its peers using a fair-queuing",
  () => queuesFairly("DEALER"),
);
dealer(
  "SHALL deliver these to its calling application",
  () => delivers("DEALER"),
);
