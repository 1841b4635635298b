/**
 * Options that bound what a peer can cost. Their defaults hold for peers that
 * nobody vouches for.
 *
 * @module
 */

import { integer, type OptionGroup } from "./option.ts";

/** Limits of every socket on what a peer may send, and on what is queued. */
export interface LimitOptions {
  /**
   * Octets of the largest frame that is accepted; a larger one ends the
   * connection. -1 is no limit. Default: -1. `ZMQ_MAXMSGSIZE`
   */
  maxMessageSize: number;
  /**
   * Octets of the largest message that is accepted, all frames together, each
   * frame after the sixteenth with 128 more; a larger one ends the connection.
   * -1 is no limit. Default: 67108864. libzmq has no such limit.
   */
  maxMessageBytes: number;
  /**
   * Frames of the longest message that is accepted; a longer one ends the
   * connection. -1 is no limit. Default: 16384. libzmq has no such limit.
   */
  maxMessageParts: number;
  /**
   * Octets of the largest handshake command that is accepted from a peer that
   * is not logged in yet. Default: 65536. libzmq uses its `ZMQ_MAXMSGSIZE`.
   */
  maxHandshakeSize: number;
  /**
   * Properties that a peer may tell of itself in the handshake. Default: 64.
   * libzmq has no such limit.
   */
  maxProperties: number;
  /**
   * Connections of one listener that may be in their handshake at once; one
   * more closes the oldest. -1 is no limit. Default: 1000. libzmq has no such
   * limit.
   */
  maxPendingHandshakes: number;
  /**
   * Octets that may wait to be sent to one peer, and as many to be received
   * from it: with them, or more, a queue counts as being at its high water
   * mark. One message beyond is taken when there is any room. On its way in,
   * each frame after the first of a message counts 128 more, as it takes about
   * that beside its octets. Over inproc one queue holds the sum of both sides'
   * limits. -1 is no limit. Default: 67108864. libzmq has no such limit.
   */
  maxQueuedBytes: number;
}

/** 64 MiB. */
const MESSAGE_OCTETS = 67108864;
const NO_LIMIT = { min: -1, lowest: "no limit" } as const;

/** The rows of {@linkcode LimitOptions}. */
export const limitOptions = (): OptionGroup<LimitOptions> => ({
  maxMessageSize: integer({
    libzmq: [["ZMQ_MAXMSGSIZE", 22]],
    ...NO_LIMIT,
    max: Number.MAX_SAFE_INTEGER,
    default: -1,
    unit: "octets",
  }),
  maxMessageBytes: integer({
    ...NO_LIMIT,
    max: Number.MAX_SAFE_INTEGER,
    default: MESSAGE_OCTETS,
    unit: "octets",
  }),
  maxMessageParts: integer({ ...NO_LIMIT, default: 16384, unit: "frames" }),
  // The least that carries CURVE's INITIATE with a long Identity.
  maxHandshakeSize: integer({ min: 1024, default: 65536, unit: "octets" }),
  maxProperties: integer({ min: 1, default: 64, unit: "properties" }),
  maxPendingHandshakes: integer({
    ...NO_LIMIT,
    default: 1000,
    unit: "connections",
  }),
  maxQueuedBytes: integer({
    ...NO_LIMIT,
    max: Number.MAX_SAFE_INTEGER,
    default: MESSAGE_OCTETS,
    unit: "octets",
  }),
});
