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
import {
  type Decoder,
  FrameDecoder,
  type FrameLimits,
  type FrameSink,
} from "../wire/frame_decoder.ts";
import { isVersionless } from "../wire/greeting.ts";
import { OldFrameDecoder } from "../wire/old_framing.ts";
import {
  Connection,
  type ConnectionOwner,
  type ConnectionSetup,
} from "./connection.ts";
import { handshakeEvent } from "./failure.ts";
import { SharedProperties } from "./shared_properties.ts";
import { type Opened, Opening, type OpeningOwner } from "./opening.ts";
import { Reframer } from "./reframer.ts";
import type { MechanismMaker } from "./security.ts";
import { frameLimits, Traffic, type TrafficOwner } from "./traffic.ts";
import { Writer } from "./writer.ts";

/** One ZMTP connection. */
export class Session extends Connection
  implements FrameSink, OpeningOwner, TrafficOwner {
  readonly #limits: FrameLimits;
  #decoder: Decoder;
  #opening: Opening | undefined;
  #traffic: Traffic | undefined;
  #paused = false;

  constructor(
    setup: ConnectionSetup,
    maker: MechanismMaker,
    owner: ConnectionOwner,
  ) {
    super(setup, owner);
    const limit = this.options.maxHandshakeSize;
    this.#limits = { message: limit, command: limit };
    this.#decoder = new FrameDecoder(this, this.#limits, this.direct);
    this.#opening = new Opening(this, {
      host: this.host,
      options: this.options,
      maker,
      remoteAddress: this.remoteAddress,
      properties: setup.properties ?? new SharedProperties(),
    });
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
    if (pipe.closed || this.over) {
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
      pipe,
    });
    const encoder = greeting.major === 1 ? new Reframer() : traffic.encoder;
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
    if (!this.#decoder.stopped) this.#pause(false);
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
    this.#decoder.push(rest);
    if (this.#decoder.stopped) this.#pause(true);
  }

  protected override get space(): Uint8Array | undefined {
    return this.#decoder.room;
  }

  protected override fill(length: number): void {
    this.#traffic?.heard();
    this.#decoder.filled(length);
    if (this.#decoder.stopped) this.#pause(true);
  }

  protected override catchUp(): void {
    if (this.#traffic === undefined) return;
    while (this.#decoder.stopped && !this.over) this.#decoder.resume();
  }

  protected override hush(): void {
    this.#traffic?.hush();
    if (this.#decoder.stopped) this.proceed();
  }

  protected override lastWords(): boolean {
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
