/**
 * In place of `adapters/upgrades.ts` in what is built for browsers: they have
 * no HTTP server to attach to.
 *
 * @module
 */

import { ZmqError } from "../../src/base/errors.ts";

/** Throws when it is made. */
export class WebSocketUpgrades {
  /** @throws {ZmqError} `ENOTSUP`. */
  constructor() {
    throw new ZmqError(
      "ENOTSUP",
      "Cannot attach to an HTTP server: the web runtime has none",
    );
  }
}
