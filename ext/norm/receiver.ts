/**
 * A subscriber's side of a session: the streams of any number of publishers,
 * each read from the beginning of a frame on, and anew where it is broken.
 *
 * @module
 */

import type { Clock, MulticastSink, MulticastSocket } from "../../mod.ts";
import { Event, OBJECT_STREAM } from "./constants.ts";
import type { NormInstance } from "./instance.ts";
import type { LibNorm } from "./library.ts";
import { Looks } from "./looks.ts";
import type { OpenNorm } from "./open.ts";
import { NormSenders } from "./senders.ts";
import { nameOf } from "./source.ts";

/** Octets that what arrives is read into, one after the other. */
const CHUNK = 256 * 1024;
/** Octets that are read at once, and that there is room for at least. */
const MOST_READ = 64 * 1024;
const LEAST_READ = 16 * 1024;
/** Reads before others have their turn. */
const MOST_AT_ONCE = 64;
/** What one publisher sends. */
interface Stream {
  /** The library's object. */
  readonly object: bigint;
  /** The library's node. */
  readonly sender: bigint;
  /** The source's name. */
  readonly name: string;
  /** What comes next is to begin with a frame; is of no use before that. */
  state: "seeking" | "reading" | "skipping";
  /** Octets of the library's buffer, by what the publisher says. */
  readonly size: number;
  /** Octets that were skipped. */
  skipped: number;
  /** Some of it has come since silent ones were last looked at. */
  hasCome: boolean;
}

