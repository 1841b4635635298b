/**
 * A ZMTP connection: greeting, handshake, admission, and then traffic.
 * RFC 37.
 *
 * Until the peer has been let in, the socket hears nothing of it: no pipe is
 * made or attached, and no octet of the peer goes anywhere but into the
 * greeting and the mechanism.
 *
 * @module
 */

import { randomBytes } from "../base/bytes.ts";
import type { Timer } from "../base/clock.ts";
import { protocolError, ZmqError } from "../base/errors.ts";
import {
  type AdmissionPolicy,
  decide,
  needsDecision,
  type Verdict,
} from "../security/admission.ts";
import type { Mechanism } from "../security/mechanism.ts";
import { makeZapRequest } from "../security/zap.ts";
import {
  FrameDecoder,
  type FrameLimits,
  type FrameSink,
} from "../wire/frame_decoder.ts";
import { COMMAND, encodeFrame } from "../wire/framing.ts";
import { encodeGreeting, GreetingReader } from "../wire/greeting.ts";
import { Metadata } from "../wire/metadata.ts";
import {
  Connection,
  type ConnectionOwner,
  type ConnectionSetup,
} from "./connection.ts";
import { handshakeEvent } from "./failure.ts";
import {
  checkMetadata,
  hostOf,
  identityOf,
  ownMetadata,
  peerOf,
} from "./introduction.ts";
import type { MechanismMaker } from "./security.ts";
import { frameLimits, Traffic, type TrafficOwner } from "./traffic.ts";
import { Writer } from "./writer.ts";

/** Octets of the random id of a ZAP request. */
const REQUEST_ID = 8;

/** One ZMTP connection. */
export class Session extends Connection implements FrameSink, TrafficOwner {
  readonly #maker: MechanismMaker;
  readonly #greeting: Uint8Array;
  readonly #reader: GreetingReader;
  #greetingSent = 0;
  #deadline: Timer | undefined;
  readonly #limits: FrameLimits;
  readonly #decoder: FrameDecoder;
  #mechanism: Mechanism | undefined;
  #asked = false;
  #userId = "";
  #vouched: Metadata = Metadata.empty;
  #traffic: Traffic | undefined;
  #paused = false;

  constructor(
    setup: ConnectionSetup,
    maker: MechanismMaker,
    owner: ConnectionOwner,
  ) {
    super(setup, owner);
    this.#maker = maker;
    const own = {
      mechanism: maker.name,
      asServer: maker.asServer,
      identityLength: this.options.routingId?.length ?? 0,
    };
    this.#greeting = encodeGreeting(own);
    this.#reader = new GreetingReader(own);
    const limit = this.options.maxHandshakeSize;
    this.#limits = { message: limit, command: limit };
    this.#decoder = new FrameDecoder(this, this.#limits, this.direct);
  }

  // The decoder's side.

  frame(flags: number, body: Uint8Array): boolean {
    const traffic = this.#traffic;
    if (traffic !== undefined) return traffic.frame(flags, body);
    return this.#handshake(flags, body);
  }

  // The traffic's side.

