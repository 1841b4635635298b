/**
 * One `connect()`: an endpoint that is connected to again and again, and the
 * pipe that outlives its connections.
 *
 * @module
 */

import { lingerEnd, type Timer } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { type Options, platformOptions } from "../options/options.ts";
import type { ConnectionPipe } from "../routing/connection_pipe.ts";
import { type PeerInfo, plainPeer } from "../routing/peer.ts";
import type { ByteStream, Transport } from "../transport/transport.ts";
import { Backoff } from "./backoff.ts";
import type {
  Connection,
  ConnectionEnd,
  ConnectionOwner,
} from "./connection.ts";
import { isHandshakeFailure, toZmqError } from "./failure.ts";
import type { EventDetail, EventType, SessionHost } from "./host.ts";
import { type ConnectionMaker, prepareConnections } from "./maker.ts";
import { setPatientTimer } from "./patience.ts";
import { subprotocolsOf } from "./subprotocols.ts";
import { clearWarning } from "./warnings.ts";

/** After how long a connection counts as one that works, in milliseconds. */
const STEADY_TIME = 1000;

/** Bits of the `reconnectStop` option; libzmq's. */
const STOP_REFUSED = 1;
const STOP_HANDSHAKE_FAILED = 2;
const STOP_AFTER_DISCONNECT = 4;

/** One endpoint that is connected to. */
export class Connector implements ConnectionOwner {
  readonly #host: SessionHost;
  readonly #transport: Transport;
  readonly #endpoint: Endpoint;
  readonly #options: Options;
  readonly #assignedRoutingId: Uint8Array | undefined;
  readonly #backoff: Backoff;
  #maker: ConnectionMaker | Promise<ConnectionMaker>;
  #pipe: ConnectionPipe | undefined;
  // The socket has refused the pipe: it takes no more peers for now.
  #unwanted = false;
  #connection: Connection | undefined;
  #attempt: AbortController | undefined;
  #timer: Timer | undefined;
  #held = true;
  #gone: (() => void) | undefined;
  // Set once `close` was called.
  #closing: Promise<void> | undefined;
  #readyAt = 0;
  #warned = false;
  #lingerEnd = Infinity;
  #lingerTimer: Timer | undefined;
  #resolve: (() => void) | undefined;
  #closed = false;

  /**
   * @param options the endpoint's own copy.
   * @throws {ZmqError} `EINVAL` or `ENOTSUP` for security options that do not
   * fit together.
   */
  constructor(
    host: SessionHost,
    transport: Transport,
    endpoint: Endpoint,
    options: Options,
    assignedRoutingId?: Uint8Array,
  ) {
    this.#host = host;
    this.#transport = transport;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#assignedRoutingId = assignedRoutingId;
    this.#backoff = new Backoff(options);
    const { makesWebSockets } = transport;
    this.#maker = prepareConnections(host, options, makesWebSockets);
  }

