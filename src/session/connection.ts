/**
 * The life of one connection, whatever it speaks: it starts, may fail with
 * something left to say, may finish what is queued, and ends exactly once.
 *
 * Nothing that goes wrong here leaves through a callback of the transport.
 *
 * @module
 */

import type { Timer } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import type { Options } from "../options/options.ts";
import type { ConnectionPipe } from "../routing/connection_pipe.ts";
import type { PeerInfo } from "../routing/peer.ts";
import { directFromStreams } from "../transport/streams.ts";
import type {
  ByteSink,
  ByteStream,
  DirectStream,
} from "../transport/transport.ts";
import { toZmqError } from "./failure.ts";
import type { FailureLimit } from "./failure_limit.ts";
import type { EventDetail, EventType, SessionHost } from "./host.ts";
import type { SharedProperties } from "./shared_properties.ts";
import type { Writer } from "./writer.ts";

/** How long the peer may take to close its side after we closed ours, in ms. */
const GOODBYE_TIME = 1000;

/** What a connection is made from. */
export interface ConnectionSetup {
  /** The socket. */
  readonly host: SessionHost;
  /** The octets, not started yet. */
  readonly stream: ByteStream;
  /** The endpoint that was bound or connected to. */
  readonly endpoint: string;
  /** The endpoint's own options. */
  readonly options: Options;
  /** What the endpoint's peers told, where there are many. */
  readonly properties?: SharedProperties;
}

/** How a connection ended. */
export interface ConnectionEnd {
  /** True when there was traffic, or could have been. */
  readonly ready: boolean;
  /** Why, unless one of the sides just closed it. */
  readonly error: ZmqError | undefined;
}

/** Who made a connection: a connector or an acceptor. */
export interface ConnectionOwner {
  /** Which of the peers that do not come in are told of. Default: all. */
  readonly failures?: FailureLimit;
  /**
   * The peer is known: gives the pipe that the connection is to carry, unless
   * the connection is not wanted any more.
   */
  pipeFor(connection: Connection, peer: PeerInfo): ConnectionPipe | undefined;
  /** The last words are being said: nothing goes to the peer any more. */
  left?(connection: Connection): void;
  /** The connection is gone; comes once. */
  ended(connection: Connection, end: ConnectionEnd): void;
}

/** One connection. */
export abstract class Connection implements ByteSink {
  protected readonly host: SessionHost;
  protected readonly options: Options;
  protected readonly owner: ConnectionOwner;
  protected readonly direct: DirectStream;
  protected readonly remoteAddress: string;
  protected pipe: ConnectionPipe | undefined;
  protected writer: Writer | undefined;
  readonly #stream: ByteStream;
  readonly #endpoint: string;
  #ready = false;
  #finishing = false;
  // Our side was ended; what was written before has left; so has the peer's.
  #ending = false;
  #drained = false;
  #peerEnded = false;
  #failed = false;
  #closed = false;
  #error: ZmqError | undefined;
  // What closes it, and when.
  #timer: Timer | undefined;
  #closeAt = Infinity;

  constructor(setup: ConnectionSetup, owner: ConnectionOwner) {
    this.host = setup.host;
    this.options = setup.options;
    this.owner = owner;
    this.#stream = setup.stream;
    this.#endpoint = setup.endpoint;
    this.remoteAddress = setup.stream.remoteAddress;
    this.direct = setup.stream.direct ?? directFromStreams(setup.stream);
  }

  /** True once the peer has been let in. */
  get ready(): boolean {
    return this.#ready;
  }

  /** True when nothing that arrives is of interest any more. */
  get over(): boolean {
    return this.#failed || this.#closed;
  }

