/**
 * A byte stream that begins with the head of HTTP and goes on as a WebSocket.
 *
 * @module
 */

import {
  CallbackByteStream,
  type DirectConnection,
  directFromStreams,
} from "../../src/transport/streams.ts";
import type {
  ByteSink,
  ByteStream,
  DirectStream,
  WebSocketLink,
} from "../../src/transport/transport.ts";
import type { HeadReader, HttpHead } from "../../src/wire/http_head.ts";
import { Inlet } from "./inlet.ts";

/** A WebSocket over a stream of the network. */
export class WebSocketByteStream extends CallbackByteStream {
  /** What was agreed upon. */
  readonly webSocket: WebSocketLink;

  /** Takes a stream whose head has been read. */
  constructor(stream: HeadStream, webSocket: WebSocketLink) {
    super(stream);
    this.webSocket = webSocket;
  }
}

/** Reads a head; what follows it is the stream. */
export class HeadStream implements DirectConnection {
  /** The local address as an endpoint. */
  readonly localAddress: string;
  /** The peer's address as an endpoint. */
  readonly remoteAddress: string;
  /** When the connection was made. */
  readonly since: number;
  readonly #stream: ByteStream;
  readonly #direct: DirectStream;
  readonly #inlet: Inlet;

  /** Takes a stream that was not started. */
  constructor(stream: ByteStream, now: number) {
    this.#stream = stream;
    this.#direct = directFromStreams(stream);
    this.#inlet = new Inlet(this.#direct);
    this.localAddress = stream.localAddress;
    this.remoteAddress = stream.remoteAddress;
    this.since = stream.since ?? now;
  }

  /**
   * Starts the stream, and reads the head.
   *
   * @throws {ZmqError} when what comes is none.
   */
  head(reader: HeadReader): Promise<HttpHead> {
    const head = this.#inlet.head(reader);
    this.#direct.start(this.#inlet);
    return head;
  }

  /** Starts a stream whose head somebody else has read. */
  adopt(rest: Uint8Array): void {
    this.#inlet.keep(rest);
    this.#direct.start(this.#inlet);
    this.#direct.pause();
  }

  /** True when the connection is no more. */
  get gone(): boolean {
    return this.#inlet.gone;
  }

  /** Reads on, for the end of it: what comes is of no interest. */
  discard(): void {
    this.#inlet.discard();
  }

  /** Resolves when the peer has ended, or is gone. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#inlet.onEnd = resolve;
      if (this.#inlet.ended) resolve();
    });
  }

  /** Memory for a sink that will fill it. */
  allocate(length: number): Uint8Array {
    return this.#direct.allocate?.(length) ?? new Uint8Array(length);
  }

  /** Goes on with what came behind the head. */
  start(sink: ByteSink): void {
    this.#inlet.handTo(sink);
  }

  /** Writes the parts in order; `false` asks to wait for `drain`. */
  write(parts: readonly Uint8Array[]): boolean {
    return this.#direct.write(parts);
  }

  /** True when all that was written has left. */
  get settled(): boolean {
    return this.#direct.settled === true;
  }

  /** Falls as the system takes what was written. */
  get unsent(): number {
    return this.#direct.unsent ?? 0;
  }

  /** Stops calling `data`. */
  pause(): void {
    this.#inlet.pause();
  }

  /** Goes on calling `data`. */
  resume(): void {
    this.#inlet.resume();
  }

  /** Ends the writing side once everything written has left. */
  end(): void {
    this.#direct.end();
  }

  /** Drops the connection at once. */
  close(): void {
    this.#stream.close();
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#stream.hold?.(keepsProcess);
  }
}