  proceed(): void {
    if (this.over) return;
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
    const { handshakeInterval } = this.options;
    if (handshakeInterval > 0 && !this.ready) {
      const { clock } = this.host;
      this.#deadline = clock.setTimer(
        () =>
          this.fail(
            new ZmqError(
              "ETIMEDOUT",
              `The handshake took more than ${handshakeInterval} ms`,
            ),
          ),
        handshakeInterval,
      );
      this.#deadline.hold(false);
    }
    this.#sendGreeting();
  }

  protected override receive(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#traffic !== undefined) this.#traffic.heard();
    else if (this.#mechanism === undefined) {
      rest = chunk.subarray(this.#reader.push(chunk));
      this.#sendGreeting();
      if (this.#reader.greeting === undefined) return;
      this.#startMechanism();
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
    if (this.ready) return false;
    // A mechanism that does not match is told by ours: the greeting, whole.
    const before = this.#greetingSent;
    this.#sendGreeting();
    return this.#sendCommands() || this.#greetingSent > before;
  }

  protected override stop(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
    this.#traffic?.stop();
    this.#traffic = undefined;
    this.#mechanism?.close();
  }

  protected override announce(error: ZmqError | undefined): void {
    const detail = error === undefined ? {} : { error };
    if (!this.ready && error !== undefined) {
      this.emit(handshakeEvent(error), detail);
    }
    this.emit("disconnect", detail);
  }

  #pause(paused: boolean): void {
    if (paused === this.#paused || this.over) return;
    this.#paused = paused;
    this.#traffic?.suspend(paused);
    if (paused) this.direct.pause();
    else this.direct.resume();
  }

  // The handshake.

  #sendGreeting(): void {
    const { sendable } = this.#reader;
    if (sendable === this.#greetingSent) return;
    const octets = this.#greeting.subarray(this.#greetingSent, sendable);
    this.#greetingSent = sendable;
    this.direct.write([octets]);
  }

  #startMechanism(): void {
    const { type } = this.host;
    const { maxProperties } = this.options;
    this.#mechanism = this.#maker.make({
      metadata: ownMetadata(type, this.options),
      checkMetadata: (metadata) => checkMetadata(type, metadata),
      maxProperties: maxProperties < 0 ? Infinity : maxProperties,
    }, needsDecision(this.#policy()));
    this.#advance(this.#mechanism);
  }

  #handshake(flags: number, body: Uint8Array): boolean {
    const mechanism = this.#mechanism;
    if (this.over || mechanism === undefined) return false;
    if ((flags & COMMAND) === 0) {
      throw protocolError(
        "ERR_ZMTP_UNEXPECTED_COMMAND",
        `Cannot accept a message before the ${mechanism.name} handshake is ` +
          "over",
      );
    }
    mechanism.receive(body);
    this.#advance(mechanism);
    if (this.over) return false;
    // What follows the last command of a handshake is traffic: it waits for
    // the decision.
    return mechanism.status !== "authenticating" ||
      mechanism.peerMetadata === undefined;
  }

  /** Sends what the mechanism has to say, and does what its status wants. */
  #advance(mechanism: Mechanism): void {
    this.#sendCommands();
    switch (mechanism.status) {
      case "authenticating":
        if (this.#asked) return;
        this.#asked = true;
        this.#ask(mechanism);
        return;
      case "ready":
        this.#deadline?.cancel();
        this.#deadline = undefined;
        this.#startTraffic(mechanism);
        return;
    }
  }

  #sendCommands(): boolean {
    let said = false;
    for (;;) {
      const body = this.#mechanism?.next();
      if (body === undefined) return said;
      this.direct.write([encodeFrame(COMMAND, body)]);
      said = true;
    }
  }

  #policy(): AdmissionPolicy {
    return {
      mechanism: this.#maker.name,
      zapDomain: this.options.zapDomain ?? "",
      enforceDomain: this.options.zapEnforceDomain,
      authenticator: this.host.authenticator(),
    };
  }

  #ask(mechanism: Mechanism): void {
    const policy = this.#policy();
    const request = makeZapRequest({
      requestId: randomBytes(REQUEST_ID),
      domain: policy.zapDomain,
      address: hostOf(this.remoteAddress),
      identity: identityOf(mechanism.peerMetadata),
      mechanism: mechanism.name,
      credentials: mechanism.credentials,
    });
    decide(policy, request).then((verdict) => {
      if (this.over) return;
      try {
        this.#decided(mechanism, verdict);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  #decided(mechanism: Mechanism, verdict: Verdict): void {
    if (!verdict.admitted) {
      mechanism.refuse(verdict.code);
      this.fail(verdict.error);
      return;
    }
    this.#userId = verdict.userId;
    this.#vouched = verdict.metadata;
    mechanism.admit();
    this.#advance(mechanism);
    this.proceed();
  }

  #startTraffic(mechanism: Mechanism): void {
    const { clock, type } = this.host;
    Object.assign(this.#limits, frameLimits(this.options, mechanism));
    const peer = peerOf(
      this.remoteAddress,
      mechanism.name,
      mechanism.peerMetadata ?? Metadata.empty,
      this.#userId,
      this.#vouched,
    );
    this.becomeReady();
    this.emit("handshake", { peer });
    const pipe = this.owner.pipeFor(this, peer);
    if (pipe.closed || this.over) {
      this.close();
      return;
    }
    const { minor } = this.#reader.greeting!;
    const traffic = new Traffic(this, {
      type,
      options: this.options,
      clock,
      mechanism,
      minor,
      pipe,
    });
    const writer = new Writer(this, clock, this.direct, pipe, traffic.encoder);
    traffic.use(writer);
    this.#traffic = traffic;
    this.writer = writer;
    this.pipe = pipe;
    pipe.attach(traffic, peer);
  }
}
