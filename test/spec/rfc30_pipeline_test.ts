/**
 * RFC 30: PUSH and PULL.
 *
 * @module
 */

import {
  ARRIVED,
  changesNothing,
  delivers,
  destroysAccepted,
  discardsQueue,
  keepsConnecting,
  queuesFairly,
  queuesForEach,
  queuesOnAccepting,
  queuesOnConnecting,
} from "../kit/queue_rules.ts";
import { section } from "../kit/rfc.ts";
import {
  acceptsNoMore,
  blocks,
  discardsNothing,
  onlyReceives,
  onlySends,
  skipsTheFull,
  takesTurns,
} from "../kit/send_rules.ts";

const push = section(30, "The PUSH Socket Type");

push("SHALL only send messages", () => onlySends("PUSH"));
push(
  "SHALL not filter or modify outgoing messages in any way",
  () => changesNothing("PUSH"),
);
push(
  "SHALL maintain an outgoing message queue for each connected peer",
  () => queuesForEach("PUSH"),
);
push(
  "SHALL create this queue when initiating an outgoing connection to a peer",
  () => queuesOnConnecting("PUSH"),
);
push(
  "SHALL maintain the queue whether or not the connection is established",
  () => keepsConnecting("PUSH"),
);
push(
  "SHALL create this queue when a peer connects to it",
  () => queuesOnAccepting("PUSH"),
);
push(
  "If this peer disconnects, the PUSH socket SHALL destroy its queue",
  () => destroysAccepted("PUSH"),
);
push("SHALL discard any messages it contains", () => discardsQueue("PUSH"));
push(
  "SHALL consider a peer as available only when it has a outgoing queue that",
  () => skipsTheFull("PUSH"),
);
push(
  "SHALL route outgoing messages to available peers using a round-robin",
  () => takesTurns("PUSH"),
);
push(
  "SHALL block on sending, or return a suitable error",
  () => blocks("PUSH"),
);
push(
  "SHALL not accept further messages when it has no available peers",
  () => acceptsNoMore("PUSH"),
);
push(
  "SHALL NOT discard messages that it cannot queue",
  () => discardsNothing("PUSH"),
);

const pull = section(30, "The PULL Socket Type");

pull("SHALL only receive messages", () => onlyReceives("PULL"));
pull(
  "SHALL not filter or modify incoming messages in any way",
  () => changesNothing("PULL"),
);
pull(
  "SHALL maintain an incoming queue for each connected peer",
  () => queuesForEach("PULL"),
);
pull(
  "SHALL create this queue when initiating an outgoing connection to a peer",
  () => queuesOnConnecting("PULL"),
);
pull(
  "SHALL maintain the queue whether or not the connection is established",
  () => keepsConnecting("PULL"),
);
pull(
  "SHALL create this queue when a peer connects to it",
  () => queuesOnAccepting("PULL"),
);
pull(
  "If this peer disconnects, the PULL socket SHALL destroy its queue",
  () => destroysAccepted("PULL"),
);
pull(
  "SHALL discard any messages it contains",
  () => discardsQueue("PULL"),
  ARRIVED,
);
pull(
  "SHALL receive incoming messages from its peers using a fair-queuing",
  () => queuesFairly("PULL"),
);
pull("SHALL deliver these to its calling application", () => delivers("PULL"));
