/**
 * What arrives at a multicast socket, into a subscriber's pipe. There are any
 * number of sources; each is understood from the beginning of a message on,
 * and where octets are missing, from the beginning of the next one. Nobody
 * vouches for what a source says: nothing of it can do more here than end it;
 * what it does to the library of a transport is beyond this.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import type { Options } from "../options/options.ts";
import type { ConnectionPipe, PipeLink } from "../routing/connection_pipe.ts";
import type { MulticastSocket } from "../transport/multicast.ts";
import type { FrameLimits, FrameSink } from "../wire/frame_decoder.ts";
import { MORE } from "../wire/framing.ts";
import type { UnitDecoder, UnitFraming } from "../wire/multicast.ts";
import { toZmqError } from "./failure.ts";
import { checkMessage } from "./message_limit.ts";
import type { MulticastFlowOwner } from "./multicast_sender.ts";
import { frameLimits } from "./traffic.ts";

/** Sources that are known at a time: the one not heard for longest goes. */
const MOST_SOURCES = 1024;
/** Unfinished messages of all sources together, in longest messages. */
const MOST_UNFINISHED = 4;

/** What a receiver acts on. */
export interface MulticastReceiverOwner extends MulticastFlowOwner {
  /** Some of what a source sent is missing. */
  gap(source: string, error: ZmqError): void;
}

/** The receiving half. */
export class MulticastReceiver implements PipeLink {
  readonly #owner: MulticastReceiverOwner;
  readonly #clock: Clock;
  readonly #socket: MulticastSocket;
  readonly #pipe: ConnectionPipe;
  readonly #framing: UnitFraming;
  readonly #options: Options;
  readonly #limits: FrameLimits;
  readonly #sources = new Map<string, Source>();
  #turn = 0;
  #unfinished = 0;
  #stopped = false;
  readonly #proceed = (): void => this.#goOn();

  constructor(
    owner: MulticastReceiverOwner,
    clock: Clock,
    socket: MulticastSocket,
    pipe: ConnectionPipe,
    framing: UnitFraming,
    options: Options,
  ) {
    this.#owner = owner;
    this.#clock = clock;
    this.#socket = socket;
    this.#pipe = pipe;
    this.#framing = framing;
    this.#options = options;
    this.#limits = frameLimits(options, undefined);
  }

