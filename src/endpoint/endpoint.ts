/**
 * Endpoints as users write them: `scheme://address`.
 *
 * Only the scheme is understood here; each transport parses its own address.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";

/** An endpoint split at its scheme. */
export interface Endpoint {
  /** The scheme without `://`, lower case as written. */
  readonly scheme: string;
  /** What follows `://`. */
  readonly address: string;
  /** The whole endpoint as it was given. */
  readonly text: string;
}

/**
 * Splits an endpoint.
 *
 * @throws {ZmqError} `EINVAL` when there is no scheme or no address.
 */
export function parseEndpoint(text: string): Endpoint {
  if (typeof text !== "string") {
    throw new ZmqError(
      "EINVAL",
      `Cannot use ${quote(text)} as an endpoint: expected a string`,
    );
  }
  const split = text.indexOf("://");
  const scheme = text.slice(0, Math.max(split, 0));
  const address = text.slice(split + 3);
  // Schemes are case-sensitive, as in libzmq; a NUL would cut a C string.
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme) || address === "") {
    throw new ZmqError(
      "EINVAL",
      `Cannot parse endpoint ${quote(text)}: expected "scheme://address"`,
      { address: text },
    );
  }
  if (address.includes("\0")) {
    throw new ZmqError(
      "EINVAL",
      `Cannot parse endpoint ${quote(text)}: it holds a NUL character`,
      { address: text },
    );
  }
  return { scheme, address, text };
}
