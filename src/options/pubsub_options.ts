/**
 * Options of publishing and subscribing, groups included. Each is of some
 * socket types only. RFC 29 and RFC 48.
 *
 * @module
 */

import {
  choice,
  flag,
  integer,
  MAX_INTEGER,
  octets,
  option,
  type OptionGroup,
} from "./option.ts";

/**
 * What an XPUB socket receives: the first subscription to a topic and the
 * last cancellation (`null`), all subscriptions, or all cancellations too.
 */
export type Verbosity = null | "allSubs" | "allSubsUnsubs";

/** Options of publishing and subscribing; each socket type has some. */
export interface PubSubOptions {
  /**
   * True: a message is sent to all subscribers or none; while one of them is
   * at its high water mark, `send` waits. False: that one loses the message.
   * Works at once. Default: false. `ZMQ_XPUB_NODROP`
   */
  noDrop: boolean;
  /**
   * True: a message goes to whoever has no matching subscription. Must be the
   * same on both sides. Works at once. Default: false. `ZMQ_INVERT_MATCHING`
   */
  invertMatching: boolean;
  /**
   * Which subscriptions are received. Works at once. Default: null.
   * `ZMQ_XPUB_VERBOSE`, `ZMQ_XPUB_VERBOSER`
   */
  verbosity: Verbosity;
  /**
   * True: what peers subscribe to is received and not obeyed; `subscribe` and
   * `unsubscribe` act for the peer of the last one received. Works at once.
   * Default: false. `ZMQ_XPUB_MANUAL`
   */
  manual: boolean;
  /**
   * True: as `manual`, and the next message goes only to the peer of the last
   * subscription received. Works at once. Default: false.
   * `ZMQ_XPUB_MANUAL_LAST_VALUE`
   */
  manualLastValue: boolean;
  /**
   * A message to every new subscriber, whatever it subscribes to. Reads in the
   * form that it was set. Default: null. `ZMQ_XPUB_WELCOME_MSG`
   */
  welcomeMessage: string | Uint8Array | null;
  /**
   * True: a message of several frames is a subscription only by its first one,
   * and not by each. Works at once. Default: false. `ZMQ_ONLY_FIRST_SUBSCRIBE`
   */
  onlyFirstSubscribe: boolean;
  /**
   * True: every cancellation is sent, and not only the last one of a topic.
   * Works at once. Default: false. `ZMQ_XSUB_VERBOSE_UNSUBSCRIBE`
   */
  verboseUnsubscribe: boolean;
  /**
   * Different topics that are subscribed to now, through the socket or by it;
   * those of a peer with very many that left a moment ago may be among them.
   * Default: 0. `ZMQ_TOPICS_COUNT`
   */
  readonly topicsCount: number;
  /**
   * Octets of the longest topic that a peer may subscribe to; a longer one
   * ends the connection. -1 is no limit. Default: 65536. libzmq has no such
   * limit.
   */
  maxTopicSize: number;
  /**
   * Topics or groups that one peer may subscribe to; one more ends the
   * connection. -1 is no limit. Default: 100000. libzmq has no such limit.
   */
  maxTopics: number;
  /**
   * Octets of all topics or groups of one peer together; more ends the
   * connection. -1 is no limit. Default: 16777216. libzmq has no such limit.
   */
  maxTopicBytes: number;
}

const NO_LIMIT = { min: -1, lowest: "no limit" } as const;

/** The rows of {@linkcode PubSubOptions}. */
export const pubSubOptions = (): OptionGroup<PubSubOptions> => ({
  noDrop: flag({
    libzmq: [["ZMQ_XPUB_NODROP", 69]],
    types: ["PUB", "XPUB", "RADIO"],
    live: true,
  }),
  invertMatching: flag({
    libzmq: [["ZMQ_INVERT_MATCHING", 74]],
    types: ["PUB", "SUB", "XPUB", "XSUB"],
    live: true,
  }),
  verbosity: choice<Verbosity>({
    libzmq: [["ZMQ_XPUB_VERBOSE", 40], ["ZMQ_XPUB_VERBOSER", 78]],
    types: ["XPUB"],
    choices: [null, "allSubs", "allSubsUnsubs"],
    default: null,
    live: true,
  }),
  manual: flag({
    libzmq: [["ZMQ_XPUB_MANUAL", 71]],
    types: ["XPUB"],
    live: true,
  }),
  manualLastValue: flag({
    libzmq: [["ZMQ_XPUB_MANUAL_LAST_VALUE", 98]],
    types: ["XPUB"],
    live: true,
  }),
  welcomeMessage: octets({
    libzmq: [["ZMQ_XPUB_WELCOME_MSG", 72]],
    types: ["PUB", "XPUB"],
    min: 0,
    max: MAX_INTEGER,
  }),
  onlyFirstSubscribe: flag({
    libzmq: [["ZMQ_ONLY_FIRST_SUBSCRIBE", 108]],
    types: ["XPUB", "XSUB"],
    live: true,
  }),
  verboseUnsubscribe: flag({
    libzmq: [["ZMQ_XSUB_VERBOSE_UNSUBSCRIBE", 115]],
    types: ["XSUB"],
    live: true,
  }),
  topicsCount: option<number>({
    libzmq: [["ZMQ_TOPICS_COUNT", 116]],
    types: ["PUB", "SUB", "XPUB", "XSUB"],
    kind: "integer",
    access: "state",
    default: 0,
    unit: "topics",
  }),
  maxTopicSize: integer({
    types: ["PUB", "XPUB"],
    ...NO_LIMIT,
    default: 65536,
    unit: "octets",
  }),
  maxTopics: integer({
    types: ["PUB", "XPUB", "RADIO"],
    ...NO_LIMIT,
    default: 100000,
    unit: "topics",
  }),
  maxTopicBytes: integer({
    types: ["PUB", "XPUB", "RADIO"],
    ...NO_LIMIT,
    max: Number.MAX_SAFE_INTEGER,
    default: 16777216,
    unit: "octets",
  }),
});
