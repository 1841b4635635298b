/**
 * One `bind()`: a listener, and the connections that came through it. A bad
 * peer costs its own connection and nothing else.
 *
 * @module
 */

import { ZmqError } from "../base/errors.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { acceptsAddress } from "../options/address_filter.ts";
import { type Options, platformOptions } from "../options/options.ts";
import type { ConnectionPipe } from "../routing/connection_pipe.ts";
import type { PeerInfo } from "../routing/peer.ts";
import type {
  ByteStream,
  Listener,
  Transport,
} from "../transport/transport.ts";
import type { Connection, ConnectionOwner } from "./connection.ts";
import { toZmqError } from "./failure.ts";
import { FailureLimit } from "./failure_limit.ts";
import type { EventDetail, EventType, SessionHost } from "./host.ts";
import { SharedProperties } from "./shared_properties.ts";
import { type ConnectionMaker, prepareConnections } from "./maker.ts";
import { subprotocolsOf } from "./subprotocols.ts";
import { bindWarnings } from "./warnings.ts";

/** Schemes whose peers have IP addresses. */
const OVER_TCP: ReadonlySet<string> = new Set(["tcp", "ws", "wss"]);

/** One endpoint that is listened on. */
export class Acceptor implements ConnectionOwner {
  readonly failures: FailureLimit;
  readonly #host: SessionHost;
  readonly #transport: Transport;
  readonly #given: Endpoint;
  readonly #options: Options;
  #maker: ConnectionMaker | undefined;
  #listener: Listener | undefined;
  // Gives back what the mechanism has for all connections.
  #unbind: (() => void) | undefined;
  #endpoint: string;
  // In the order they came: the first is the oldest.
  readonly #pending = new Set<Connection>();
  readonly #pipes = new Map<Connection, ConnectionPipe | undefined>();
  readonly #properties = new SharedProperties();
  #held = true;
  #closing: Promise<void> | undefined;
  #emptied: (() => void) | undefined;

  /** @param options the endpoint's own copy. */
  constructor(
    host: SessionHost,
    transport: Transport,
    endpoint: Endpoint,
    options: Options,
  ) {
    this.failures = new FailureLimit(host.clock);
    this.#host = host;
    this.#transport = transport;
    this.#given = endpoint;
    this.#options = options;
    this.#endpoint = endpoint.text;
  }

