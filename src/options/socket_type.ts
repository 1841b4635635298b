/**
 * The socket types: their names in the handshake, their numbers, and who may
 * talk to whom. RFC 23 and RFC 37.
 *
 * @module
 */

/**
 * Every socket type by its handshake name, with its number: libzmq's
 * `ZMQ_TYPE`, and the socket-type octet of a ZMTP 2.0 greeting (RFC 15).
 */
export const SOCKET_TYPES = {
  PAIR: 0,
  PUB: 1,
  SUB: 2,
  REQ: 3,
  REP: 4,
  DEALER: 5,
  ROUTER: 6,
  PULL: 7,
  PUSH: 8,
  XPUB: 9,
  XSUB: 10,
  STREAM: 11,
  SERVER: 12,
  CLIENT: 13,
  RADIO: 14,
  DISH: 15,
  GATHER: 16,
  SCATTER: 17,
  DGRAM: 18,
  PEER: 19,
  CHANNEL: 20,
} as const;

/** A socket type by its handshake name. */
export type SocketType = keyof typeof SOCKET_TYPES;

/** Every socket type, in the order of their numbers. */
export const socketTypes: readonly SocketType[] = Object.keys(
  SOCKET_TYPES,
) as SocketType[];

// STREAM and DGRAM have no handshake, so nobody to be checked there.
const peersOf: Readonly<Record<SocketType, readonly string[]>> = {
  PAIR: ["PAIR"],
  PUB: ["SUB", "XSUB"],
  SUB: ["PUB", "XPUB"],
  REQ: ["REP", "ROUTER"],
  REP: ["REQ", "DEALER"],
  DEALER: ["REP", "DEALER", "ROUTER"],
  ROUTER: ["REQ", "DEALER", "ROUTER"],
  PULL: ["PUSH"],
  PUSH: ["PULL"],
  XPUB: ["SUB", "XSUB"],
  XSUB: ["PUB", "XPUB"],
  STREAM: [],
  SERVER: ["CLIENT"],
  CLIENT: ["SERVER"],
  RADIO: ["DISH"],
  DISH: ["RADIO"],
  GATHER: ["SCATTER"],
  SCATTER: ["GATHER"],
  DGRAM: [],
  PEER: ["PEER"],
  CHANNEL: ["CHANNEL"],
};

/**
 * Types whose messages have exactly one frame; libzmq calls them thread-safe.
 */
export const singlePartTypes: ReadonlySet<SocketType> = new Set<SocketType>([
  "SERVER",
  "CLIENT",
  "RADIO",
  "DISH",
  "GATHER",
  "SCATTER",
  "PEER",
  "CHANNEL",
]);

/** Types that can use datagrams: those that get along without a handshake. */
export const datagramTypes: ReadonlySet<SocketType> = new Set<SocketType>([
  "RADIO",
  "DISH",
  "DGRAM",
]);

/** Types that can use reliable multicast, which goes one way only. */
export const multicastTypes: ReadonlySet<SocketType> = new Set<SocketType>([
  "PUB",
  "SUB",
  "XPUB",
  "XSUB",
]);

/** True for the types that multicast; their peers, SUB and XSUB, listen. */
export function publishes(type: SocketType): boolean {
  return type === "PUB" || type === "XPUB";
}

const unsent: readonly SocketType[] = ["SUB", "PULL", "DISH", "GATHER"];
const unreceived: readonly SocketType[] = ["PUB", "PUSH", "RADIO", "SCATTER"];

/** Types whose users can send messages. */
export const sendingTypes: readonly SocketType[] = socketTypes.filter(
  (type) => !unsent.includes(type),
);

/** Types whose users can receive messages. */
export const receivingTypes: readonly SocketType[] = socketTypes.filter(
  (type) => !unreceived.includes(type),
);

/** Types that send an `Identity` property in the handshake. RFC 23. */
export const identityTypes: ReadonlySet<SocketType> = new Set<SocketType>([
  "REQ",
  "DEALER",
  "ROUTER",
]);

/**
 * True when a socket may talk to a peer that says it is of the type `peer`:
 * the text of the `Socket-Type` property, compared exactly. RFC 37.
 */
export function compatible(local: SocketType, peer: string): boolean {
  return peersOf[local].includes(peer);
}
