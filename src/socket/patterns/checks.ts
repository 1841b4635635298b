/**
 * Checks that several patterns make of what they are given.
 *
 * @module
 */

import { ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { DatagramPipe } from "../../routing/datagram_pipe.ts";

/** Octets of the longest group name. */
const GROUP_LIMIT = 255;

/**
 * Refuses a message of several frames on a type that has none (RFC 41, 48,
 * 49, 51, 52: "MUST NOT" send multi-part messages).
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function requireSinglePart(type: SocketType, message: Message): void {
  if (message.length === 1) return;
  throw new ZmqError(
    "EINVAL",
    `Cannot send ${message.length} frames on a ${type} socket: expected one`,
  );
}

/** The error of an operation that a socket type does not have. */
export function unsupported(
  type: SocketType,
  operation: "send" | "receive",
): ZmqError {
  return new ZmqError("ENOTSUP", `A ${type} socket cannot ${operation}`);
}

/** What is wrong with a group name; `undefined` when it is one (RFC 48). */
export function groupFault(group: Uint8Array): string | undefined {
  if (group.length > GROUP_LIMIT) {
    return `expected at most ${GROUP_LIMIT} octets, got ${group.length}`;
  }
  return group.includes(0) ? "expected no octet 0" : undefined;
}

/**
 * Refuses a message that is too large for one datagram.
 *
 * @throws {ZmqError} `EMSGSIZE`.
 */
export function requireDatagramSize(
  pipe: DatagramPipe,
  message: Message,
): void {
  const size = pipe.sizeOf(message);
  if (size <= pipe.maxSize) return;
  throw new ZmqError(
    "EMSGSIZE",
    `Cannot send a datagram of ${size} octets: expected at most ` +
      `${pipe.maxSize}, the limit of maxDatagramSize`,
    { address: pipe.endpoint },
  );
}
