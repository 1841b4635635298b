/**
 * What goes wrong with a connection, as errors and events.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { EventType } from "./host.ts";

/**
 * Anything thrown or reported, as an error of the library: what is none
 * already becomes one with the code given.
 */
export function toZmqError(
  cause: unknown,
  code: "ECONNRESET" | "EPROTO",
  what: string,
): ZmqError {
  if (cause instanceof ZmqError) return cause;
  const why = cause instanceof Error ? cause.message : quote(cause);
  return new ZmqError(code, `${what}: ${why}`, { cause });
}

/** The event for a handshake that failed with an error. */
export function handshakeEvent(error: ZmqError): EventType {
  switch (error.code) {
    case "EACCES":
      return "handshake:error:auth";
    case "EPROTO":
    case "EMSGSIZE":
      return "handshake:error:protocol";
  }
  return "handshake:error:other";
}

/**
 * True for a handshake below ZMTP that failed, of TLS or of HTTP: for libzmq,
 * these are part of its own.
 */
export function isHandshakeFailure({ reason = "" }: ZmqError): boolean {
  return /^ERR_(TLS|WS)_/.test(reason);
}