  /**
   * Listens; resolves with the endpoint, wildcards filled in.
   *
   * @throws {ZmqError} when the address cannot be had, or the security options
   * do not fit together.
   */
  async listen(): Promise<string> {
    try {
      this.#maker = await prepareConnections(
        this.#host,
        this.#options,
        this.#transport.makesWebSockets,
      );
      this.#unbind = await this.#maker.mechanism?.bind?.();
      this.#listener = await this.#transport.listen(this.#given, {
        ...platformOptions(this.#options),
        ipv6: this.#options.ipv6,
        backlog: this.#options.backlog,
        subprotocols: subprotocolsOf(this.#host.type, this.#options, "bind"),
        handshakeInterval: this.#options.handshakeInterval,
        maxPendingHandshakes: this.#options.maxPendingHandshakes,
        admits: (peerAddress) => this.#admits(peerAddress),
        maxQueuedBytes: this.#options.maxQueuedBytes,
        onAcceptError: (cause) => this.#refused(cause, {}),
      }, (stream) => this.#accept(stream));
    } catch (cause) {
      this.#release();
      const what = `Cannot bind "${this.#endpoint}"`;
      const error = toZmqError(cause, "EPROTO", what);
      this.#emit("bind:error", { error });
      throw error;
    }
    if (this.#closing !== undefined) {
      const what = `Cannot bind "${this.#endpoint}": it was closed meanwhile`;
      try {
        await this.#listener.close();
      } catch (cause) {
        throw toZmqError(cause, "EPROTO", what);
      } finally {
        this.#release();
      }
      throw new ZmqError("EBADF", what, { address: this.#endpoint });
    }
    this.#endpoint = this.#listener.endpoint;
    if (!this.#held) this.#listener.hold?.(false);
    this.#emit("bind", {});
    if (this.#host.observed && this.#host.type !== "STREAM") this.#warn();
    return this.#endpoint;
  }

  /** Says whether the endpoint keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    this.#listener?.hold?.(keepsProcess);
    for (const connection of this.#pipes.keys()) connection.hold(keepsProcess);
  }

  /**
   * Stops listening, and closes the connections once what is queued for them
   * has left. May be called again with a shorter linger.
   *
   * @param options.linger milliseconds it may take; -1 is any time.
   */
  close(options: { readonly linger: number }): Promise<void> {
    this.#closing ??= this.#close();
    for (const connection of [...this.#pipes.keys()]) {
      connection.finish(options.linger);
    }
    return this.#closing;
  }

  // The connections' side.

  pipeFor(
    connection: Connection,
    peer: PeerInfo,
  ): ConnectionPipe | undefined {
    this.#pending.delete(connection);
    if (!this.#pipes.has(connection)) return undefined;
    const pipe = this.#host.openPipe(
      this.#endpoint,
      false,
      this.#options,
      peer,
    );
    this.#pipes.set(connection, pipe);
    return pipe;
  }

  left(connection: Connection): void {
    // Until it is gone nobody may believe that it can be sent to.
    this.#pipes.get(connection)?.close();
  }

  ended(connection: Connection): void {
    const pipe = this.#pipes.get(connection);
    this.#pending.delete(connection);
    this.#pipes.delete(connection);
    // Its inbox can still be read.
    pipe?.close();
    if (this.#pipes.size === 0) this.#emptied?.();
  }

  async #close(): Promise<void> {
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
      if (this.#pipes.size === 0) resolve();
    });
    const listener = this.#listener;
    this.#listener = undefined;
    try {
      await listener?.close();
      this.#emit("close", {});
    } catch (cause) {
      const what = `Cannot unbind "${this.#endpoint}"`;
      const error = toZmqError(cause, "EPROTO", what);
      this.#emit("close:error", { error });
    }
    await emptied;
    this.#release();
  }

  /** Gives back what the mechanism has, once. */
  #release(): void {
    const unbind = this.#unbind;
    this.#unbind = undefined;
    unbind?.();
  }

  #accept(stream: ByteStream): void {
    if (this.#closing !== undefined) {
      stream.close();
      return;
    }
    if (!this.#admits(stream.remoteAddress)) {
      stream.close();
      return;
    }
    this.#emit("accept", { peerAddress: stream.remoteAddress });
    this.#makeRoom();
    if (this.#closing !== undefined) {
      stream.close();
      return;
    }
    try {
      const connection = this.#connectionOver(stream);
      this.#pipes.set(connection, undefined);
      if (this.#host.type !== "STREAM") this.#pending.add(connection);
      if (!this.#held) connection.hold(false);
      connection.start();
    } catch (cause) {
      stream.close();
      const error = toZmqError(cause, "EPROTO", "Cannot accept a peer");
      this.#refused(error, {});
    }
  }

  #connectionOver(stream: ByteStream): Connection {
    const setup = {
      host: this.#host,
      stream,
      endpoint: this.#endpoint,
      options: this.#options,
      properties: this.#properties,
    };
    return this.#maker!(setup, this);
  }

  #admits(peerAddress: string): boolean {
    const { tcpAcceptFilter } = this.#options;
    if (!OVER_TCP.has(this.#given.scheme)) return true;
    if (acceptsAddress(tcpAcceptFilter, peerAddress)) return true;
    const error = new ZmqError(
      "EACCES",
      `Refused a peer at "${peerAddress}": tcpAcceptFilter has no such address`,
      { address: peerAddress },
    );
    this.#refused(error, { peerAddress });
    return false;
  }

  /** Tells of a connection that was not taken, unless there are too many. */
  #refused(cause: unknown, detail: Partial<EventDetail>): void {
    if (!this.#host.observed) return;
    const suppressed = this.failures.take();
    if (suppressed < 0) return;
    this.#emit("accept:error", {
      ...detail,
      error: toZmqError(cause, "ECONNRESET", "Cannot accept a peer"),
      ...suppressed > 0 && { suppressed },
    });
  }

  #warn(): void {
    const asked = this.#host.authenticator() !== undefined;
    const options = this.#options;
    for (const warning of bindWarnings(options, this.#endpoint, asked)) {
      this.#emit("warning", { warning });
    }
  }

  /** One handshake too many ends the oldest. */
  #makeRoom(): void {
    const limit = this.#options.maxPendingHandshakes;
    if (limit < 0 || this.#pending.size < Math.max(limit, 1)) return;
    const [oldest] = this.#pending;
    oldest!.fail(
      new ZmqError(
        "EAGAIN",
        `Dropped the oldest of ${this.#pending.size} handshakes: the limit ` +
          `is ${limit}`,
      ),
    );
    oldest!.close();
  }

  #emit(name: EventType, detail: Partial<EventDetail>): void {
    if (!this.#host.observed) return;
    this.#host.emit(name, { address: this.#endpoint, ...detail });
  }
}
