/**
 * A socket that is bound to a path of the program's own HTTP server.
 *
 * @module
 */

import type { Clock } from "../../src/base/clock.ts";
import { ZmqError } from "../../src/base/errors.ts";
import type {
  ByteStream,
  ListenOptions,
  Subprotocol,
} from "../../src/transport/transport.ts";
import {
  type Grant,
  judgeOpening,
  type OpeningPolicy,
  type OpeningRequest,
  type Refusal,
  refusalError,
} from "../../src/wire/websocket_opening.ts";
import { originsOf } from "./transport.ts";

/** Who takes the WebSockets of one path. */
export interface AttachedPlace extends OpeningPolicy {
  /** The endpoint that the socket is bound to. */
  readonly endpoint: string;
  /** What is spoken there. */
  readonly subprotocols: readonly Subprotocol[];
  /** The options of each stream. */
  readonly options: ListenOptions;
  /** Timers. */
  readonly clock: Clock;
  /** Takes an opened WebSocket. */
  accept(stream: ByteStream): void;
}

/** The sockets by their paths. */
export type AttachedPlaces = ReadonlyMap<string, AttachedPlace>;

/** The place of a socket. */
export function attachedPlace(
  endpoint: string,
  options: ListenOptions,
  clock: Clock,
  accept: (stream: ByteStream) => void,
): AttachedPlace {
  return {
    endpoint,
    subprotocols: options.subprotocols ?? [],
    origins: originsOf(options),
    options,
    clock,
    accept,
  };
}

/**
 * Judges a request for the path of a socket; a refusal is told to the socket.
 *
 * @param peerAddress the peer's address as an endpoint, if it is known.
 */
export function judgeAttached(
  request: OpeningRequest,
  path: string,
  places: AttachedPlaces,
  peerAddress: string | undefined,
): Grant<AttachedPlace> | Refusal {
  const place = places.get(path);
  const verdict = judgeOpening(request, () => place);
  if (place === undefined) return verdict;
  if ("status" in verdict) {
    const { code, message, reason } = refusalError(verdict);
    const address = peerAddress ?? place.endpoint;
    place.options.onAcceptError?.(
      new ZmqError(code, `${message} (${address})`, {
        address,
        ...(reason && { reason }),
      }),
    );
    return verdict;
  }
  if (place.options.admits?.(peerAddress ?? place.endpoint) !== false) {
    return verdict;
  }
  return { status: 403, why: "This address may not connect" };
}
