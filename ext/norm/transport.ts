/**
 * The transport.
 *
 * @module
 */

import {
  context,
  type Endpoint,
  type MulticastSettings,
  type MulticastSink,
  type MulticastSocket,
  type MulticastTransport,
  type Runtime,
} from "../../mod.ts";
import { loadedPerRuntime } from "../ffi/loading.ts";
import { loadFfi } from "../ffi/mod.ts";
import { parseNorm } from "./address.ts";
import { NormInstance } from "./instance.ts";
import { LibNorm } from "./library.ts";
import { closeNorm, openNorm } from "./open.ts";
import { NormReceiver } from "./receiver.ts";
import { NormSender } from "./sender.ts";
import { NORM_OPTIONS, readSettings } from "./settings.ts";

/** How the transport is made. */
export interface NormInit {
  /** The runtime. Default: the one at hand. */
  readonly runtime?: Runtime | undefined;
}

const load = loadedPerRuntime(async (runtime) => {
  const instance = new NormInstance(new LibNorm(await loadFfi(runtime)));
  const host = await runtime.native?.();
  // Sockets that do not keep the process running may still be open then. The
  // process goes on after the end of a worker, with what is left of it.
  host?.onExit(() => host.inWorker ? instance.destroy() : instance.stop());
  return instance;
});

/** NORM under its scheme. */
export class NormTransport implements MulticastTransport {
  readonly scheme = "norm";
  readonly framing = "norm";
  readonly options: ReadonlySet<string> = new Set(NORM_OPTIONS);
  readonly #runtime: Runtime;

  /** Loads nothing yet. */
  constructor(init: NormInit) {
    this.#runtime = init.runtime ?? context.runtime;
  }

  /** Opens a socket. */
  async open(
    endpoint: Endpoint,
    settings: MulticastSettings,
    sink: MulticastSink,
  ): Promise<MulticastSocket> {
    const { text } = endpoint;
    const address = parseNorm(endpoint);
    const asked = readSettings(settings, text);
    const instance = await load(this.#runtime);
    settings.signal.throwIfAborted();
    const open = await openNorm(instance, address, text, asked);
    const { clock } = this.#runtime;
    try {
      return asked.sends
        ? new NormSender(instance, clock, open, text, asked, sink)
        : new NormReceiver(instance, clock, open, text, asked.buffer, sink);
    } catch (cause) {
      closeNorm(instance, open.session);
      throw cause;
    }
  }
}
