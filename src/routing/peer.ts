/**
 * What a socket knows of one peer.
 *
 * @module
 */

/** One peer of a socket, as applications see it. */
export interface PeerInfo {
  /** The peer's address, `tcp://127.0.0.1:49152`, or the inproc endpoint. */
  readonly address: string;
  /** The routing id under which a ROUTER, SERVER or PEER socket knows it. */
  readonly routingId: Uint8Array | number | undefined;
  /** The peer's socket type; empty when it did not tell. */
  readonly socketType: string;
  /** `"NULL"`, `"PLAIN"`, `"CURVE"`, …; empty on inproc. */
  readonly mechanism: string;
  /** The user id that the authenticator gave it; empty without one. */
  readonly userId: string;
  /**
   * The properties of the peer's handshake and of its authentication, by
   * canonical name. Values are octets as text (UTF-8).
   */
  readonly properties: ReadonlyMap<string, string>;
}

/** The same for a user: octets of the user's own. */
export function ownPeer(peer: PeerInfo): PeerInfo {
  const { routingId } = peer;
  if (!(routingId instanceof Uint8Array)) return peer;
  return { ...peer, routingId: routingId.slice() };
}

const NO_PROPERTIES: ReadonlyMap<string, string> = new Map();

/** A peer of which only the address is known. */
export function plainPeer(address: string, socketType = ""): PeerInfo {
  return {
    address,
    routingId: undefined,
    socketType,
    mechanism: "",
    userId: "",
    properties: NO_PROPERTIES,
  };
}