  /** Starts reading, and says the first words. */
  start(): void {
    try {
      this.direct.start(this);
      if (!this.over) this.begin();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    if (!this.#closed) this.#stream.hold?.(keepsProcess);
  }

  /**
   * Sends what is queued, then closes in good order. May be called again with
   * a shorter linger.
   *
   * @param linger milliseconds it may take; -1 is any time, 0 closes at once.
   */
  finish(linger: number): void {
    if (this.#closed) return;
    const { writer } = this;
    if (linger === 0 || this.over || !this.#ready || writer === undefined) {
      this.close();
      return;
    }
    if (linger > 0) this.#closeIn(linger);
    if (this.#finishing) return;
    this.#finishing = true;
    this.pipe?.retire();
    this.hush();
    writer.flush();
  }

  /** Hands over what was received and still waits, limits or not. */
  settle(): void {
    if (this.over) return;
    try {
      this.catchUp();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Drops the connection at once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#release();
    try {
      this.#stream.close();
    } catch {
      // The stream is gone already, and its end is what was wanted.
    }
    this.owner.ended(this, { ready: this.#ready, error: this.#error });
  }

  /** Ends the connection because of an error, after the last words. */
  fail(cause: unknown): void {
    if (this.over) return;
    this.leave(toZmqError(cause, "EPROTO", "The connection failed"));
  }

  // The stream's side.

  data(chunk: Uint8Array): void {
    if (this.over) return;
    try {
      this.receive(chunk);
    } catch (error) {
      this.fail(error);
    }
  }

  room(): Uint8Array | undefined {
    return this.over ? undefined : this.space;
  }

  filled(length: number): void {
    if (this.over) return;
    try {
      this.fill(length);
    } catch (error) {
      this.fail(error);
    }
  }

  drain(): void {
    if (!this.#ending) {
      if (!this.over) this.writer?.drained();
      return;
    }
    this.#drained = true;
    if (this.#peerEnded) this.close();
    else this.#closeIn(GOODBYE_TIME);
  }

  end(): void {
    this.#peerEnded = true;
    // What we wrote may still be on its way to a peer that only reads now.
    if (this.#ending && !this.#drained && !this.over) return;
    this.#lost(undefined);
  }

  closed(error?: unknown): void {
    this.#lost(error);
  }

  /** A flush is over. */
  flushed(): void {
    if (this.#finishing && this.writer?.idle) this.endWriting();
  }

  // For the kinds of connections.

  /** Says the first words. */
  protected abstract begin(): void;

  /** Takes octets; what it throws ends the connection. */
  protected abstract receive(chunk: Uint8Array): void;

  /** Where the next octets belong, if that is known. */
  protected get space(): Uint8Array | undefined {
    return undefined;
  }

  /** Takes octets that are in `space`; throws as `receive` does. */
  protected fill(_length: number): void {}

  /** What was received and others are at work on, if anything. */
  protected get work(): Promise<void> | undefined {
    return undefined;
  }

  /** What may be why a peer goes that gives no reason, as an error's text. */
  protected get suspicion(): string {
    return "";
  }

  /** Does what `settle` says; what it throws ends the connection. */
  protected abstract catchUp(): void;

  /** From now on only what keeps the connection going is of interest. */
  protected abstract hush(): void;

  /**
   * Writes what is to be said before closing; false when there is nothing.
   *
   * @param error why it is closed, unless the peer has done so.
   */
  protected abstract lastWords(error: ZmqError | undefined): boolean;

  /** Writes what is to be said behind all that was queued. */
  protected farewell(): void {}

  /** Stops timers and forgets secrets; may be called twice. */
  protected abstract stop(): void;

  /** Tells of the end in events. */
  protected abstract announce(error: ZmqError | undefined): void;

  /** The peer has been let in. */
  protected becomeReady(): void {
    this.#ready = true;
  }

  /** Ends our side, and waits for the peer's. */
  protected endWriting(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.farewell();
    this.direct.end();
  }

  /** Ends the connection after the last words, for a reason or without one. */
  protected leave(error: ZmqError | undefined): void {
    this.#failed = true;
    this.#error = error;
    let said = false;
    try {
      said = this.lastWords(error);
      if (said) this.direct.end();
    } catch {
      // There is nobody left to say it to.
    }
    this.#release();
    this.announce(error);
    if (said && !this.#closed) {
      this.owner.left?.(this);
      this.#closeIn(GOODBYE_TIME);
    } else this.close();
  }

  /** Emits an event about this connection. */
  protected emit(name: EventType, detail: Partial<EventDetail>): void {
    if (!this.host.observed) return;
    this.host.emit(name, {
      address: this.#endpoint,
      peerAddress: this.remoteAddress,
      ...detail,
    });
  }

  #lost(cause: unknown): void {
    if (this.#closed) return;
    if (this.over || this.#ending) {
      this.close();
      return;
    }
    const { work } = this;
    if (work !== undefined) {
      // The peer's last words may say why it is gone.
      const again = (): void => this.#lost(cause);
      work.then(again, again);
      return;
    }
    this.settle();
    if (this.over) return;
    this.#failed = true;
    if (cause !== undefined || !this.#ready) {
      this.#error = cause === undefined
        ? new ZmqError(
          "ECONNRESET",
          `The peer closed the connection${this.suspicion}`,
        )
        : toZmqError(
          cause,
          "ECONNRESET",
          `The connection was lost${this.suspicion}`,
        );
    }
    this.#release();
    this.announce(this.#error);
    this.close();
  }

  #release(): void {
    this.writer?.stop();
    this.stop();
    const { pipe } = this;
    this.pipe = undefined;
    pipe?.detach();
  }

  /** Closes it so soon, if not sooner. */
  #closeIn(delay: number): void {
    if (this.#closed) return;
    const { clock } = this.host;
    const at = clock.now() + delay;
    if (at >= this.#closeAt) return;
    this.#closeAt = at;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(() => this.close(), delay);
    this.#timer.hold(false);
  }
}
