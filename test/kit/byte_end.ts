// One end of a byte stream under test: a sink that records what it is told
// and checks the contract of the callback form while it listens.
import assert from "node:assert/strict";
import { directFromStreams } from "../../src/transport/streams.ts";
import type {
  ByteSink,
  ByteStream,
  DirectStream,
} from "../../src/transport/transport.ts";
import { within } from "./wait.ts";

/** The two forms that a byte stream has. */
export type Form = "direct" | "streams";

/** The callback form of a stream, taken directly or over its Web Streams. */
export function directOf(stream: ByteStream, form: Form): DirectStream {
  if (form === "direct") {
    assert.ok(stream.direct, "the stream has a direct form");
    return stream.direct;
  }
  return directFromStreams({
    readable: stream.readable,
    writable: stream.writable,
    localAddress: stream.localAddress,
    remoteAddress: stream.remoteAddress,
    close: () => stream.close(),
  });
}

interface Waiter {
  ready(): boolean;
  resolve(): void;
}

/** One end of a connection. */
export class End implements ByteSink {
  /** The stream of this end. */
  readonly stream: ByteStream;
  /** What arrived, unless `onData` takes it. */
  readonly chunks: Uint8Array[] = [];
  /** How many octets arrived. */
  received = 0;
  /** How often `drain` was called. */
  drains = 0;
  /** True when the peer has ended. */
  peerEnded = false;
  /** True when the stream is gone. */
  isClosed = false;
  /** Why the stream is gone. */
  error: unknown;
  /** Takes what arrives instead of `chunks`. */
  onData: ((chunk: Uint8Array) => void) | undefined;
  /** Called with each `drain`. */
  onDrain: (() => void) | undefined;
  readonly #direct: DirectStream;
  #inside = false;
  #calls = 0;
  #waiters: Waiter[] = [];

  /** Takes a stream, and starts it. */
  constructor(stream: ByteStream, form: Form) {
    this.stream = stream;
    this.#direct = directOf(stream, form);
    this.#guard(() => this.#direct.start(this));
  }

  /** Writes parts. */
  write(...parts: Uint8Array[]): boolean {
    return this.#guard(() => this.#direct.write(parts));
  }

  /** Stops reading. */
  pause(): void {
    this.#guard(() => this.#direct.pause());
  }

  /** Goes on reading. */
  resume(): void {
    this.#guard(() => this.#direct.resume());
  }

  /** Ends the writing side; the name of the sink's own `end` is taken. */
  finish(): void {
    this.#guard(() => this.#direct.end());
  }

  /** Drops the connection. */
  close(): void {
    this.#guard(() => this.stream.close());
  }

  /** Writes all parts, waiting for `drain` where asked to. */
  async writeAll(parts: Iterable<Uint8Array>): Promise<void> {
    for (const part of parts) {
      const drains = this.drains;
      if (!this.write(part)) {
        await this.until(() => this.drains > drains || this.isClosed);
      }
    }
  }

  /** Waits until something holds; it is looked at after every call. */
  until(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    const promise = new Promise<void>((resolve) => {
      this.#waiters.push({ ready, resolve });
    });
    return within(promise, `${ready} after ${this.received} octets`, 10_000);
  }

  /** Waits for so many octets. */
  has(length: number): Promise<void> {
    return this.until(() => this.received >= length || this.isClosed);
  }

  /** Waits for the end of the stream. */
  closure(): Promise<void> {
    return this.until(() => this.isClosed);
  }

  /** Everything that arrived. */
  octets(): Uint8Array {
    const whole = new Uint8Array(this.received);
    let at = 0;
    for (const chunk of this.chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  data(chunk: Uint8Array): void {
    this.#called(() => {
      assert.ok(!this.peerEnded, "no data after end");
      assert.equal(Object.getPrototypeOf(chunk), Uint8Array.prototype);
      assert.ok(chunk.length > 0, "no empty chunk");
      this.received += chunk.length;
      if (this.onData !== undefined) this.onData(chunk);
      else this.chunks.push(chunk);
    });
  }

  drain(): void {
    this.#called(() => {
      this.drains++;
      this.onDrain?.();
    });
  }

  end(): void {
    this.#called(() => {
      assert.ok(!this.peerEnded, "end comes once");
      this.peerEnded = true;
    });
  }

  closed(error?: unknown): void {
    this.#called(() => {
      this.isClosed = true;
      this.error = error;
    });
  }

  #guard<Result>(call: () => Result): Result {
    const inside = this.#inside;
    this.#inside = true;
    try {
      return call();
    } finally {
      this.#inside = inside;
    }
  }

  #called(handle: () => void): void {
    assert.ok(!this.#inside, "no call from inside a call of the stream");
    assert.ok(!this.isClosed, "closed is the last call");
    assert.equal(this.#calls, 0, "calls come one at a time");
    this.#calls++;
    handle();
    this.#calls--;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter((waiter) => !waiter.ready());
    for (const waiter of waiters) {
      if (!this.#waiters.includes(waiter)) waiter.resolve();
    }
  }
}

/** Octets that differ from place to place, the same for the same seed. */
export function pattern(length: number, seed = 1): Uint8Array {
  const octets = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    // xorshift32: fast, and no two neighbourhoods look alike.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    octets[i] = state;
  }
  return octets;
}

/** The octets cut into parts of the given lengths, over and over. */
export function cut(
  octets: Uint8Array,
  lengths: readonly number[],
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0, i = 0; at < octets.length; i++) {
    const length = lengths[i % lengths.length]!;
    parts.push(octets.subarray(at, at + length));
    at += length;
  }
  return parts;
}

/** Fails unless both hold the same octets; says where they differ. */
export function assertSameOctets(
  actual: Uint8Array,
  expected: Uint8Array,
): void {
  assert.equal(actual.length, expected.length, "the same length");
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] !== expected[i]) assert.fail(`octet ${i} differs`);
  }
}
