/**
 * The two transports: PGM over IP, and inside of UDP.
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
import { loadFfi, toZmqError } from "../ffi/mod.ts";
import { OpenPgm } from "./library.ts";
import { openPgm } from "./open.ts";
import { PGM_OPTIONS, readSettings } from "./settings.ts";
import { PgmSocket } from "./socket.ts";

/** How a transport is made. */
export interface PgmInit {
  /** The runtime. Default: the one at hand. */
  readonly runtime?: Runtime | undefined;
}

const load = loadedPerRuntime(async (runtime) =>
  new OpenPgm(await loadFfi(runtime))
);

/** PGM under one of its schemes. */
export class PgmTransport implements MulticastTransport {
  readonly scheme: "pgm" | "epgm";
  readonly framing = "pgm";
  readonly options: ReadonlySet<string> = new Set(PGM_OPTIONS);
  readonly #runtime: Runtime;

  /** Loads nothing yet. */
  constructor(scheme: "pgm" | "epgm", init: PgmInit) {
    this.scheme = scheme;
    this.#runtime = init.runtime ?? context.runtime;
  }

  /** Opens a socket. */
  async open(
    endpoint: Endpoint,
    settings: MulticastSettings,
    sink: MulticastSink,
  ): Promise<MulticastSocket> {
    const { text } = endpoint;
    const asked = readSettings(settings, text);
    const library = await load(this.#runtime);
    settings.signal.throwIfAborted();
    const sock = await openPgm(library, endpoint, asked);
    const { clock } = this.#runtime;
    const socket = new PgmSocket(library, clock, sock, text, sink);
    try {
      socket.start(asked.sends);
      return socket;
    } catch (cause) {
      await socket.close();
      throw toZmqError(cause, `Cannot open "${text}"`, text);
    }
  }
}
