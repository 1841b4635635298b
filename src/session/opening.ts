/**
 * How a ZMTP connection begins, once it is known what to speak: handshake and
 * admission. RFC 37.
 *
 * Until the peer has been let in, no octet of it goes anywhere but into the
 * greeting and the mechanism. Afterwards nothing of this is kept: connections
 * live long, and there are many.
 *
 * @module
 */

import { concat, randomBytes } from "../base/bytes.ts";
import { LONGEST_TIMER, type Timer } from "../base/clock.ts";
import { protocolError, ZmqError } from "../base/errors.ts";
import type { Options } from "../options/options.ts";
import type { PeerInfo } from "../routing/peer.ts";
import {
  type AdmissionPolicy,
  decide,
  needsDecision,
  type Verdict,
} from "../security/admission.ts";
import type { Mechanism, MechanismMaker } from "../security/mechanism.ts";
import { makeZapRequest } from "../security/zap.ts";
import type { FrameSink } from "../wire/frame_decoder.ts";
import { COMMAND, encodeFrame } from "../wire/framing.ts";
import type { Greeting } from "../wire/greeting.ts";
import { Metadata } from "../wire/metadata.ts";
import type { SessionHost } from "./host.ts";
import {
  checkMetadata,
  hostOf,
  identityOf,
  ownMetadata,
  peerOf,
} from "./introduction.ts";
import { setPatientTimer } from "./patience.ts";
import type { SharedProperties } from "./shared_properties.ts";

/** Octets of the random id of a ZAP request. */
const REQUEST_ID = 8;

/** What an opening is made from. */
export interface OpeningSetup {
  /** The socket. */
  readonly host: SessionHost;
  /** The endpoint's own options. */
  readonly options: Options;
  /** Makes the mechanism. */
  readonly maker: MechanismMaker;
  /** The peer's address. */
  readonly remoteAddress: string;
  /** When the connection was made, where there was a handshake before. */
  readonly since: number | undefined;
  /** What the peers of the endpoint told. */
  readonly properties: SharedProperties;
}

/** What came of an opening. */
export interface Opened {
  /** The mechanism, which may have to protect the traffic; none before 3.0. */
  readonly mechanism: Mechanism | undefined;
  /** What version to speak, and what the peer told along with its own. */
  readonly greeting: Greeting;
  /** Who the peer is. */
  readonly peer: PeerInfo;
}

/** The connection, as its opening sees it. */
export interface OpeningOwner {
  /** True when nothing that arrives is of interest any more. */
  readonly over: boolean;
  /** Send these octets. */
  write(octets: Uint8Array): void;
  /** The peer has been let in. */
  opened(outcome: Opened): void;
  /** What waited for the decision may be decoded now. */
  proceed(): void;
  /** The connection is broken. */
  fail(error: unknown): void;
}

/** The opening of one connection. */
export abstract class Opening implements FrameSink {
  protected readonly setup: OpeningSetup;
  readonly #owner: OpeningOwner;
  // What is to be said, and goes out in one piece.
  #words: Uint8Array[] = [];
  #deadline: Timer | undefined;
  #mechanism: Mechanism | undefined;
  // The mechanism's, until what follows it is done too.
  #work: Promise<void> | undefined;
  // Keeps the process running meanwhile, unless nothing is to.
  #working: Timer | undefined;
  #held = true;
  #heard = false;
  #asked = false;
  // Takes the question back that was asked and is not answered.
  #withdraw: (() => void) | undefined;
  #userId = "";
  #vouched: Metadata = Metadata.empty;

  constructor(owner: OpeningOwner, setup: OpeningSetup) {
    this.#owner = owner;
    this.setup = setup;
  }

