/**
 * A context: the sockets that share inproc names, a runtime and an
 * authenticator.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import {
  type ContextOptions,
  defaultContextOptions,
  defineContextOptionProperties,
  getContextOption,
  setContextOption,
} from "../options/context_options.ts";
import type { Settings } from "../options/types.ts";
import { noble } from "../security/crypto.ts";
import type { CurveCrypto, CurveLibrary } from "../security/curve_crypto.ts";
import type { MechanismFactory } from "../security/mechanism.ts";
import type { Authenticator } from "../security/zap.ts";
import { Turns } from "../session/turns.ts";
import { InprocRegistry } from "../socket/inproc.ts";
import { type CloseOptions, lingerOf } from "../socket/linger.ts";
import { Pace } from "../socket/pace.ts";
import type { OwnedSocket, SocketServices } from "../socket/services.ts";
import {
  type AnyTransport,
  multicasts as isMulticast,
} from "../transport/any.ts";
import type { Runtime } from "../transport/runtime.ts";
import { ZapClient } from "./zap_client.ts";

/** What a context is made with, all of it optional. */
export interface ContextInit extends Settings<ContextOptions> {
  /** The runtime. Default: the one at hand. */
  readonly runtime?: Runtime | undefined;
  /** Transports beside those of the runtime; they win over its own. */
  readonly transports?: readonly AnyTransport[] | undefined;
  /** Mechanisms beside those that are built in; the first of a name counts. */
  readonly mechanisms?: readonly MechanismFactory[] | undefined;
  /**
   * The library of cryptography for CURVE. Default: sodium where the package
   * `sodium-native` is installed and may be loaded, else noble.
   */
  readonly curveCrypto?: CurveLibrary | undefined;
  /**
   * Who may connect: called for every PLAIN, CURVE and GSSAPI peer of a
   * server, and for those with NULL where the socket has a `zapDomain`. With
   * `zapEnforceDomain` and without a `zapDomain` it is not: PLAIN peers are
   * refused, CURVE peers come in. Without it, a ZAP handler socket is asked.
   */
  readonly authenticate?: Authenticator | undefined;
}

/** What the package's door adds. */
export interface EngineInit extends ContextInit {
  /** The runtime. */
  readonly runtime: Runtime;
  /** Transports that are found by their scheme, and loaded when it is used. */
  readonly extensions?: readonly AnyTransport[];
}

/**
 * Sockets that share inproc names, a runtime and an authenticator. Programs
 * use {@linkcode Context}, which has a runtime.
 */
export class EngineContext implements AsyncDisposable {
  /** @internal */
  readonly services: SocketServices;
  readonly #sockets = new Set<OwnedSocket>();
  readonly #zap: ZapClient;
  readonly #options: ContextOptions = defaultContextOptions();
  #authenticate: Authenticator | undefined;
  #shut = false;
  #empty: (() => void)[] = [];

