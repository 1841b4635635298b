/**
 * What two peers tell each other of themselves: the properties of the
 * handshake, and what is made of the peer's. RFC 37 "metadata".
 *
 * @module
 */

import { printable, toBytes, toText } from "../base/bytes.ts";
import { protocolError, quote } from "../base/errors.ts";
import type { Options } from "../options/options.ts";
import {
  compatible,
  identityTypes,
  type SocketType,
} from "../options/socket_type.ts";
import type { PeerInfo } from "../routing/peer.ts";
import { Metadata, type Property } from "../wire/metadata.ts";
import type { SharedProperties } from "./shared_properties.ts";

const SOCKET_TYPE = "Socket-Type";
const IDENTITY = "Identity";
/** RFC 37 "identity". */
const MAX_IDENTITY = 255;
const INVALID = "ERR_ZMTP_INVALID_METADATA";

/** The properties that a socket tells its peers. */
export function ownMetadata(type: SocketType, options: Options): Property[] {
  const properties: Property[] = [[SOCKET_TYPE, toBytes(type)]];
  if (identityTypes.has(type)) {
    properties.push([IDENTITY, options.routingId ?? new Uint8Array(0)]);
  }
  return [...properties, ...options.metadata];
}

/**
 * Checks what a peer tells. A peer without a socket type is accepted, as
 * libzmq does.
 *
 * @throws {ZmqError} `EPROTO` when the socket may not talk to such a peer.
 */
export function checkMetadata(
  type: SocketType,
  metadata: Metadata,
): void {
  const peerType = metadata.get(SOCKET_TYPE);
  if (peerType !== undefined && !compatible(type, toText(peerType))) {
    throw protocolError(
      INVALID,
      `A ${type} socket cannot talk to a peer of type ` +
        `"${printable(peerType, 32)}"`,
    );
  }
  const identity = identityOf(metadata);
  if (identity.length > MAX_IDENTITY || identity[0] === 0) {
    throw protocolError(
      INVALID,
      `Cannot accept an identity of ${identity.length} octets that begins ` +
        `with ${quote(identity[0])}: expected at most ${MAX_IDENTITY}, ` +
        "the first not 0",
    );
  }
}

/** The identity that a peer claims, or none. */
export function identityOf(metadata: Metadata | undefined): Uint8Array {
  const identity = metadata?.get(IDENTITY);
  if (metadata === undefined || identity === undefined) {
    return new Uint8Array(0);
  }
  // RFC 37: from other types it is to be ignored.
  const type = metadata.getText(SOCKET_TYPE);
  if (type !== undefined && !identityTypes.has(type as SocketType)) {
    return new Uint8Array(0);
  }
  return identity;
}

/** What the socket knows of a peer after the handshake. */
export function peerOf(
  address: string,
  mechanism: string,
  told: Metadata,
  userId: string,
  vouched: Metadata,
  shared: SharedProperties,
): PeerInfo {
  const properties = new Map<string, string>();
  // Of two with one name the first counts: ours is the authenticator's.
  for (const [name, value] of new Metadata([...vouched, ...told])) {
    properties.set(canonical(name), toText(value));
  }
  const identity = identityOf(told);
  return {
    address,
    routingId: identity.length > 0 ? identity : undefined,
    socketType: told.getText(SOCKET_TYPE) ?? "",
    mechanism,
    userId,
    properties: shared.share(properties),
  };
}

/**
 * The host of a peer's address, as ZAP wants it: without scheme and port.
 * RFC 27 "address". Of TIPC's sockets, "<1.1.2:4711>", it is the node.
 */
export function hostOf(address: string): string {
  const rest = address.slice(address.indexOf("://") + 3);
  if (!address.includes("://")) return address;
  const match = /^(?:\[([^\]]*)\]|<([^:]*)(?=:\d+>)|([^:]*)):\d+>?$/.exec(rest);
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? rest;
}

function canonical(name: string): string {
  switch (name.toLowerCase()) {
    case "socket-type":
      return SOCKET_TYPE;
    case "identity":
      return IDENTITY;
  }
  return name;
}