  /** Says the first words, and sets the time limit. */
  begin(): void {
    const { host, options, since } = this.setup;
    const { handshakeInterval } = options;
    if (handshakeInterval > 0) {
      // One limit for all handshakes: TLS and HTTP may have had their part.
      const now = host.clock.now();
      const spent = now - (since ?? now);
      this.#deadline = setPatientTimer(
        host.clock,
        () =>
          this.#owner.fail(
            new ZmqError(
              "ETIMEDOUT",
              `The handshake took more than ${handshakeInterval} ms`,
            ),
          ),
        Math.max(0, handshakeInterval - spent),
        handshakeInterval,
      );
    }
    this.greet();
    this.speak();
  }

  /** Says whether the opening keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    this.#working?.hold(keepsProcess);
  }

  /** What the peer said and is worked on, where it may be why it leaves. */
  get work(): Promise<void> | undefined {
    // Clients do not tell servers; and before its first word, nobody has.
    return this.#heard && !this.setup.maker.asServer ? this.#work : undefined;
  }

  /** What may be why a peer goes that gives no reason. */
  get suspicion(): string {
    const mechanism = this.#mechanism;
    if (mechanism === undefined) return "";
    // RFC 26: a server whose key a HELLO is not for tells nobody.
    return mechanism.name === "CURVE" && !mechanism.asServer && !this.#heard
      ? " without an answer to CURVE's HELLO: curveServerKey may be another's"
      : ` in the handshake of ${mechanism.name}`;
  }

  /** Takes octets of the greeting; what is left of them are frames. */
  abstract greeted(chunk: Uint8Array): Uint8Array;

  /** Takes a frame of the handshake. */
  frame(flags: number, body: Uint8Array): boolean {
    const mechanism = this.#mechanism;
    if (this.#owner.over) return false;
    if (mechanism === undefined) return this.#introduced(flags, body);
    if ((flags & COMMAND) === 0) {
      throw protocolError(
        "ERR_ZMTP_UNEXPECTED_COMMAND",
        `Cannot accept a message before the ${mechanism.name} handshake is ` +
          "over",
      );
    }
    // While it is at work later on, nothing is decoded.
    if (this.#work !== undefined) {
      throw protocolError(
        "ERR_ZMTP_UNEXPECTED_COMMAND",
        `Cannot accept a command before the ${mechanism.name} handshake is ` +
          "begun",
      );
    }
    const { turns } = this.setup.host;
    if (turns === undefined || !mechanism.encrypts) {
      return this.#step(mechanism, body);
    }
    // The chunk may be gone by then.
    const own = new Uint8Array(body);
    turns.take(() => this.#continue(() => this.#step(mechanism, own)));
    return false;
  }

  /** Says what is left to be said to a peer that does not come in. */
  lastWords(): boolean {
    // A mechanism that does not match is told by ours: the greeting, whole.
    this.greet();
    this.#command();
    return this.speak();
  }

  /** Stops the timer, and forgets secrets unless they are in use now. */
  stop(): void {
    this.#idle();
    this.#deadline?.cancel();
    this.#deadline = undefined;
    this.#mechanism?.close();
    this.#mechanism = undefined;
    this.#withdraw?.();
    this.#withdraw = undefined;
  }

  // For the kinds of openings.

  /** What was agreed upon, once that is known. */
  protected abstract get greeting(): Greeting;

  /** Says what can be said of the greeting and was not yet. */
  protected abstract greet(): void;

  /** What a peer without a mechanism tells of itself by its first frame. */
  protected abstract introduction(flags: number, body: Uint8Array): Metadata;

  /** Says octets, in one piece with others. */
  protected say(octets: Uint8Array): void {
    this.#words.push(octets);
  }

  /** Sends what is to be said; false when there is nothing. */
  protected speak(): boolean {
    const words = this.#words;
    if (words.length === 0) return false;
    this.#words = [];
    this.#owner.write(concat(words));
    return true;
  }

  /** Begins the handshake. */
  protected startMechanism(): void {
    const { host, maker, options } = this.setup;
    const { maxProperties } = options;
    this.#mechanism = maker.make({
      metadata: ownMetadata(host.type, options),
      checkMetadata: (metadata) => checkMetadata(host.type, metadata),
      maxProperties: maxProperties < 0 ? Infinity : maxProperties,
    }, needsDecision(this.#policy()));
    this.#advance(this.#mechanism);
  }

  /** Takes a step that had to be waited for; false: what follows waits on. */
  #continue(step: () => boolean): void {
    if (this.#owner.over) return;
    try {
      if (step()) this.#owner.proceed();
    } catch (error) {
      this.#owner.fail(error);
    }
  }

  /** Takes a command; false: what follows has to wait. */
  #step(mechanism: Mechanism, body: Uint8Array): boolean {
    this.#heard = true;
    mechanism.receive(body);
    return this.#goOn(mechanism);
  }

  #goOn(mechanism: Mechanism): boolean {
    this.#advance(mechanism);
    if (this.#owner.over || this.#work !== undefined) return false;
    // What follows the last command of a handshake is traffic: it waits for
    // the decision.
    return mechanism.status !== "authenticating" ||
      mechanism.peerMetadata === undefined;
  }

  /** Takes the frame of a peer without a mechanism: it is all it tells. */
  #introduced(flags: number, body: Uint8Array): boolean {
    const { host } = this.setup;
    const { greeting } = this;
    const told = this.introduction(flags, body);
    checkMetadata(host.type, told);
    this.stop();
    const peer = this.#peer(greeting.mechanism, told);
    this.#owner.opened({ mechanism: undefined, greeting, peer });
    return !this.#owner.over;
  }

  #command(): void {
    for (;;) {
      const body = this.#mechanism?.next();
      if (body === undefined) return;
      this.#words.push(encodeFrame(COMMAND, body));
    }
  }

  #idle(): void {
    this.#working?.cancel();
    this.#working = undefined;
  }

  /** Says what the mechanism has to say, and does what its status wants. */
  #advance(mechanism: Mechanism): void {
    this.#command();
    this.speak();
    const { work } = mechanism;
    if (work !== undefined) {
      // A stream that is not read holds no process, nor do threads.
      const { clock } = this.setup.host;
      this.#working ??= clock.setTimer(() => {}, LONGEST_TIMER);
      this.#working.hold(this.#held);
      this.#work = work.then(() => {
        this.#work = undefined;
        this.#idle();
        this.#continue(() => this.#goOn(mechanism));
      }, (cause) => this.#owner.fail(cause));
      return;
    }
    switch (mechanism.status) {
      case "authenticating":
        if (this.#asked) return;
        this.#asked = true;
        this.#ask(mechanism);
        return;
      case "ready":
        this.#end(mechanism);
        return;
    }
  }

  #policy(): AdmissionPolicy {
    const { host, maker, options } = this.setup;
    return {
      mechanism: maker.name,
      zapDomain: options.zapDomain ?? "",
      enforceDomain: options.zapEnforceDomain,
      authenticator: host.authenticator(),
    };
  }

  #ask(mechanism: Mechanism): void {
    const policy = this.#policy();
    const requestId = randomBytes(REQUEST_ID);
    const request = makeZapRequest({
      requestId,
      domain: policy.zapDomain,
      address: hostOf(this.setup.remoteAddress),
      identity: identityOf(mechanism.peerMetadata),
      mechanism: mechanism.name,
      credentials: mechanism.credentials,
    });
    const { authenticator } = policy;
    if (authenticator?.withdraw !== undefined) {
      this.#withdraw = () => authenticator.withdraw!(requestId);
    }
    decide(policy, request).then((verdict) => {
      this.#withdraw = undefined;
      this.#continue(() => this.#decided(mechanism, verdict));
    });
  }

  #decided(mechanism: Mechanism, verdict: Verdict): boolean {
    if (!verdict.admitted) {
      mechanism.refuse(verdict.code);
      this.#owner.fail(verdict.error);
      return false;
    }
    this.#userId = verdict.userId;
    this.#vouched = verdict.metadata;
    mechanism.admit();
    this.#advance(mechanism);
    return true;
  }

  #end(mechanism: Mechanism): void {
    // From now on it is the traffic's.
    this.#mechanism = undefined;
    this.stop();
    const told = mechanism.peerMetadata ?? Metadata.empty;
    const peer = this.#peer(mechanism.name, told);
    try {
      this.#owner.opened({ mechanism, greeting: this.greeting, peer });
    } catch (error) {
      // The traffic may not have it yet.
      mechanism.close();
      throw error;
    }
  }

  #peer(mechanism: string, told: Metadata): PeerInfo {
    return peerOf(
      this.setup.remoteAddress,
      mechanism,
      told,
      this.#userId,
      this.#vouched,
      this.setup.properties,
    );
  }
}