  /** Makes a context on a runtime. */
  constructor(init: EngineInit) {
    const {
      runtime,
      transports = [],
      extensions = [],
      mechanisms = [],
      curveCrypto,
      authenticate,
      ...options
    } = init;
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined) setContextOption(this.#options, name, value);
    }
    this.authenticate = authenticate;
    this.services = this.#makeServices(
      runtime,
      [...extensions, ...transports],
      mechanisms,
      curveLoader(runtime, curveCrypto),
    );
    this.#zap = new ZapClient(this);
  }

  static {
    defineContextOptionProperties(EngineContext.prototype, {
      get: (context, name) =>
        getContextOption((context as EngineContext).#options, name),
      set: (context, name, value) =>
        setContextOption((context as EngineContext).#options, name, value),
    });
  }

  /** Who may connect; `undefined` leaves it to a ZAP handler socket. */
  get authenticate(): Authenticator | undefined {
    return this.#authenticate;
  }

  set authenticate(value: Authenticator | undefined) {
    if (value !== undefined && typeof value !== "function") {
      throw new ZmqError(
        "EINVAL",
        `Cannot set "authenticate" to ${quote(value)}: expected a function`,
      );
    }
    this.#authenticate = value;
  }

  /** The runtime that the context was made with. */
  get runtime(): Runtime {
    return this.services.runtime;
  }

  /** True once the context was shut down. */
  get closed(): boolean {
    return this.#shut;
  }

  /**
   * Ends the context: closes its sockets; calls that wait on them fail with
   * `ETERM`, as does every later one that sends or receives. Resolves when all
   * of its sockets are closed and their linger times are over. May be called any
   * number of times: a later call with a `linger` that ends sooner has it end
   * sooner.
   *
   * @param options.linger milliseconds that what its sockets have not sent may
   * take, -1 for ever, 0 to drop it; sockets that are being closed already take
   * no longer than they would have. Default: the `linger` of each socket.
   * @throws {ZmqError} `EINVAL` for a linger that is none, or options that are
   * no object.
   *
   * @example
   * ```ts
   * import { Context, Push } from "isomq";
   *
   * const context = new Context();
   * const push = new Push({ context });
   * push.connect("tcp://127.0.0.1:9");
   * await push.send("for whoever comes");
   * await context.shutdown({ linger: 100 });
   * ```
   */
  shutdown(options?: CloseOptions): Promise<void> {
    try {
      lingerOf(options, "shut down");
    } catch (error) {
      return Promise.reject(error);
    }
    this.#shut = true;
    this.#zap.close();
    for (const socket of [...this.#sockets]) socket.terminate(options);
    this.services.inproc.close();
    if (this.#sockets.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#empty.push(resolve));
  }

  /** Shuts the context down at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #makeServices(
    runtime: Runtime,
    extra: readonly AnyTransport[],
    mechanisms: readonly MechanismFactory[],
    loadCurve: () => Promise<CurveCrypto>,
  ): SocketServices {
    const transports = new Map<string, AnyTransport>();
    const { datagrams = [] } = runtime;
    for (const each of [...runtime.transports, ...datagrams, ...extra]) {
      transports.set(each.scheme, each);
    }
    const multicasts = [...transports.values()].filter(isMulticast);
    return {
      runtime,
      support: {
        name: runtime.name,
        // Asked for when it is needed: some runtimes take their time.
        get options(): ReadonlySet<string> {
          return runtime.options;
        },
        ...runtime.nativeOptions && { nativeOptions: runtime.nativeOptions },
        datagrams,
        multicasts,
        mechanisms,
      },
      inproc: new InprocRegistry(),
      options: this.#options,
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
      mechanisms,
      loadCurve,
      turns: new Turns(runtime.clock),
      pace: new Pace(runtime.clock),
      authenticator: () => this.authenticate ?? this.#zap.authenticator(),
      open: (socket) => this.#open(socket),
      closed: (socket) => this.#closed(socket),
    };
  }

  #open(socket: OwnedSocket): void {
    if (this.#shut) {
      throw new ZmqError(
        "ETERM",
        "Cannot make a socket: its context shut down",
      );
    }
    if (this.#sockets.size >= this.#options.maxSockets) {
      throw new ZmqError(
        "EMFILE",
        `Cannot make a socket: ${this.#options.maxSockets} are open, the limit of ` +
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

/** Loads a library for a runtime once; after a failure, again. */
function curveLoader(
  runtime: Runtime,
  library: CurveLibrary = noble(),
): () => Promise<CurveCrypto> {
  if (typeof library?.load !== "function") {
    throw new ZmqError(
      "EINVAL",
      `Cannot set "curveCrypto" to ${quote(library)}: expected a library ` +
        "such as noble()",
    );
  }
  let loading: Promise<CurveCrypto> | undefined;
  const load = async (): Promise<CurveCrypto> => await library.load(runtime);
  return () =>
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
}

/** The options of a context, as live properties. */
export interface EngineContext extends ContextOptions {}
