/**
 * The receiving side of a stream whose first octets are the head of HTTP: the
 * head is read here, and what comes behind it waits for whoever takes over.
 *
 * @module
 */

import { concat } from "../../src/base/bytes.ts";
import type { ByteSink, DirectStream } from "../../src/transport/transport.ts";
import {
  headError,
  type HeadReader,
  type HttpHead,
} from "../../src/wire/http_head.ts";

interface Waiting {
  resolve(head: HttpHead): void;
  reject(cause: unknown): void;
}

/** Reads a head, holds what follows, and then forwards it. */
export class Inlet implements ByteSink {
  /** Told that the peer has ended, or is gone, before somebody took over. */
  onEnd: (() => void) | undefined;
  readonly #direct: DirectStream;
  #reader: HeadReader | undefined;
  // Whoever waits for the head; it would hold the head as long as the stream.
  #waiting: Waiting | undefined;
  #sink: ByteSink | undefined;
  // What came before anybody was there to take it.
  #held: Uint8Array[] | undefined = [];
  #paused = false;
  #discards = false;
  #ended = false;
  #gone: { readonly error?: unknown } | undefined;

  /** Takes the stream that it will be the sink of. */
  constructor(direct: DirectStream) {
    this.#direct = direct;
  }

  /** True when nothing more will come. */
  get ended(): boolean {
    return this.#ended || this.gone;
  }

  /** True when the stream is no more. */
  get gone(): boolean {
    return this.#gone !== undefined;
  }

  /**
   * The head, which is read from now on; then the stream is paused.
   *
   * @throws {ZmqError} when what comes is none.
   */
  head(reader: HeadReader): Promise<HttpHead> {
    this.#reader = reader;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Keeps what came behind the head for whoever takes over. */
  keep(rest: Uint8Array): void {
    if (rest.length > 0) this.#held!.push(new Uint8Array(rest));
  }

  /** Reads on, for the end of it: what comes is of no interest. */
  discard(): void {
    this.#discards = true;
    this.#held = [];
    this.#direct.resume();
  }

  /** Hands over to a sink, which gets what was held first. */
  handTo(sink: ByteSink): void {
    queueMicrotask(() => {
      const held = concat(this.#held!);
      this.#held = undefined;
      this.#sink = sink;
      if (held.length > 0) sink.data(held);
      if (this.#ended) sink.end();
      if (this.#gone !== undefined) sink.closed(this.#gone.error);
      else if (!this.#paused) this.#direct.resume();
    });
  }

  /** Holds back what comes next. */
  pause(): void {
    this.#paused = true;
    this.#direct.pause();
  }

  /** Goes on. */
  resume(): void {
    this.#paused = false;
    if (this.#held === undefined) this.#direct.resume();
  }

  /** The stream's call: octets arrived. */
  data(chunk: Uint8Array): void {
    if (this.#held === undefined) this.#sink!.data(chunk);
    else if (this.#discards) return;
    else if (this.#reader === undefined) this.#held.push(chunk);
    else this.#read(chunk, this.#reader);
  }

  /** The stream's call: where the next octets belong. */
  room(): Uint8Array | undefined {
    return this.#sink?.room?.();
  }

  /** The stream's call: so many octets were read into `room`. */
  filled(length: number): void {
    this.#sink!.filled!(length);
  }

  /** The stream's call: what was written has left. */
  drain(): void {
    this.#sink?.drain();
  }

  /** The stream's call: the peer will send no more. */
  end(): void {
    this.#ended = true;
    this.#fail(undefined);
    if (this.#held === undefined) this.#sink!.end();
    else this.onEnd?.();
  }

  /** The stream's call: it is gone. */
  closed(error?: unknown): void {
    this.#gone = { error };
    this.#fail(error);
    if (this.#held === undefined) this.#sink!.closed(error);
    else this.onEnd?.();
  }

  #read(chunk: Uint8Array, reader: HeadReader): void {
    try {
      const head = reader.read(chunk);
      if (head === undefined) return;
      this.#reader = undefined;
      if (head.rest.length > 0) this.#held!.push(head.rest);
      this.#direct.pause();
      this.#settle()?.resolve(head);
    } catch (error) {
      this.#fail(error);
      // What a peer says that cannot be understood is not kept either.
      this.#direct.pause();
    }
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #fail(error: unknown): void {
    if (this.#reader === undefined) return;
    this.#reader = undefined;
    const ended = headError("the peer ended before the head did");
    this.#settle()?.reject(error ?? ended);
  }
}
