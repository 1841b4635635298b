/**
 * The client's side of the opening handshake over a byte stream.
 *
 * @module
 */

import type { Clock } from "../../src/base/clock.ts";
import { quote, ZmqError } from "../../src/base/errors.ts";
import type { ByteStream, Subprotocol } from "../../src/transport/transport.ts";
import {
  HeadReader,
  openingReason,
  statusLine,
} from "../../src/wire/http_head.ts";
import {
  acceptKey,
  checkResponse,
  encodeRequest,
  openingKey,
} from "../../src/wire/websocket_opening.ts";
import { toZmqError } from "../errors.ts";
import { HeadStream, WebSocketByteStream } from "./head_stream.ts";

/** What a client wants to open. */
export interface ClientOpening {
  /** The endpoint as it was given. */
  readonly endpoint: string;
  /** The host and, unless it is the scheme's own, the port. */
  readonly host: string;
  /** The path and the query. */
  readonly target: string;
  /** What may be spoken, best first. */
  readonly subprotocols: readonly Subprotocol[];
  /** Milliseconds that it may take; 0 is no limit. */
  readonly time: number;
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

/**
 * Opens a WebSocket over a stream that was not started.
 *
 * @throws {ZmqError} when the server does not want to, or breaks the protocol;
 * the stream is closed then.
 */
export async function openAsClient(
  stream: ByteStream,
  opening: ClientOpening,
  clock: Clock,
): Promise<ByteStream> {
  const { subprotocols, signal } = opening;
  const now = clock.now();
  const head = new HeadStream(stream, now);
  let late = false;
  const abort = (): void => head.close();
  const giveUp = (): void => {
    late = true;
    head.close();
  };
  const timer = opening.time > 0
    ? clock.setTimer(giveUp, Math.max(0, head.since + opening.time - now))
    : undefined;
  signal.addEventListener("abort", abort, { once: true });
  try {
    const key = openingKey();
    const accept = await acceptKey(key);
    signal.throwIfAborted();
    const reading = head.head(new HeadReader(statusLine));
    head.write([encodeRequest({ ...opening, key })]);
    const response = await reading;
    signal.throwIfAborted();
    const chosen = checkResponse(response, accept, subprotocols);
    return new WebSocketByteStream(head, {
      subprotocol: chosen as Subprotocol,
      role: "client",
      masked: true,
      canPing: true,
    });
  } catch (cause) {
    head.close();
    if (signal.aborted) throw signal.reason;
    throw late ? lateError(opening) : about(cause, opening.endpoint);
  } finally {
    timer?.cancel();
    signal.removeEventListener("abort", abort);
  }
}

function lateError({ endpoint, time }: ClientOpening): ZmqError {
  return new ZmqError(
    "ETIMEDOUT",
    `Cannot connect to ${quote(endpoint)}: the server did not open the ` +
      `WebSocket within ${time} ms`,
    { address: endpoint, reason: openingReason },
  );
}

/** The error, with the endpoint that it is about, and what it was about. */
function about(cause: unknown, address: string): ZmqError {
  const isOurs = cause instanceof ZmqError;
  const { code, message, reason = openingReason } = isOurs
    ? cause
    : toZmqError(cause, "connect", address);
  const what = isOurs
    ? `Cannot connect to ${quote(address)}: ${lowerFirst(message)}`
    : message;
  return new ZmqError(code, what, { address, cause, reason });
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
