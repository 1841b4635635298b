// Byte streams in memory: pairs of them, and a network that makes pairs.
import { ZmqError } from "../../src/base/errors.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import type {
  ByteSink,
  ByteStream,
  ConnectOptions,
  DirectStream,
  Listener,
  ListenOptions,
  Transport,
  WebSocketLink,
} from "../../src/transport/transport.ts";

/** How a pair behaves. */
export interface MemoryOptions {
  /** Octets a chunk; 0 keeps the chunks as they are written. */
  readonly chunk?: number;
  /** Octets in flight at which a writer is asked to wait. */
  readonly limit?: number;
  /** When the connection was made, where there was a handshake before. */
  readonly since?: number;
}

/** One end of a connection in memory. */
export class MemoryStream implements ByteStream, DirectStream {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly direct: DirectStream = this;
  /** Set before a session has it: its octets are those of a WebSocket. */
  webSocket?: WebSocketLink;
  /** True once the stream was closed, here or there. */
  gone = false;
  /** True while the reader wants no octets. */
  paused = false;
  /** What `hold` was told last. */
  held = true;
  #other: MemoryStream | undefined;
  #sink: ByteSink | undefined;
  #incoming: Uint8Array[] = [];
  #octets = 0;
  #ended = false;
  #ending = false;
  #readEnded = false;
  #blocked = false;
  #scheduled = false;
  readonly #options: MemoryOptions;

  constructor(local: string, remote: string, options: MemoryOptions) {
    this.localAddress = local;
    this.remoteAddress = remote;
    this.#options = options;
  }

  get since(): number | undefined {
    return this.#options.since;
  }

  /** Makes both ends of a connection. */
  static pair(options: MemoryOptions = {}): [MemoryStream, MemoryStream] {
    const a = new MemoryStream(
      "tcp://127.0.0.1:1",
      "tcp://127.0.0.1:2",
      options,
    );
    const b = new MemoryStream(
      "tcp://127.0.0.1:2",
      "tcp://127.0.0.1:1",
      options,
    );
    a.#other = b;
    b.#other = a;
    return [a, b];
  }

  get readable(): ReadableStream<Uint8Array> {
    throw new Error("Only the callback form is there");
  }

  get writable(): WritableStream<Uint8Array> {
    throw new Error("Only the callback form is there");
  }

  start(sink: ByteSink): void {
    this.#sink = sink;
    this.#schedule();
  }

  write(parts: readonly Uint8Array[]): boolean {
    const other = this.#other!;
    if (this.gone || this.#ended) return false;
    for (const part of parts) {
      const step = this.#options.chunk || part.length || 1;
      for (let at = 0; at < part.length; at += step) {
        // A copy: what is written belongs to the writer again once it left.
        other.#incoming.push(part.slice(at, at + step));
      }
      other.#octets += part.length;
    }
    other.#schedule();
    const limit = this.#options.limit ?? 1 << 20;
    this.#blocked = other.#octets >= limit;
    return !this.#blocked;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#schedule();
  }

  end(): void {
    if (this.gone || this.#ended) return;
    this.#ended = true;
    this.#other!.#ending = true;
    this.#other!.#schedule();
  }

  close(): void {
    this.#vanish();
    const other = this.#other!;
    if (!other.gone) other.#lose(undefined);
  }

  /** Breaks the connection for both ends. */
  reset(): void {
    const error = new ZmqError("ECONNRESET", "Reset by the test");
    this.#lose(error);
    this.#other!.#lose(error);
  }

  hold(keepsProcess: boolean): void {
    this.held = keepsProcess;
  }

  #lose(error: unknown): void {
    queueMicrotask(() => {
      if (this.gone) return;
      this.#deliver();
      this.#vanish(error);
    });
  }

  #vanish(error?: unknown): void {
    if (this.gone) return;
    this.gone = true;
    this.#incoming = [];
    queueMicrotask(() => this.#sink?.closed(error));
  }

  #schedule(): void {
    if (this.#scheduled || this.#sink === undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.paused && !this.gone && this.#incoming.length > 0) {
      const chunk = this.#incoming.shift()!;
      this.#octets -= chunk.length;
      this.#sink?.data(chunk);
    }
    if (this.gone || this.#incoming.length > 0) return;
    const other = this.#other!;
    if (other.#blocked || this.#ending) {
      other.#blocked = false;
      if (!other.gone) other.#sink?.drain();
    }
    if (!this.#ending || this.gone) return;
    this.#ending = false;
    this.#readEnded = true;
    this.#sink?.end();
    // Gone only when both ends have been read to the end.
    if (other.#readEnded && !this.gone) {
      this.#vanish();
      other.#vanish();
    }
  }
}

/** A transport in memory: endpoints of one network find each other. */
export class MemoryNetwork implements Transport {
  readonly scheme = "tcp";
  /** The streams made so far, connecting end first. */
  readonly pairs: [MemoryStream, MemoryStream][] = [];
  /** True: attempts to connect do not end by themselves. */
  silent = false;
  /** How many attempts there were. */
  attempts = 0;
  readonly #accepts = new Map<string, (stream: ByteStream) => void>();
  readonly #options: MemoryOptions;

  constructor(options: MemoryOptions = {}) {
    this.#options = options;
  }

  connect(endpoint: Endpoint, options: ConnectOptions): Promise<ByteStream> {
    this.attempts++;
    const accept = this.#accepts.get(endpoint.text);
    if (this.silent) {
      return new Promise((_, reject) => {
        options.signal.addEventListener("abort", () => reject(new Error()));
      });
    }
    if (accept === undefined) {
      return Promise.reject(
        new ZmqError("ECONNREFUSED", `Nothing listens at ${endpoint.text}`),
      );
    }
    const pair = MemoryStream.pair(this.#options);
    this.pairs.push(pair);
    queueMicrotask(() => accept(pair[1]));
    return Promise.resolve(pair[0]);
  }

  listen(
    endpoint: Endpoint,
    _options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    if (this.#accepts.has(endpoint.text)) {
      return Promise.reject(
        new ZmqError("EADDRINUSE", `Somebody listens at ${endpoint.text}`),
      );
    }
    this.#accepts.set(endpoint.text, accept);
    return Promise.resolve({
      endpoint: endpoint.text,
      close: () => {
        this.#accepts.delete(endpoint.text);
        return Promise.resolve();
      },
    });
  }
}
