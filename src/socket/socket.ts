/**
 * What every socket has: endpoints, options, events, a life.
 *
 * @module
 */

import { checkOptions, ZmqError } from "../base/errors.ts";
import type { OptionAccessors } from "../options/properties.ts";
import type { SocketOptions } from "../options/types.ts";
import type { SocketType } from "../options/socket_type.ts";
import type { PeerInfo } from "../routing/peer.ts";
import { SocketCore } from "./core.ts";
import { type EndpointOptions, Endpoints } from "./endpoints.ts";
import type { SocketEvents } from "./events.ts";
import { type CloseOptions, lingerOf } from "./linger.ts";
import { defineLiveOptions } from "./live_options.ts";
import type { Pattern, PatternHost } from "./pattern.ts";
import { type ContextLike, contextOf } from "./services.ts";
import type { SocketStats } from "./stats.ts";

/** What a socket may be made with beside its options. */
export interface SocketInit {
  /** The context that the socket belongs to. Default: the package's. */
  readonly context?: ContextLike | undefined;
}

/** The inside of a socket, for the parts of the library that need it. */
export let coreOf: (socket: Socket) => SocketCore;

/**
 * A ZeroMQ socket. Use one of its subclasses: {@linkcode Push},
 * {@linkcode Subscriber}, {@linkcode Router}, …
 *
 * Constructors throw a {@linkcode ZmqError}: `EINVAL` for an option that there
 * is not, or its value, `ENOTSUP` for an option that the runtime cannot
 * honour, `EMFILE` when `maxSockets` of the context are open, `ETERM` when it
 * was shut down.
 */
export abstract class Socket implements AsyncDisposable {
  readonly #core: SocketCore;
  readonly #endpoints: Endpoints;
  readonly #context: ContextLike;
  #closing: Promise<void> | undefined;

  static {
    coreOf = (socket: Socket) => socket.#core;
  }

