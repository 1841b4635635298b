/**
 * Transports that are loaded when their first endpoint is opened.
 *
 * @module
 */

import { loadedOnce } from "../base/loading.ts";
import type { Transport } from "./transport.ts";

/** What is known of a transport before it is loaded. */
export interface LazyTransport extends Omit<Transport, "connect" | "listen"> {
  /** Loads it. */
  load(): Promise<Transport>;
}

/** A transport that is loaded when its first endpoint is opened. */
export function lazyTransport({ load, ...known }: LazyTransport): Transport {
  const loaded = loadedOnce(load);
  return {
    ...known,
    async connect(endpoint, options) {
      return (await loaded()).connect(endpoint, options);
    },
    async listen(endpoint, options, accept) {
      return (await loaded()).listen(endpoint, options, accept);
    },
  };
}
