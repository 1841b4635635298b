/**
 * A ZMTP connection: its opening, and then traffic. RFC 37; for old peers
 * RFC 15 and RFC 13.
 *
 * Until the peer has been let in, the socket hears nothing of it: no pipe is
 * made or attached.
 *
 * @module
 */

import type { ZmqError } from "../base/errors.ts";
import type { MechanismMaker } from "../security/mechanism.ts";
import {
  type Decoder,
  FrameDecoder,
  type FrameLimits,
  type FrameSink,
} from "../wire/frame_decoder.ts";
import { type Greeting, isVersionless } from "../wire/greeting.ts";
import { OldFrameDecoder } from "../wire/old_framing.ts";
import {
  Connection,
  type ConnectionOwner,
  type ConnectionSetup,
} from "./connection.ts";
import { handshakeEvent } from "./failure.ts";
import { GreetedOpening, type GreetedOwner } from "./greeted_opening.ts";
import { SharedProperties } from "./shared_properties.ts";
import type { Opened, Opening, OpeningSetup } from "./opening.ts";
import { Reframer } from "./reframer.ts";
import {
  frameLimits,
  type Pinging,
  Traffic,
  type TrafficOwner,
} from "./traffic.ts";
import { type BatchEncoder, Writer } from "./writer.ts";

/** One ZMTP connection. */
export class Session extends Connection
  implements FrameSink, GreetedOwner, TrafficOwner {
  readonly #limits: FrameLimits;
  #decoder: Decoder;
  #opening: Opening | undefined;
  #traffic: Traffic | undefined;
  #paused = false;
  // Octets of chunks that are not decoded to their end.
  #undecoded = 0;

  constructor(
    setup: ConnectionSetup,
    maker: MechanismMaker,
    owner: ConnectionOwner,
  ) {
    super(setup, owner);
    const limit = this.options.maxHandshakeSize;
    this.#limits = { message: limit, command: limit };
    this.#decoder = this.decoderOver(setup, this.#limits);
    this.#opening = this.openingOf(setup, {
      host: this.host,
      options: this.options,
      maker,
      remoteAddress: this.remoteAddress,
      since: setup.stream.since,
      properties: setup.properties ?? new SharedProperties(),
    });
  }

  /** Says whether the connection keeps the process running. */
  override hold(keepsProcess: boolean): void {
    super.hold(keepsProcess);
    this.#opening?.hold(keepsProcess);
  }

  // The decoder's side.

  frame(flags: number, body: Uint8Array): boolean {
    const traffic = this.#traffic;
    if (traffic !== undefined) return traffic.frame(flags, body);
    const goesOn = this.#opening?.frame(flags, body) ?? false;
    // An earlier connection may have filled the inbox.
    return goesOn && !this.#stalled;
  }

  // The opening's side.

  write(octets: Uint8Array): void {
    this.direct.write([octets]);
  }

  reframe(): void {
    this.#decoder = new OldFrameDecoder(this, this.#limits, this.direct);
  }

  opened({ mechanism, greeting, peer }: Opened): void {
    const { clock, type } = this.host;
    this.#opening = undefined;
    Object.assign(this.#limits, frameLimits(this.options, mechanism));
    this.becomeReady();
    this.emit("handshake", { peer });
    const pipe = this.owner.pipeFor(this, peer);
    if (pipe === undefined || pipe.closed || this.over) {
      mechanism?.close();
      this.close();
      return;
    }
    const traffic = new Traffic(this, {
      type,
      options: this.options,
      clock,
      mechanism,
      greeting,
      pinging: this.pinging,
      pipe,
    });
    const encoder = this.encoderOver(traffic.encoder, greeting);
    const writer = new Writer(this, clock, this.direct, pipe, encoder);
    traffic.use(writer);
    // An answer that was waited for may find the inbox full.
    traffic.suspend(this.#paused);
    this.#traffic = traffic;
    this.writer = writer;
    this.pipe = pipe;
    pipe.attach(traffic, peer);
    // RFC 13: "A subscriber SHALL NOT send any content". It filters.
    if (isVersionless(greeting) && !this.over) traffic.subscribeAll();
  }

  // The traffic's side.

  proceed(): void {
    if (this.over || this.#stalled) return;
    try {
      this.#decoder.resume();
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.#decoder.stopped) return;
    this.#decoded();
    this.#pause(false);
  }

  // The connection's life.

  protected override begin(): void {
    this.#opening?.begin();
  }

  protected override receive(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#opening === undefined) this.#traffic?.heard();
    else {
      rest = this.#opening.greeted(chunk);
      if (rest.length === 0 || this.over) return;
    }
    this.#undecoded += rest.length;
    this.#decoder.push(rest);
    if (this.#decoder.stopped) this.#pause(true);
    else this.#decoded();
  }

  protected override get space(): Uint8Array | undefined {
    return this.#decoder.room;
  }

  protected override fill(length: number): void {
    this.#traffic?.heard();
    this.#decoder.filled(length);
    if (this.#decoder.stopped) this.#pause(true);
    else this.#decoded();
  }

  protected override get work(): Promise<void> | undefined {
    return this.#opening?.work;
  }

  protected override get suspicion(): string {
    return this.#opening?.suspicion ?? "";
  }

  protected override catchUp(): void {
    if (this.#traffic === undefined) return;
    while (this.#decoder.stopped && !this.over) this.#decoder.resume();
    this.#decoded();
  }

  protected override hush(): void {
    this.#traffic?.hush();
    if (this.#decoder.stopped) this.proceed();
  }

  protected override lastWords(_error: ZmqError | undefined): boolean {
    return this.#opening?.lastWords() ?? false;
  }

  protected override stop(): void {
    this.#opening?.stop();
    this.#opening = undefined;
    this.#traffic?.stop();
    this.#traffic = undefined;
  }

  protected override announce(error: ZmqError | undefined): void {
    const detail = error === undefined ? {} : { error };
    if (!this.ready && error !== undefined && this.host.observed) {
      const suppressed = this.owner.failures?.take() ?? 0;
      if (suppressed < 0) return;
      this.emit(handshakeEvent(error), {
        ...detail,
        ...suppressed > 0 && { suppressed },
      });
    }
    this.emit("disconnect", detail);
  }

  // For other framings. The constructor calls the first two: whoever overrides
  // them has no fields yet.

  /** What takes the octets. */
  protected decoderOver(_setup: ConnectionSetup, limits: FrameLimits): Decoder {
    return new FrameDecoder(this, limits, this.direct);
  }

  /** How the connection begins. */
  protected openingOf(_setup: ConnectionSetup, opening: OpeningSetup): Opening {
    return new GreetedOpening(this, opening);
  }

  /** What batches go through, beside what protects them. */
  protected encoderOver(
    inner: BatchEncoder | undefined,
    greeting: Greeting,
  ): BatchEncoder | undefined {
    return greeting.major === 1 ? new Reframer() : inner;
  }

  /** How the peer is asked for a sign of life. */
  protected get pinging(): Pinging {
    return "command";
  }

  /** What a chunk had is delivered. */
  #decoded(): void {
    this.#traffic?.decoded(this.#undecoded);
    this.#undecoded = 0;
  }

  get #stalled(): boolean {
    return this.#traffic?.stalled ?? false;
  }

  #pause(paused: boolean): void {
    if (paused === this.#paused || this.over) return;
    this.#paused = paused;
    this.#traffic?.suspend(paused);
    if (paused) this.direct.pause();
    else this.direct.resume();
  }
}
