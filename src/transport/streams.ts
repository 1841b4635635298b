/**
 * Both directions between the two forms of a byte stream: callbacks and Web
 * Streams. Built by hand, because the runtimes' own converters lose up to
 * half of the throughput.
 *
 * Knows no runtime and no protocol.
 *
 * @module
 */

import { concat } from "../base/bytes.ts";
import { ZmqError } from "../base/errors.ts";
import type { ByteSink, ByteStream, DirectStream } from "./transport.ts";

/** How many octets may be in flight before a writer is asked to wait. */
const writeLimit = 128 * 1024;
/**
 * How many octets the readable side holds before reading is paused, and how
 * many are gathered into one chunk to write.
 */
const chunkLimit = 64 * 1024;

/** A connection in callback form, as adapters make it. */
export interface DirectConnection extends DirectStream {
  /** The local address as an endpoint. */
  readonly localAddress: string;
  /** The peer's address as an endpoint. */
  readonly remoteAddress: string;
  /** When the connection was made, where there was a handshake before. */
  readonly since?: number | undefined;
  /** Drops the connection at once; `closed` follows. */
  close(): void;
  /** Says whether the connection keeps the process running. */
  hold?(keepsProcess: boolean): void;
}

/**
 * A byte stream over a connection in callback form. The Web Streams come into
 * being, and the connection is started, when one of them is first asked for;
 * who uses `direct` never pays for them.
 */
export class CallbackByteStream implements ByteStream {
  /** The callback form. */
  readonly direct: DirectStream;
  readonly #connection: DirectConnection;
  #streams: StreamPair | undefined;

  /** Wraps a connection that has not been started. */
  constructor(connection: DirectConnection) {
    this.direct = connection;
    this.#connection = connection;
  }

  /** The local address as an endpoint. */
  get localAddress(): string {
    return this.#connection.localAddress;
  }

  /** The peer's address as an endpoint. */
  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  /** When the connection was made, where there was a handshake before. */
  get since(): number | undefined {
    return this.#connection.since;
  }

  /** Octets from the peer; cancelling it drops the connection. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#pair().readable;
  }

  /**
   * Octets to the peer; closing it ends the connection gracefully, aborting
   * it drops the connection.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#pair().writable;
  }

  /** Drops the connection at once. */
  close(): void {
    this.#connection.close();
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#connection.hold?.(keepsProcess);
  }

  #pair(): StreamPair {
    return this.#streams ??= new StreamPair(this.#connection);
  }
}

/** The Web Streams of one connection, fed as its sink. */
class StreamPair implements ByteSink {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #connection: DirectConnection;
  #reader!: ReadableStreamDefaultController<Uint8Array>;
  #writer!: WritableStreamDefaultController;
  #paused = false;
  #readable = true;
  #drained: (() => void) | undefined;

  constructor(connection: DirectConnection) {
    this.#connection = connection;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#reader = controller;
      },
      pull: () => {
        if (!this.#paused) return;
        this.#paused = false;
        connection.resume();
      },
      cancel: () => {
        this.#readable = false;
        connection.close();
      },
    }, { highWaterMark: chunkLimit, size: (chunk) => chunk.byteLength });
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writer = controller;
      },
      write: (chunk) => this.#write(chunk),
      close: () => {
        connection.end();
        return this.#drain();
      },
      abort: () => connection.close(),
    });
    connection.start(this);
  }

  data(chunk: Uint8Array): void {
    if (!this.#readable) return;
    this.#reader.enqueue(chunk);
    if (this.#reader.desiredSize! > 0 || this.#paused) return;
    this.#paused = true;
    this.#connection.pause();
  }

  drain(): void {
    this.#drained?.();
    this.#drained = undefined;
  }

  end(): void {
    if (!this.#readable) return;
    this.#readable = false;
    this.#reader.close();
  }

  closed(error?: unknown): void {
    if (this.#readable) {
      this.#readable = false;
      if (error === undefined) this.#reader.close();
      else this.#reader.error(error);
    }
    // Harmless on a stream that has ended by itself.
    this.#writer.error(
      error ?? new ZmqError("EBADF", "The connection was closed", {
        address: this.#connection.remoteAddress,
      }),
    );
    this.drain();
  }

  #write(chunk: Uint8Array): Promise<void> | undefined {
    return this.#connection.write([chunk]) ? undefined : this.#drain();
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }
}

/**
 * The callback form of a stream that has Web Streams only. Takes a reader and
 * a writer: the streams cannot be used otherwise afterwards.
 */
export function directFromStreams(stream: ByteStream): DirectStream {
  return stream.direct ?? new StreamPump(stream);
}

/** Pumps the Web Streams of one byte stream into callbacks. */
class StreamPump implements DirectStream {
  readonly #stream: ByteStream;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #sink!: ByteSink;
  #gate: Promise<void> | undefined;
  #open: (() => void) | undefined;
  #inFlight = 0;
  #full = false;
  #ending = false;
  #readEnded = false;
  #writeEnded = false;
  #gone = false;

  constructor(stream: ByteStream) {
    this.#stream = stream;
    this.#reader = stream.readable.getReader();
    this.#writer = stream.writable.getWriter();
  }

  start(sink: ByteSink): void {
    this.#sink = sink;
    this.#read();
    this.#writer.closed.catch((error: unknown) => this.#vanish(error));
  }

  write(parts: readonly Uint8Array[]): boolean {
    if (this.#gone || this.#ending) return false;
    for (const part of gathered(parts)) {
      if (part.length === 0) continue;
      this.#inFlight += part.length;
      this.#writer.write(part).then(
        () => this.#written(part.length),
        (error: unknown) => this.#vanish(error),
      );
    }
    this.#full ||= this.#inFlight >= writeLimit;
    return !this.#full;
  }

  pause(): void {
    this.#gate ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  resume(): void {
    this.#gate = undefined;
    this.#open?.();
    this.#open = undefined;
  }

  end(): void {
    if (this.#gone || this.#ending) return;
    this.#ending = true;
    this.#writer.close().then(() => {
      this.#writeEnded = true;
      if (!this.#gone) this.#sink.drain();
      if (this.#readEnded) this.#vanish();
    }, (error: unknown) => this.#vanish(error));
  }

  async #read(): Promise<void> {
    for (;;) {
      while (this.#gate !== undefined) await this.#gate;
      const read = await this.#reader.read().catch((error: unknown) => {
        this.#vanish(error);
      });
      if (read === undefined || this.#gone) return;
      if (read.done) break;
      if (read.value.length > 0) this.#sink.data(read.value);
    }
    this.#readEnded = true;
    this.#sink.end();
    if (this.#writeEnded) this.#vanish();
  }

  #written(length: number): void {
    this.#inFlight -= length;
    if (this.#inFlight > 0 || !this.#full || this.#gone) return;
    this.#full = false;
    this.#sink.drain();
  }

  #vanish(error?: unknown): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#stream.close();
    this.resume();
    this.#sink.closed(error);
  }
}

/** A write costs a promise: many small parts become one. */
function gathered(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  if (parts.length < 2) return parts;
  let length = 0;
  for (const part of parts) length += part.length;
  return length <= chunkLimit ? [concat(parts)] : parts;
}