  /**
   * Begins to connect.
   *
   * @param gone told when the endpoint is given up, unless `close` does it.
   */
  start(gone: () => void): void {
    this.#gone = gone;
    if (!this.#options.immediate) this.#openPipe(plainPeer(this.#address));
    const maker = this.#maker;
    if (!(maker instanceof Promise)) {
      this.#begin();
      return;
    }
    maker.then((ready) => {
      this.#maker = ready;
      if (!this.#closed) this.#begin();
    }, (cause) => {
      const error = toZmqError(cause, "EPROTO", "Cannot secure the connection");
      this.#emit("handshake:error:other", { error });
      this.#giveUp(error);
    });
  }

  /** Says whether the endpoint keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    this.#connection?.hold(keepsProcess);
    this.#timer?.hold(keepsProcess);
    this.#lingerTimer?.hold(keepsProcess);
  }

  /**
   * Lets go of the endpoint once what is queued for it has left; also while
   * there is no connection. May be called again with a shorter linger.
   *
   * @param options.linger milliseconds it may take; -1 is any time.
   */
  close(options: { readonly linger: number }): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (this.#closed) {
      this.#resolve?.();
      return this.#closing;
    }
    const { linger } = options;
    this.#pipe?.retire();
    const { clock } = this.#host;
    const end = lingerEnd(clock, linger);
    if (end < this.#lingerEnd) {
      this.#lingerEnd = end;
      this.#lingerTimer?.cancel();
      this.#lingerTimer = clock.setTimer(() => this.#finish(), linger);
      this.#lingerTimer.hold(this.#held);
    }
    const pending = this.#pipe?.pending ?? 0;
    const connection = this.#connection;
    if (linger === 0) this.#finish();
    else if (connection?.ready) connection.finish(linger);
    else if (pending === 0) this.#finish();
    else if ((this.#options.reconnectStop & STOP_AFTER_DISCONNECT) !== 0) {
      this.#finish();
    }
    return this.#closing;
  }

  // The connection's side.

  pipeFor(
    connection: Connection,
    peer: PeerInfo,
  ): ConnectionPipe | undefined {
    if (this.#connection !== connection) return undefined;
    const pipe = this.#pipe;
    this.#readyAt = this.#host.clock.now();
    // What was queued when `close` was called can leave now.
    if (this.#closing !== undefined) {
      this.#host.clock.defer(() => this.#lingerOn());
    }
    return pipe === undefined || pipe.closed ? this.#openPipe(peer) : pipe;
  }

  ended(connection: Connection, end: ConnectionEnd): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    // A peer that lets us in and then out again, as a ROUTER does with a
    // routing id that is taken, is no reason to come again at once.
    const lasted = this.#host.clock.now() - this.#readyAt;
    if (end.ready && lasted >= STEADY_TIME) this.#backoff.reset();
    const isRenewed = this.#pipe?.renewing;
    if (this.#options.immediate) this.#dropPipe();
    const flags = this.#options.reconnectStop;
    if (isRenewed && this.#closing === undefined) {
      this.#setTimer(() => this.#again(), 0);
    } else if (!end.ready && (flags & STOP_HANDSHAKE_FAILED) !== 0) {
      this.#giveUp(end.error);
    } else this.#retry(end.error);
  }

  get #address(): string {
    return this.#endpoint.text;
  }

  #openPipe(peer: PeerInfo): ConnectionPipe {
    const pipe = this.#host.openPipe(
      this.#address,
      true,
      this.#options,
      peer,
      this.#assignedRoutingId,
    );
    this.#unwanted = pipe.closed && !this.#options.immediate;
    return this.#pipe = pipe;
  }