  /** @internal */
  constructor(
    type: SocketType,
    makePattern: (host: PatternHost) => Pattern,
    init: SocketInit = {},
  ) {
    checkOptions(init, "make a socket");
    defineLiveOptions(type, Socket.prototype, accessors);
    const { context, ...options } = init;
    this.#context = contextOf(context);
    const { services } = this.#context;
    this.#core = new SocketCore(type, services, makePattern);
    this.#endpoints = new Endpoints(this.#core);
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined) this.#core.setOption(name, value);
    }
    services.open(this);
  }

  /** True once `close` was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** The context that the socket belongs to. */
  get context(): ContextLike {
    return this.#context;
  }

  /** The endpoint bound or connected last, wildcards filled in. */
  get lastEndpoint(): string | null {
    return this.#endpoints.last;
  }

  /** The peers that are connected now. */
  get peers(): readonly PeerInfo[] {
    return this.#core.peers;
  }

  /** What happens to the socket's connections. */
  get events(): SocketEvents {
    return this.#core.events.look();
  }

  /** Messages, octets, queue lengths and drops so far. */
  get stats(): SocketStats {
    return this.#core.stats;
  }

  /**
   * Waits for peers at an endpoint. `tcp://*:0` and `ipc://*` choose a free
   * one.
   *
   * @param options.transport accepts the connections instead of the context's
   * transport for the scheme.
   * @returns the endpoint with wildcards filled in.
   * @throws {ZmqError} `EINVAL` for an endpoint, a transport or options of
   * security that are wrong; `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`,
   * `ENODEV`, `ENOENT` for a directory that is not there, `ENAMETOOLONG`,
   * `EMFILE` from the system; `EPROTONOSUPPORT`, `ENOCOMPATPROTO`, `ENOTSUP`
   * for what the runtime, the socket's type or its options cannot do; `EFSM`
   * when a DGRAM is bound already; `EBADF` when the socket is closed, or is
   * while it is being bound.
   */
  async bind(endpoint: string, options?: EndpointOptions): Promise<string> {
    this.#alive();
    return await this.#endpoints.bind(endpoint, options);
  }

  /**
   * Stops waiting for peers at an endpoint, and closes the connections that
   * came through it; what is queued for them may take the socket's `linger`.
   * The address is free when it resolves.
   *
   * @throws {ZmqError} `ENOENT` when the socket is not bound to it, `EINVAL`
   * when it is no endpoint, `EBADF` when the socket is closed.
   */
  async unbind(endpoint: string): Promise<void> {
    this.#alive();
    const { linger } = this.#core.options;
    await this.#endpoints.release(endpoint, "bind", linger);
  }

  /**
   * Connects in the background, and again whenever the connection is lost.
   *
   * @param options.transport makes the connections instead of the context's
   * transport for the scheme: a tunnel, for one.
   * @throws {ZmqError} at once, for what can never work: `EINVAL` for an
   * endpoint, a transport or options of security that are wrong,
   * `ENAMETOOLONG`, `EPROTONOSUPPORT`, `ENOCOMPATPROTO`, `ENOTSUP`; `EBADF`
   * when the socket is closed. What fails later is an event.
   */
  connect(endpoint: string, options?: EndpointOptions): void {
    this.#alive();
    this.#endpoints.connect(endpoint, options);
  }

  /** Connects with a routing id for the peer. */
  protected connectAs(
    endpoint: string,
    routingId: Uint8Array,
    options?: EndpointOptions,
  ): void {
    this.#alive();
    this.#endpoints.connect(endpoint, options, routingId);
  }

  /**
   * Ends the connections to an endpoint; what is queued for it may take the
   * socket's `linger`.
   *
   * @throws {ZmqError} `ENOENT` when the socket is not connected to it,
   * `EINVAL` when it is no endpoint, `EBADF` when the socket is closed.
   */
  async disconnect(endpoint: string): Promise<void> {
    this.#alive();
    const { linger } = this.#core.options;
    await this.#endpoints.release(endpoint, "connect", linger);
  }

  /**
   * Closes the socket. Calls that wait fail with `EBADF`. Resolves when
   * everything unsent has left, what `disconnect()` and `unbind()` still send
   * included, or the linger time is over: with the default `linger` of -1 and
   * no peer, never. Addresses are free then. May be called any number of times:
   * a later call with a `linger` that ends sooner has it end sooner, and one
   * that ends later changes nothing.
   *
   * @param options.linger milliseconds that unsent messages may take, -1 for
   * ever, 0 to drop them. Default: the socket's `linger`; in a later call,
   * what was said before.
   * @throws {ZmqError} `EINVAL` for a linger that is none, or options that are
   * no object.
   *
   * @example
   * ```ts
   * import { Push } from "isomq";
   *
   * const push = new Push();
   * push.connect("tcp://127.0.0.1:9");
   * await push.send("for whoever comes");
   * void push.close({ linger: -1 });
   * await push.close({ linger: 100 }); // it is not waited for any longer
   * ```
   */
  close(options?: CloseOptions): Promise<void> {
    let linger: number | undefined;
    try {
      linger = lingerOf(options, "close");
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#closing !== undefined) {
      return linger === undefined ? this.#closing : this.#hurry(linger);
    }
    let settle!: (closing: Promise<void>) => void;
    this.#closing = new Promise((resolve) => settle = resolve);
    this.#core.shut(
      new ZmqError("EBADF", "Cannot use the socket: it is closed"),
    );
    settle(this.#close(linger ?? this.#core.options.linger));
    return this.#closing;
  }

  /** Closes the socket at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Lets the socket keep the process running. The default. */
  ref(): this {
    this.#endpoints.hold(true);
    return this;
  }

  /**
   * Lets the process exit although the socket is open. A call that waits with
   * a `timeout` keeps it until then.
   */
  unref(): this {
    this.#endpoints.hold(false);
    return this;
  }

  /** @internal */
  terminate(options?: CloseOptions): void {
    this.#core.shut(
      new ZmqError("ETERM", "Cannot use the socket: its context shut down"),
    );
    void this.close(options);
  }

  async #close(linger: number): Promise<void> {
    const core = this.#core;
    try {
      await this.#endpoints.close(linger);
    } finally {
      for (const pipe of [...core.pipes]) pipe.close();
      core.services.closed(this);
      core.emit("end", { address: "" });
    }
  }

  /** Is told of another linger while it closes. */
  async #hurry(linger: number): Promise<void> {
    await this.#endpoints.close(linger);
    await this.#closing;
  }

  #alive(): void {
    if (this.#closing === undefined) return;
    throw new ZmqError("EBADF", "Cannot use the socket: it is closed");
  }
}

const accessors: OptionAccessors = {
  get: (socket, name) => coreOf(socket as Socket).option(name),
  set: (socket, name, value) => coreOf(socket as Socket).setOption(name, value),
};

/** Every socket has the options of all sockets as live properties. */
export interface Socket extends SocketOptions {}
