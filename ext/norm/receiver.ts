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
import { closeNorm, type OpenNorm } from "./open.ts";
import { nameOf } from "./source.ts";

/** Octets that what arrives is read into, one after the other. */
const CHUNK = 256 * 1024;
/** Octets that are read at once, and that there is room for at least. */
const MOST_READ = 64 * 1024;
const LEAST_READ = 16 * 1024;
/** Reads before others have their turn. */
const MOST_AT_ONCE = 64;
/**
 * Streams that are known at a time, each of which takes some megabytes: the
 * one not heard for longest goes, one whose publisher is silent before others.
 */
const MOST_STREAMS = 256;
const MOST_SILENT = 32;

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
  /** The publisher has not been heard for long. */
  isSilent: boolean;
}

/** One subscriber. */
export class NormReceiver implements MulticastSocket {
  readonly endpoint: string;
  readonly #library: LibNorm;
  readonly #clock: Clock;
  readonly #instance: NormInstance;
  readonly #session: bigint;
  readonly #sink: MulticastSink;
  /** By the library's objects; who was heard last comes last. */
  readonly #streams = new Map<bigint, Stream>();
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
  readonly #pump = (): void => {
    this.#isDeferred = false;
    this.#read();
  };

  constructor(
    instance: NormInstance,
    clock: Clock,
    { session }: OpenNorm,
    endpoint: string,
    sink: MulticastSink,
  ) {
    this.#library = instance.library;
    this.#clock = clock;
    this.#instance = instance;
    this.#session = session;
    this.#sink = sink;
    this.endpoint = endpoint;
    instance.add(
      session,
      (type, sender, object) => this.#handle(type, sender, object),
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
      this.#ready.add(stream);
      this.#defer();
    }
  }

  close(): Promise<void> {
    if (!this.#closed) this.#close();
    return Promise.resolve();
  }

  hold(keepsProcess: boolean): void {
    this.#instance.hold(this.#session, keepsProcess);
  }

  #handle(type: number, sender: bigint, object: bigint): void {
    switch (type) {
      case Event.RX_OBJECT_NEW:
      case Event.RX_OBJECT_UPDATED: {
        const stream = this.#streams.get(object) ?? this.#add(object, sender);
        if (stream === undefined) break;
        this.#ready.add(stream);
        this.#defer();
        break;
      }
      case Event.RX_OBJECT_ABORTED: {
        const stream = this.#forget(object);
        if (stream === undefined) break;
        this.#sink.lost(stream.name, "its stream was broken off");
        break;
      }
      case Event.RX_OBJECT_COMPLETED:
        this.#forget(object);
        break;
      case Event.REMOTE_SENDER_ACTIVE:
      case Event.REMOTE_SENDER_INACTIVE:
        for (const stream of this.#streams.values()) {
          if (stream.sender !== sender) continue;
          stream.isSilent = type === Event.REMOTE_SENDER_INACTIVE;
        }
        this.#limit();
    }
  }

  /** Takes a stream in, if that is what it is. */
  #add(object: bigint, sender: bigint): Stream | undefined {
    const { calls } = this.#library;
    if (calls.NormObjectGetType(object) !== OBJECT_STREAM) {
      // Nobody who publishes messages sends files.
      calls.NormObjectCancel(object);
      return undefined;
    }
    // The library may let go of it before it has told so.
    calls.NormObjectRetain(object);
    const name = nameOf(this.#library, sender);
    const stream: Stream = {
      object,
      sender,
      name: this.#isTaken(name) ? `${name}#${++this.#others}` : name,
      state: "seeking",
      isSilent: false,
    };
    this.#streams.set(object, stream);
    this.#limit();
    this.#sink.lost(stream.name, "its stream begins anew");
    return stream;
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
    this.#library.calls.NormObjectRelease(object);
    return stream;
  }

  /** Lets publishers go that there are too many of. */
  #limit(): void {
    const streams = [...this.#streams.values()];
    const silent = streams.filter(({ isSilent }) => isSilent);
    const [first] = silent.length > MOST_SILENT
      ? silent
      : streams.length > MOST_STREAMS
      ? [...silent, ...streams]
      : [];
    if (first === undefined) return;
    const { calls } = this.#library;
    for (const stream of streams) {
      if (stream.sender !== first.sender) continue;
      calls.NormObjectCancel(stream.object);
      this.#forget(stream.object);
    }
    calls.NormNodeDelete(first.sender);
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
      if (wasRead) this.#sink.lost(name, "its repair has failed");
      return true;
    }
    if (stream.state === "skipping") {
      // At the end of what there is, nothing is found again that was before.
      if (octets.length === 0) stream.state = "seeking";
      return true;
    }
    if (octets.length === 0) return false;
    this.#at += octets.length;
    this.#heard(stream);
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

  /** Puts a stream behind those that have not been heard since. */
  #heard(stream: Stream): void {
    stream.isSilent = false;
    if (this.#streams.size === 1) return;
    this.#streams.delete(stream.object);
    this.#streams.set(stream.object, stream);
  }

  #close(): void {
    this.#closed = true;
    const { calls } = this.#library;
    this.#instance.remove(this.#session);
    for (const object of [...this.#streams.keys()]) {
      // The library lets go of all of it only when that comes first.
      calls.NormObjectCancel(object);
      this.#forget(object);
    }
    calls.NormStopReceiver(this.#session);
    closeNorm(this.#instance, this.#session);
  }
}
