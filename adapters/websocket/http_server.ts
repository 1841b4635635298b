/**
 * What HTTP servers hand over, as far as it is used: no types of a runtime.
 *
 * @module
 */

/** A request to upgrade as `node:http` gives it. */
export interface UpgradeRequest {
  /** `"GET"`. */
  readonly method?: string | undefined;
  /** The path and the query. */
  readonly url?: string | undefined;
  /** `"1.1"`. */
  readonly httpVersion: string;
  /** Names and values of the fields in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

/** The connection of a request to upgrade as `node:http` gives it. */
export interface UpgradeSocket {
  /** Drops the connection. */
  destroy(): unknown;
}

/** What `Bun.serve` calls for its WebSockets. */
export interface BunWebSocketHandlers {
  /** Octets of the longest message. */
  readonly maxPayloadLength: number;
  /** Octets that may wait to be sent to one peer. */
  readonly backpressureLimit: number;
  /** Nothing is compressed. */
  readonly perMessageDeflate: false;
  /** A WebSocket was opened. */
  // deno-lint-ignore no-explicit-any
  open(socket: any): void;
  /** A message came. */
  // deno-lint-ignore no-explicit-any
  message(socket: any, data: string | Uint8Array): void;
  /** A WebSocket is gone. */
  // deno-lint-ignore no-explicit-any
  close(socket: any, code: number, reason: string): void;
}
