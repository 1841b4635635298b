/**
 * Sentences that the RFCs of socket types repeat for each type.
 *
 * @module
 */

import {
  ARRIVED,
  destroysAccepted,
  discardsQueue,
  keepsConnecting,
  queuesForEach,
  queuesOnAccepting,
  queuesOnConnecting,
} from "./queue_rules.ts";
import type { Says } from "./rfc.ts";
import {
  acceptsNoMore,
  blocks,
  discardsNothing,
  skipsTheFull,
  takesTurns,
} from "./send_rules.ts";
import type { TypeName } from "./sockets.ts";

/** How an RFC puts it. */
export interface Wording {
  /** Default: "double queue". */
  readonly queue?: string;
  /** Before the queue. Default: "a". */
  readonly article?: string;
  /** What it is called the second time. Default: the same. */
  readonly again?: string;
  /** Whose queue it is. Default: "peer". */
  readonly who?: string;
  /** The sentence of the queue for each peer. */
  readonly each?: string;
}

/** The queues of connections, made and accepted. */
export function queueSentences(
  says: Says,
  type: TypeName,
  wording: Wording = {},
): void {
  const { queue = "double queue", article = "a", who = "peer" } = wording;
  const { again = queue } = wording;
  says(
    wording.each ?? `SHALL maintain a ${queue} for each connected ${who}`,
    () => queuesForEach(type),
  );
  connectionSentences(says, type, { queue, article, again, who });
}

/** The queue of a connection, made or accepted. */
export function connectionSentences(
  says: Says,
  type: TypeName,
  wording: Wording,
): void {
  const { queue, article, again, who } = wording;
  const receives = !["PUB", "PUSH", "RADIO", "SCATTER"].includes(type);
  says(
    `SHALL create ${article} ${queue} when initiating an outgoing connection`,
    () => queuesOnConnecting(type),
  );
  says(
    `SHALL maintain the ${again} whether or not the connection is established`,
    () => keepsConnecting(type),
  );
  says(
    `SHALL create ${article} ${queue} when a ${who} connects to it`,
    () => queuesOnAccepting(type),
  );
  says(
    `the ${type} socket SHALL destroy its ${again}`,
    () => destroysAccepted(type),
  );
  says(
    "SHALL discard any messages it contains",
    () => discardsQueue(type),
    receives ? ARRIVED : undefined,
  );
}

/** Sending to whoever has room, in turn. */
export function balancedSentences(
  says: Says,
  type: TypeName,
  available = "when it has a outgoing queue that is not full",
): void {
  says(
    `SHALL consider a peer as available only ${available}`,
    () => skipsTheFull(type),
  );
  says(
    "SHALL route outgoing messages to available peers using a round-robin",
    () => takesTurns(type),
  );
  says(
    "SHALL block on sending, or return a suitable error, when it has no",
    () => blocks(type),
  );
  says(
    "SHALL not accept further messages when it has no available peers",
    () => acceptsNoMore(type),
  );
  says(
    "SHALL NOT discard messages that it cannot queue",
    () => discardsNothing(type),
  );
}
