/**
 * A context: the sockets that share inproc names, a runtime and an
 * authenticator.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { Authenticator } from "../security/zap.ts";
import { InprocRegistry } from "../socket/inproc.ts";
import type { OwnedSocket, SocketServices } from "../socket/services.ts";
import type { Runtime } from "../transport/runtime.ts";
import type { Transport } from "../transport/transport.ts";
import { ZapClient } from "./zap_client.ts";

/** Loads the transport of a scheme when it is first used. */
export type TransportLoader = (scheme: string) => Transport | undefined;

/** What a context is made with. */
export interface ContextOptions {
  /** The runtime. Default: the one at hand. */
  readonly runtime?: Runtime;
  /** Transports beside those of the runtime; they win over its own. */
  readonly transports?: readonly Transport[];
  /** Who may connect: called for every peer that must be judged. */
  readonly authenticate?: Authenticator;
  /** How many sockets may be open at once. Default: 1023. */
  readonly maxSockets?: number;
  /** The default of the sockets' `ipv6` option. Default: false. */
  readonly ipv6?: boolean;
  /** False gives new sockets a `linger` of 0. Default: true. */
  readonly blocky?: boolean;
}

const DEFAULT_MAX_SOCKETS = 1023;
const KNOWN: ReadonlySet<string> = new Set([
  "runtime",
  "transports",
  "authenticate",
  "maxSockets",
  "ipv6",
  "blocky",
]);

/** Sockets that share inproc names, a runtime and an authenticator. */
export class EngineContext implements AsyncDisposable {
  /** Who may connect; `undefined` leaves it to a ZAP handler socket. */
  authenticate: Authenticator | undefined;
  /** The default of the sockets' `ipv6` option. */
  ipv6: boolean;
  /** False gives new sockets a `linger` of 0. */
  blocky: boolean;
  /** @internal */
  readonly services: SocketServices;
  readonly #sockets = new Set<OwnedSocket>();
  readonly #zap: ZapClient;
  #maxSockets: number = DEFAULT_MAX_SOCKETS;
  #shut = false;
  #empty: (() => void)[] = [];

  /** Makes a context on a runtime. */
  constructor(options: ContextOptions & { readonly runtime: Runtime }) {
    for (const name of Object.keys(options)) {
      if (!KNOWN.has(name)) {
        throw new ZmqError(
          "EINVAL",
          `Cannot set context option ${quote(name)}: expected one of ` +
            [...KNOWN].join(", "),
        );
      }
    }
    this.authenticate = options.authenticate;
    this.ipv6 = options.ipv6 ?? false;
    this.blocky = options.blocky ?? true;
    this.maxSockets = options.maxSockets ?? DEFAULT_MAX_SOCKETS;
    this.services = this.#makeServices(options.runtime, options.transports);
    this.#zap = new ZapClient(this);
  }

  /** How many sockets may be open at once. */
  get maxSockets(): number {
    return this.#maxSockets;
  }

  set maxSockets(value: number) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ZmqError(
        "EINVAL",
        `Cannot set maxSockets to ${quote(value)}: expected an integer, 1 or ` +
          "more",
      );
    }
    this.#maxSockets = value;
  }

  /** True once the context was shut down. */
  get closed(): boolean {
    return this.#shut;
  }

  /**
   * Ends the context: calls that wait on its sockets, and later ones, fail
   * with `ETERM`. Resolves when all of its sockets are closed and their
   * linger times are over.
   */
  shutdown(): Promise<void> {
    this.#shut = true;
    this.#zap.close();
    for (const socket of [...this.#sockets]) socket.terminate();
    if (this.#sockets.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#empty.push(resolve));
  }

  /** Shuts the context down at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #makeServices(
    runtime: Runtime,
    extra: readonly Transport[] = [],
  ): SocketServices {
    const transports = new Map<string, Transport>();
    for (const each of [...runtime.transports, ...extra]) {
      transports.set(each.scheme, each);
    }
    const context = this;
    return {
      runtime,
      inproc: new InprocRegistry(),
      get ipv6() {
        return context.ipv6;
      },
      get blocky() {
        return context.blocky;
      },
      transport(scheme, endpoint) {
        const transport = transports.get(scheme);
        if (transport !== undefined) return transport;
        throw new ZmqError(
          "EPROTONOSUPPORT",
          `Cannot use ${quote(endpoint)}: the ${runtime.name} runtime has no ` +
            `transport for ${quote(`${scheme}://`)}; expected one of ${
              ["inproc", ...transports.keys()].join(", ")
            }`,
          { address: endpoint },
        );
      },
      authenticator: () => context.authenticate ?? context.#zap.authenticator(),
      open: (socket) => context.#open(socket),
      closed: (socket) => context.#closed(socket),
    };
  }

  #open(socket: OwnedSocket): void {
    if (this.#shut) {
      throw new ZmqError(
        "ETERM",
        "Cannot make a socket: its context shut down",
      );
    }
    if (this.#sockets.size >= this.#maxSockets) {
      throw new ZmqError(
        "EMFILE",
        `Cannot make a socket: ${this.#maxSockets} are open, the limit of ` +
          "maxSockets",
      );
    }
    this.#sockets.add(socket);
  }

  #closed(socket: OwnedSocket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size > 0) return;
    for (const resolve of this.#empty.splice(0)) resolve();
  }
}