  #dropPipe(): void {
    const pipe = this.#pipe;
    this.#pipe = undefined;
    pipe?.close();
  }

  /** Connects, unless the socket has a peer and takes but one, as PAIR does. */
  #begin(): void {
    // The other side would have a peer that goes at once, again and again, and
    // lose what it sends then.
    if (this.#unwanted) this.#retry(undefined);
    else this.#connect();
  }

  #again(): void {
    if (this.#unwanted) this.#openPipe(plainPeer(this.#address));
    this.#begin();
  }

  #connect(): void {
    this.#emit("connect:delay", {});
    if (this.#closed) return;
    const { connectTimeout } = this.#options;
    const attempt = new AbortController();
    this.#attempt = attempt;
    if (connectTimeout > 0) {
      const expire = () => {
        attempt.abort();
        this.#refused(
          attempt,
          new ZmqError(
            "ETIMEDOUT",
            `Cannot connect to "${this.#address}" within ${connectTimeout} ms`,
            { address: this.#address },
          ),
        );
      };
      const { clock } = this.#host;
      this.#timer?.cancel();
      this.#timer = setPatientTimer(
        clock,
        expire,
        connectTimeout,
        connectTimeout,
      );
      this.#timer.hold(this.#held);
    }
    try {
      this.#transport.connect(this.#endpoint, {
        ...platformOptions(this.#options),
        ipv6: this.#options.ipv6,
        subprotocols: subprotocolsOf(
          this.#host.type,
          this.#options,
          "connect",
        ),
        handshakeInterval: this.#options.handshakeInterval,
        maxQueuedBytes: this.#options.maxQueuedBytes,
        signal: attempt.signal,
      }).then(
        (stream) => this.#connected(attempt, stream),
        (error) => this.#refused(attempt, error),
      );
    } catch (error) {
      this.#refused(attempt, error);
    }
  }

  #connected(attempt: AbortController, stream: ByteStream): void {
    if (this.#attempt !== attempt) {
      stream.close();
      return;
    }
    this.#attempt = undefined;
    this.#timer?.cancel();
    this.#emit("connect", { peerAddress: stream.remoteAddress });
    this.#warn(stream.remoteAddress);
    if (this.#closed) {
      stream.close();
      return;
    }
    try {
      const connection = this.#connectionOver(stream);
      this.#connection = connection;
      if (!this.#held) connection.hold(false);
      connection.start();
    } catch (error) {
      stream.close();
      this.#retry(toZmqError(error, "EPROTO", "Cannot use the connection"));
    }
  }

  /** Warns once, of what the first connection shows. */
  #warn(peerAddress: string): void {
    if (this.#warned || !this.#host.observed) return;
    this.#warned = true;
    if (this.#host.type === "STREAM") return;
    const warning = clearWarning(this.#options, peerAddress);
    if (warning) this.#emit("warning", { peerAddress, warning });
  }

  #connectionOver(stream: ByteStream): Connection {
    const setup = {
      host: this.#host,
      stream,
      endpoint: this.#address,
      options: this.#options,
    };
    return (this.#maker as ConnectionMaker)(setup, this);
  }

  #refused(attempt: AbortController, cause: unknown): void {
    if (this.#attempt !== attempt) return;
    this.#attempt = undefined;
    this.#timer?.cancel();
    const what = `Cannot connect to "${this.#address}"`;
    const error = toZmqError(cause, "ECONNRESET", what);
    const stop = isHandshakeFailure(error)
      ? STOP_HANDSHAKE_FAILED
      : error.code === "ECONNREFUSED"
      ? STOP_REFUSED
      : 0;
    if ((this.#options.reconnectStop & stop) !== 0) this.#giveUp(error);
    else this.#retry(error, true);
  }

  /** @param refused an attempt to connect has failed, and is yet to be told. */
  #retry(error: ZmqError | undefined, refused = false): void {
    if (this.#closed) return;
    if (this.#closing !== undefined && !this.#lingers()) {
      this.#finish();
      return;
    }
    if (this.#backoff.never) {
      this.#giveUp(error);
      return;
    }
    const interval = error?.code === "EACCES"
      ? this.#backoff.nextAfterRefusal()
      : this.#backoff.next();
    const detail = { interval, ...error && { error } };
    if (refused) this.#emit("close", detail);
    if (!this.#closed) this.#emit("connect:retry", detail);
    if (!this.#closed) this.#setTimer(() => this.#again(), interval);
  }

  /** True while there is a reason to go on although `close` was called. */
  #lingers(): boolean {
    const stops = (this.#options.reconnectStop & STOP_AFTER_DISCONNECT) !== 0;
    return !stops && (this.#pipe?.pending ?? 0) > 0;
  }

  #lingerOn(): void {
    const rest = this.#lingerEnd - this.#host.clock.now();
    this.#connection?.finish(
      rest === Infinity ? -1 : Math.max(0, Math.ceil(rest)),
    );
  }

  #giveUp(error: ZmqError | undefined): void {
    if (this.#closed) return;
    this.#emit("close", error === undefined ? {} : { error });
    const gone = this.#gone;
    this.#finish();
    gone?.();
  }

  /** Drops what is left of the endpoint. */
  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.abort();
    this.#timer?.cancel();
    this.#lingerTimer?.cancel();
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
    this.#dropPipe();
    this.#resolve?.();
  }

  #setTimer(callback: () => void, delay: number): void {
    this.#timer?.cancel();
    this.#timer = this.#host.clock.setTimer(callback, delay);
    this.#timer.hold(this.#held);
  }

  #emit(name: EventType, detail: Partial<EventDetail>): void {
    if (!this.#host.observed) return;
    this.#host.emit(name, { address: this.#address, ...detail });
  }
}
