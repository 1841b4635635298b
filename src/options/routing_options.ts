/**
 * Options of how messages find their peers, requests and replies included.
 * Each is of some socket types only.
 *
 * @module
 */

import {
  choice,
  flag,
  MAX_INTEGER,
  octets,
  type OptionGroup,
} from "./option.ts";

/** Which comings and goings of peers a socket is told of: both, none, one. */
export type Notify = boolean | "connect" | "disconnect";

/** Options of routing; each socket type has some of them. */
export interface RoutingOptions {
  /**
   * The name that the socket tells ROUTER peers, 1 to 255 octets, the first of
   * them not zero. Reads in the form that it was set. Default: null.
   * `ZMQ_ROUTING_ID`
   */
  routingId: string | Uint8Array | null;
  /**
   * True: sending to a routing id that no peer has fails with `EHOSTUNREACH`,
   * to a peer at its high water mark it waits. False: the message is dropped.
   * Works at once. Default: false. `ZMQ_ROUTER_MANDATORY`
   */
  mandatory: boolean;
  /**
   * True: a new peer takes over the routing id of another one, whose
   * connection is closed. False: the new one is refused. Works at once.
   * Default: false. `ZMQ_ROUTER_HANDOVER`
   */
  handover: boolean;
  /**
   * True: an empty message greets every new peer, so that a ROUTER knows the
   * socket before it has sent anything. Works at once. Default: false.
   * `ZMQ_PROBE_ROUTER`
   */
  probeRouter: boolean;
  /**
   * True: requests carry a number, and replies without it are dropped. Works
   * at once. Default: false. `ZMQ_REQ_CORRELATE`
   */
  correlate: boolean;
  /**
   * True: another request may be sent before the reply has come, which is then
   * dropped; use it with `correlate`. Works at once. Default: false.
   * `ZMQ_REQ_RELAXED`
   */
  relaxed: boolean;
  /**
   * True: queues keep the newest message only, of one frame, and high water
   * marks do not count. Default: false. `ZMQ_CONFLATE`
   */
  conflate: boolean;
  /**
   * Which peers that come and go are announced by a message of their routing
   * id and an empty frame: `true` is both. Default: false; true for STREAM.
   * `ZMQ_ROUTER_NOTIFY`, `ZMQ_STREAM_NOTIFY`
   */
  notify: Notify;
  /**
   * The first message to every new peer. Reads in the form that it was set.
   * Default: null. `ZMQ_HELLO_MSG`
   */
  helloMessage: string | Uint8Array | null;
  /**
   * A message that the socket itself receives when a peer that connected to it
   * goes. Reads in the form that it was set. Default: null.
   * `ZMQ_DISCONNECT_MSG`
   */
  disconnectMessage: string | Uint8Array | null;
  /**
   * A message that the socket itself receives when a connection that it made
   * is lost. Reads in the form that it was set. Default: null.
   * `ZMQ_HICCUP_MSG`
   */
  hiccupMessage: string | Uint8Array | null;
}

const MESSAGE = { min: 0, max: MAX_INTEGER } as const;

/** The rows of {@linkcode RoutingOptions}. */
export const routingOptions = (): OptionGroup<RoutingOptions> => ({
  routingId: octets({
    libzmq: [["ZMQ_ROUTING_ID", 5]],
    types: ["REQ", "REP", "DEALER", "ROUTER"],
    // RFC 28: an identity that begins with a zero octet is the ROUTER's own.
    reservesZero: true,
  }),
  mandatory: flag({
    libzmq: [["ZMQ_ROUTER_MANDATORY", 33]],
    types: ["ROUTER"],
    live: true,
  }),
  handover: flag({
    libzmq: [["ZMQ_ROUTER_HANDOVER", 56]],
    types: ["ROUTER"],
    live: true,
  }),
  probeRouter: flag({
    libzmq: [["ZMQ_PROBE_ROUTER", 51]],
    types: ["REQ", "DEALER", "ROUTER"],
    live: true,
  }),
  correlate: flag({
    libzmq: [["ZMQ_REQ_CORRELATE", 52]],
    types: ["REQ"],
    live: true,
  }),
  relaxed: flag({
    libzmq: [["ZMQ_REQ_RELAXED", 53]],
    types: ["REQ"],
    live: true,
  }),
  conflate: flag({
    libzmq: [["ZMQ_CONFLATE", 54]],
    types: ["PUB", "SUB", "DEALER", "PULL", "PUSH", "GATHER", "SCATTER"],
  }),
  notify: choice<Notify>({
    libzmq: [["ZMQ_STREAM_NOTIFY", 73], ["ZMQ_ROUTER_NOTIFY", 97]],
    types: ["ROUTER", "STREAM"],
    choices: [true, false, "connect", "disconnect"],
    codes: [3, 0, 1, 2],
    default: false,
    defaults: { STREAM: true },
  }),
  helloMessage: octets({
    libzmq: [["ZMQ_HELLO_MSG", 110]],
    types: ["DEALER", "ROUTER", "SERVER", "CLIENT", "PEER"],
    ...MESSAGE,
  }),
  disconnectMessage: octets({
    libzmq: [["ZMQ_DISCONNECT_MSG", 111]],
    types: ["ROUTER", "SERVER", "PEER"],
    ...MESSAGE,
  }),
  hiccupMessage: octets({
    libzmq: [["ZMQ_HICCUP_MSG", 114]],
    types: ["DEALER", "CLIENT", "PEER"],
    ...MESSAGE,
  }),
});
