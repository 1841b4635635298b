/**
 * What peers tell each other of themselves before ZMTP 3.0: the number of
 * their socket type (2.0 only) and their identity, as the first frame. RFC 15
 * "greeting", RFC 13 "The Connection Layer".
 *
 * @module
 */

import { concat, EMPTY, toBytes } from "../base/bytes.ts";
import { protocolError } from "../base/errors.ts";
import type { ProtocolVersion } from "../options/connection_options.ts";
import type { Options } from "../options/options.ts";
import {
  SOCKET_TYPES,
  type SocketType,
  socketTypes,
} from "../options/socket_type.ts";
import { encodeFrame } from "../wire/framing.ts";
import type { Greeting, MajorVersion } from "../wire/greeting.ts";
import { encodeOldFrame } from "../wire/old_framing.ts";
import { Metadata, type Property } from "../wire/metadata.ts";

/** RFC 13 and RFC 15 "identity". */
const MAX_IDENTITY = 255;

const MAJORS: Readonly<Record<ProtocolVersion, MajorVersion>> = {
  "1.0": 1,
  "2.0": 2,
  "3.0": 3,
};

/** The types that others have the number of: XPUB and XSUB are API only. */
const told: Partial<Readonly<Record<SocketType, SocketType>>> = {
  XPUB: "PUB",
  XSUB: "SUB",
};

/**
 * The oldest version that a socket may speak. Older ones have no mechanisms:
 * whoever asks for security must not be talked out of it.
 */
export function oldestVersion(
  type: SocketType,
  mechanism: string,
  options: Options,
): MajorVersion {
  const isSecured = mechanism !== "NULL" || (options.zapDomain ?? "") !== "";
  const isNewer = SOCKET_TYPES[type] > SOCKET_TYPES.XSUB;
  return isSecured || isNewer ? 3 : MAJORS[options.minProtocolVersion];
}

/**
 * What we say of ourselves once a peer proves to be old.
 *
 * @param signed false for a peer that has taken our signature for the header
 * of the identity frame: then only its body is missing.
 */
export function ownIntroduction(
  type: SocketType,
  options: Options,
  major: MajorVersion,
  signed: boolean,
): Uint8Array {
  const identity = options.routingId ?? EMPTY;
  if (!signed) return identity;
  const code = Uint8Array.of(SOCKET_TYPES[told[type] ?? type]);
  const encode = major === 1 ? encodeOldFrame : encodeFrame;
  return concat([code, encode(0, identity)]);
}

/**
 * What an old peer tells of itself, as later ones do.
 *
 * @throws {ZmqError} `EPROTO` when it is malformed.
 */
export function peerIntroduction(
  greeting: Greeting,
  flags: number,
  identity: Uint8Array,
): Metadata {
  if (flags !== 0 || identity.length > MAX_IDENTITY) {
    throw protocolError(
      "ERR_ZMTP_UNSPECIFIED",
      `Cannot accept a frame of ${identity.length} octets with flags ` +
        `0x${flags.toString(16)} as an identity: expected a final frame of ` +
        `at most ${MAX_IDENTITY}`,
    );
  }
  const properties: Property[] = [["Identity", identity]];
  const { socketType } = greeting;
  if (socketType !== undefined) {
    // libzmq has numbers for XPUB and XSUB; a number of no type is its text.
    const name = socketTypes[socketType] ?? `${socketType}`;
    properties.unshift(["Socket-Type", toBytes(name)]);
  }
  return new Metadata(properties);
}