/** One subscriber. */
export class NormReceiver implements MulticastSocket {
  readonly endpoint: string;
  readonly #library: LibNorm;
  readonly #clock: Clock;
  readonly #instance: NormInstance;
  readonly #session: bigint;
  readonly #sink: MulticastSink;
  /** By the library's objects. */
  readonly #streams = new Map<bigint, Stream>();
  readonly #senders: NormSenders;
  readonly #looks: Looks;
  // There may be too many of them now.
  #isSwelling = false;
  /** Those that may have something to read. */
  readonly #ready = new Set<Stream>();
  // Streams of publishers that have another one as well.
  #others = 0;
  readonly #length = new Uint32Array(1);
  #chunk: Uint8Array = new Uint8Array(0);
  #chunkAddress = 0n;
  #at = 0;
  #isDeferred = false;
  #isPaused = false;
  #closed = false;
  #closing: Promise<void> | undefined;
  readonly #pump = (): void => {
    this.#isDeferred = false;
    this.#read();
  };

  /** @param buffer octets that the library keeps for each publisher. */
  constructor(
    instance: NormInstance,
    clock: Clock,
    { session }: OpenNorm,
    endpoint: string,
    buffer: number,
    sink: MulticastSink,
  ) {
    this.#library = instance.library;
    this.#clock = clock;
    this.#instance = instance;
    this.#session = session;
    this.#sink = sink;
    this.endpoint = endpoint;
    this.#senders = new NormSenders(buffer);
    this.#looks = new Looks(clock, () => this.#look());
    instance.add(
      session,
      (type, sender, object) => this.#handle(type, sender, object),
      () => this.#limit(),
    );
  }

  /** Nothing goes out. */
  send(octets: Uint8Array): number {
    return octets.length;
  }

  resume(): void {
    if (!this.#isPaused || this.#closed) return;
    this.#isPaused = false;
    this.#defer();
  }

  rejoin(source: string): void {
    for (const stream of this.#streams.values()) {
      if (stream.name !== source) continue;
      stream.state = "skipping";
      stream.skipped = 0;
      this.#ready.add(stream);
      this.#defer();
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#closing ??= new Promise((resolve, reject) => {
      // Not while events are taken, some of which are of this session.
      this.#clock.defer(() => {
        try {
          resolve(this.#close());
        } catch (cause) {
          reject(cause);
        }
      });
    });
  }

  hold(keepsProcess: boolean): void {
    this.#instance.hold(this.#session, keepsProcess);
  }

  #handle(type: number, sender: bigint, object: bigint): void {
    switch (type) {
      case Event.RX_OBJECT_NEW:
        this.#isSwelling = true;
        this.#add(object, sender);
        break;
      case Event.RX_OBJECT_UPDATED: {
        const stream = this.#streams.get(object);
        if (stream === undefined) break;
        this.#ready.add(stream);
        this.#defer();
        break;
      }
      case Event.RX_OBJECT_ABORTED: {
        const stream = this.#forget(object);
        if (stream === undefined) break;
        this.#lose(stream, "its stream was broken off");
        break;
      }
      case Event.RX_OBJECT_COMPLETED:
        this.#forget(object);
        break;
      case Event.REMOTE_SENDER_NEW:
      case Event.REMOTE_SENDER_ACTIVE:
      case Event.REMOTE_SENDER_INACTIVE:
        this.#isSwelling = true;
        this.#senders.know(sender, type === Event.REMOTE_SENDER_INACTIVE);
    }
  }

  /** Takes a stream in, if that is what it is. */
  #add(object: bigint, sender: bigint): void {
    if (this.#streams.has(object)) return;
    const { calls } = this.#library;
    if (calls.NormObjectGetType(object) !== OBJECT_STREAM) {
      // Nobody who publishes messages sends files. It is left to the
      // library, which may be done with it already.
      this.#senders.suspect(sender);
      return;
    }
    // For the same reason.
    calls.NormObjectRetain(object);
    const name = nameOf(this.#library, sender);
    const stream: Stream = {
      object,
      sender,
      name: this.#isTaken(name) ? `${name}#${++this.#others}` : name,
      state: "seeking",
      size: Number(calls.NormObjectGetSize(object)),
      skipped: 0,
      hasCome: true,
    };
    this.#streams.set(object, stream);
    this.#senders.add(sender, object, stream.size);
    this.#lose(stream, "its stream begins anew");
    this.#ready.add(stream);
    this.#defer();
    this.#looks.begin();
  }

  #lose({ name }: Stream, why: string): void {
    this.#instance.tell(() => {
      if (!this.#closed) this.#sink.lost(name, why);
    });
  }

  #isTaken(name: string): boolean {
    for (const stream of this.#streams.values()) {
      if (stream.name === name) return true;
    }
    return false;
  }

  #forget(object: bigint): Stream | undefined {
    const stream = this.#streams.get(object);
    if (stream === undefined) return undefined;
    this.#streams.delete(object);
    this.#ready.delete(stream);
    this.#senders.remove(stream.sender, object);
    if (this.#streams.size === 0) this.#looks.end();
    this.#library.calls.NormObjectRelease(object);
    return stream;
  }

  /** Lets publishers go that there are too many of. */
  #limit(): void {
    if (!this.#isSwelling || this.#closed) return;
    this.#isSwelling = false;
    for (;;) {
      const node = this.#senders.surplus();
      if (node === undefined || this.#closed) return;
      this.#instance.still((drain) => this.#dismiss(node, drain));
    }
  }

  /**
   * Lets a publisher go with all that the library has of it. The node must be
   * the last to go, with no event left that names it, and the thread has to
   * stand still meanwhile.
   */
  #dismiss(node: bigint, drain: () => void): void {
    const { calls } = this.#library;
    // Its objects are broken off, and that is told.
    calls.NormNodeFreeBuffers(node);
    drain();
    calls.NormNodeDelete(node);
    this.#senders.forget(node);
  }

  /** Looks at the streams of which nothing came; true: of one, something. */
  #look(): boolean {
    let isLively = false;
    for (const stream of this.#streams.values()) {
      if (stream.hasCome) isLively = true;
      else this.#ready.add(stream);
      stream.hasCome = false;
    }
    if (this.#ready.size > 0) this.#defer();
    return isLively;
  }

  /** Reads in a moment, from inside of no other call. */
  #defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#clock.defer(this.#pump);
  }

  /** Reads what there is, a piece of each stream in turn. */
  #read(): void {
    for (let i = 0; !this.#closed && !this.#isPaused; i++) {
      const [stream] = this.#ready;
      if (stream === undefined) return;
      if (i === MOST_AT_ONCE) return this.#defer();
      this.#ready.delete(stream);
      if (this.#readFrom(stream)) this.#ready.add(stream);
    }
  }

  /** Reads a piece of a stream; false: there is none. */
  #readFrom(stream: Stream): boolean {
    const { calls } = this.#library;
    const { object, name } = stream;
    if (stream.state === "seeking") {
      if (!calls.NormStreamSeekMsgStart(object)) return false;
      stream.state = "reading";
    }
    const octets = this.#readOctets(object);
    if (octets === undefined) {
      const wasRead = stream.state === "reading";
      stream.state = "seeking";
      if (wasRead) this.#lose(stream, "its repair has failed");
      return this.#streams.has(object);
    }
    if (stream.state === "skipping") {
      // At the end of what there was, nothing is found again that was before.
      stream.skipped += octets.length;
      if (octets.length === 0 || stream.skipped >= stream.size) {
        stream.state = "seeking";
      }
      return true;
    }
    if (octets.length === 0) return false;
    this.#at += octets.length;
    stream.hasCome = true;
    this.#senders.heard(stream.sender);
    if (!this.#sink.received(name, octets)) this.#isPaused = true;
    return true;
  }

  /** The next octets of a stream; `undefined` where it is broken. */
  #readOctets(object: bigint): Uint8Array | undefined {
    if (this.#chunk.length - this.#at < LEAST_READ) {
      this.#chunk = new Uint8Array(CHUNK);
      this.#chunkAddress = this.#library.ffi.address(this.#chunk);
      this.#at = 0;
    }
    const length = this.#length;
    length[0] = Math.min(this.#chunk.length - this.#at, MOST_READ);
    const isWhole = this.#library.calls.NormStreamRead(
      object,
      this.#chunkAddress + BigInt(this.#at),
      length,
    );
    if (!isWhole) return undefined;
    return this.#chunk.subarray(this.#at, this.#at + length[0]!);
  }

  #close(): Promise<void> {
    const { calls } = this.#library;
    let removed!: Promise<void>;
    this.#instance.still((drain) => {
      drain();
      // No packet may come in between that makes another.
      for (const node of this.#senders.nodes()) this.#dismiss(node, drain);
      removed = this.#instance.remove(this.#session);
      calls.NormStopReceiver(this.#session);
      calls.NormDestroySession(this.#session);
    });
    this.#instance.release();
    this.#looks.end();
    return removed;
  }
}