  /** Octets arrived. `false`: no more until the socket's `resume`. */
  received(name: string, octets: Uint8Array): boolean {
    if (this.#stopped) return true;
    let source = this.#sources.get(name);
    if (source?.ending !== undefined) {
      // What it had before goes before.
      this.#finish(name, source);
      source = undefined;
    }
    source ??= this.#add(name);
    source.heard = ++this.#turn;
    return this.#feed(name, source, octets);
  }

  /** Octets are missing. */
  lost(name: string, why: string): void {
    if (this.#stopped) return;
    const what = `Lost some of what "${name}" sent: ${why}`;
    const error = new ZmqError("ETIMEDOUT", what, { address: name });
    const source = this.#sources.get(name);
    // Its whole messages that wait for room are not lost.
    if (source?.stopped) source.ending ??= error;
    else this.#end(name, error);
  }

  /** Receives nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#sources.clear();
  }

  // The pipe's side.

  /** What is sent upstream goes nowhere. */
  schedule(): void {
    while (this.#pipe.take() !== undefined);
    this.#pipe.flushed();
  }

  flush(): void {
    this.schedule();
  }

  resume(): void {
    // Not at once: a reader is in the middle of taking a message.
    this.#clock.defer(this.#proceed);
  }

  settle(): void {
    for (const [name, source] of this.#sources) this.#finish(name, source);
  }

  /** Who subscribes tells nobody: what arrives is filtered here. */
  command(): void {}

  dropped(): void {
    this.#owner.dropped();
  }

  #add(name: string): Source {
    if (this.#sources.size >= MOST_SOURCES) this.#forget();
    const source = new Source(
      this.#pipe,
      this.#options,
      this.#framing,
      this.#limits,
    );
    this.#sources.set(name, source);
    return source;
  }

  /** Ends the source that was not heard for longest. */
  #forget(): void {
    const known = [...this.#sources];
    const [oldest, source] = known.reduce((one, other) =>
      other[1].heard < one[1].heard ? other : one
    );
    // Its whole messages that wait for room are here already, and take no
    // more of it elsewhere.
    this.#finish(oldest, source);
    if (this.#sources.get(oldest) !== source) return;
    const what = `Lost sight of "${oldest}": there are ${MOST_SOURCES} others`;
    this.#end(oldest, new ZmqError("EMSGSIZE", what, { address: oldest }));
    this.#socket.rejoin?.(oldest);
  }

  /** Delivers what a source has, whether there is room or not. */
  #finish(name: string, source: Source): void {
    while (source.stopped && this.#sources.get(name) === source) {
      this.#feed(name, source);
    }
  }

  /** Decodes; without octets, goes on. False: nothing more for now. */
  #feed(name: string, source: Source, octets?: Uint8Array): boolean {
    const before = source.unfinished;
    try {
      if (octets === undefined) source.resume();
      else source.push(octets);
      const total = this.#unfinished + source.unfinished - before;
      this.#checkUnfinished(total);
      this.#unfinished = total;
    } catch (error) {
      this.#unfinished -= before;
      source.unfinished = 0;
      const what = `Cannot make out what "${name}" sent`;
      this.#end(name, toZmqError(error, "EPROTO", what));
      // What comes after a loss begins with a frame anyway.
      if (source.ending === undefined) this.#socket.rejoin?.(name);
      return true;
    }
    if (source.stopped) return false;
    if (source.ending !== undefined) this.#end(name, source.ending);
    return true;
  }

  /** Many sources that begin messages and never end them are not kept. */
  #checkUnfinished(total: number): void {
    const { maxMessageBytes } = this.#options;
    const limit = MOST_UNFINISHED * maxMessageBytes;
    if (maxMessageBytes < 0 || total <= limit) return;
    throw new ZmqError(
      "EMSGSIZE",
      `Cannot keep ${total} octets of messages that are not ` +
        `whole: the limit is ${limit}`,
    );
  }

  #end(name: string, error: ZmqError): void {
    const source = this.#sources.get(name);
    if (source === undefined) return;
    this.#sources.delete(name);
    this.#unfinished -= source.unfinished;
    // Who has come late has lost nothing.
    if (!source.joined) return;
    this.#pipe.gaps++;
    this.#owner.gap(name, error);
  }

  #goOn(): void {
    for (const [name, source] of this.#sources) {
      if (source.stopped && !this.#feed(name, source)) return;
    }
    if (!this.#stopped) this.#socket.resume();
  }
}

/** One publisher that was heard. */
class Source implements FrameSink {
  /** When it was heard last; grows. */
  heard = 0;
  /** Octets since its last whole message. */
  unfinished = 0;
  /** Some of it was lost behind what it has: why. */
  ending: ZmqError | undefined;
  readonly #pipe: ConnectionPipe;
  readonly #options: Options;
  readonly #decoder: UnitDecoder;
  #parts: Message = [];
  #octets = 0;

  constructor(
    pipe: ConnectionPipe,
    options: Options,
    framing: UnitFraming,
    limits: FrameLimits,
  ) {
    this.#pipe = pipe;
    this.#options = options;
    this.#decoder = framing.decoder(this, limits);
  }

  get stopped(): boolean {
    return this.#decoder.stopped;
  }

  get joined(): boolean {
    return this.#decoder.joined;
  }

  push(octets: Uint8Array): void {
    this.unfinished += octets.length;
    this.#decoder.push(octets);
    // Nothing is kept before the first message begins.
    if (!this.#decoder.joined) this.unfinished = 0;
  }

  resume(): void {
    this.#decoder.resume();
  }

  frame(flags: number, body: Uint8Array): boolean {
    const parts = this.#parts;
    parts.push(body);
    this.#octets += body.length;
    checkMessage(this.#options, parts.length, this.#octets);
    if ((flags & MORE) !== 0) return true;
    this.#parts = [];
    this.#octets = 0;
    this.unfinished = 0;
    return this.#pipe.deliver(parts);
  }
}
