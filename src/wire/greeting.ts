/**
 * The greeting of ZMTP 3.x, 64 octets each way: RFC 37 "greeting", and the
 * detection of older versions, RFC 37 "Backwards Interoperability". What a
 * peer of those is told is not here.
 *
 * Sans I/O: the writer is one buffer, the reader takes chunks as they come
 * and says how much of the buffer may be sent. It knows mechanisms by name
 * only.
 *
 * @module
 */

import { EMPTY, printable } from "../base/bytes.ts";
import { protocolError, quote, ZmqError } from "../base/errors.ts";

/** The octets of a greeting. */
export const GREETING_LENGTH = 64;
/** The octets of the signature, which every version since 2.0 begins with. */
export const SIGNATURE_LENGTH = 10;
/** The signature and the major version. */
export const MAJOR_END = 11;
/** The octets of a greeting of 2.0: signature, revision and socket type. */
export const OLD_GREETING_LENGTH = 12;
/** The octets of the mechanism's name, padded with zeros. */
export const MECHANISM_LENGTH = 20;

const SIGNATURE_FIRST = 0xff;
const SIGNATURE_LAST = 0x7f;
const MAJOR_AT = 10;
const MINOR_AT = 11;
const TYPE_AT = 11;
const MECHANISM_AT = 12;
const AS_SERVER_AT = 32;
const MAJOR = 3;
const MINOR = 1;

/** What our side of a greeting says. */
export interface GreetingOptions {
  /** The mechanism: 1 to 20 characters `A-Z 0-9 - _ . +`. */
  readonly mechanism: string;
  /** True for the server of a mechanism that has one. */
  readonly asServer: boolean;
  /**
   * Octets of the own identity: the padding then is the header that a 1.0
   * peer takes the signature for. Default: 0.
   */
  readonly identityLength?: number;
  /** The oldest major version that is spoken. Default: 3. */
  readonly oldest?: MajorVersion;
}

/** A major version of ZMTP. */
export type MajorVersion = 1 | 2 | 3;

/** What both sides' greetings come to. */
export interface Greeting {
  /** The major version to speak. */
  readonly major: MajorVersion;
  /** The minor version to speak: the lower one of both sides'. */
  readonly minor: 0 | 1;
  /**
   * The number of the peer's socket type, where it is in the greeting: before
   * 3.0, unless the peer has no version at all.
   */
  readonly socketType?: number;
  /** The mechanism of both sides. */
  readonly mechanism: string;
  /** What the peer says; libzmq always says `false`. */
  readonly asServer: boolean;
}

/** True for a peer of 1.0 proper, which says nothing but its identity. */
export function isVersionless({ major, socketType }: Greeting): boolean {
  return major === 1 && socketType === undefined;
}

/**
 * Our greeting, whole. What of it may be sent is for
 * {@linkcode GreetingReader.sendable} to say.
 *
 * @throws {ZmqError} `EINVAL` for a mechanism that RFC 37 does not allow.
 */
export function encodeGreeting(options: GreetingOptions): Uint8Array {
  const greeting = new Uint8Array(GREETING_LENGTH);
  greeting[0] = SIGNATURE_FIRST;
  // The padding, as a 1.0 peer reads it: a length that counts the flags too.
  const frameLength = (options.identityLength ?? 0) + 1;
  greeting[7] = frameLength >> 8;
  greeting[8] = frameLength;
  greeting[9] = SIGNATURE_LAST;
  greeting[MAJOR_AT] = MAJOR;
  greeting[MINOR_AT] = MINOR;
  greeting.set(mechanismField(options.mechanism), MECHANISM_AT);
  greeting[AS_SERVER_AT] = options.asServer ? 1 : 0;
  return greeting;
}

/** Reads the peer's greeting. */
export class GreetingReader {
  readonly #own: GreetingOptions;
  readonly #mechanism: Uint8Array;
  readonly #octets = new Uint8Array(GREETING_LENGTH);
  #length = 0;
  #sendable = SIGNATURE_LENGTH;
  #end = GREETING_LENGTH;
  #major: MajorVersion | undefined;
  #unread: Uint8Array = EMPTY;
  #greeting: Greeting | undefined;

  /** Makes a reader that compares the peer's greeting with our own. */
  constructor(own: GreetingOptions) {
    this.#own = own;
    this.#mechanism = mechanismField(own.mechanism);
  }

  /**
   * How many octets of our greeting may have been sent by now: 10 at once, 11
   * when the peer has proved not to speak 1.0, all when it speaks 3.x. Less
   * must not be sent: the peer waits for each of these steps. What follows to
   * a peer of an older version, `major` decides.
   */
  get sendable(): number {
    return this.#sendable;
  }

  /** The major version to speak, as soon as it is known. */
  get major(): MajorVersion | undefined {
    return this.#major;
  }

  /** Octets that were taken for a greeting, and are frames of 1.0. */
  get unread(): Uint8Array {
    return this.#unread;
  }

  /** The outcome, once the peer's greeting is whole. */
  get greeting(): Greeting | undefined {
    return this.#greeting;
  }

  /**
   * Takes octets and returns how many belong to the greeting: the rest is the
   * caller's. 0 once the greeting is whole.
   *
   * @throws {ZmqError} `EPROTO` when the peer speaks too old a version or no
   * ZMTP, or wants another mechanism. In the latter case `sendable` says to
   * send our greeting whole before closing.
   */
  push(chunk: Uint8Array): number {
    let taken = 0;
    while (taken < chunk.length && this.#length < this.#end) {
      this.#octets[this.#length++] = chunk[taken++]!;
      this.#advance();
    }
    return taken;
  }

  /** Judges what can be judged with the octet that just came. */
  #advance(): void {
    const octets = this.#octets;
    switch (this.#length) {
      case 1:
        // Anything else is the short length of a 1.0 identity frame.
        if (octets[0] === SIGNATURE_FIRST) break;
        if (this.#oldest > 1) throw noSignature(octets[0]!);
        this.#unversioned();
        break;
      case SIGNATURE_LENGTH:
        // A long 1.0 identity frame has its flags here, where bit 0 is MORE.
        if ((octets[9]! & 1) === 0) this.#unversioned();
        // No frame of 1.0 either: an identity has no more frames. libzmq looks
        // at bit 0 only, but every version has sent the whole octet.
        else if (octets[9] !== SIGNATURE_LAST) throw wrongSignature(octets[9]!);
        else this.#sendable = MAJOR_END;
        break;
      case MAJOR_END:
        this.#major = this.#agree(octets[MAJOR_AT]!);
        if (this.#major === MAJOR) this.#sendable = GREETING_LENGTH;
        else this.#end = OLD_GREETING_LENGTH;
        break;
      case this.#end:
        this.#greeting = this.#major === MAJOR
          ? this.#conclude()
          : this.#old({ socketType: octets[TYPE_AT]! });
        break;
    }
  }

  get #oldest(): MajorVersion {
    return this.#own.oldest ?? MAJOR;
  }

  /** RFC 23: revision 0 is 1.0 framing, 1 is 2.0, 2 is to be taken as 2.0. */
  #agree(revision: number): MajorVersion {
    const major = revision === 0 ? 1 : revision < MAJOR ? 2 : MAJOR;
    if (major < this.#oldest) throw tooOld(major, this.#oldest);
    return major;
  }

  /** RFC 15 "Backwards Interoperability": no greeting, but a frame of 1.0. */
  #unversioned(): void {
    this.#major = this.#agree(0);
    this.#end = this.#length;
    this.#unread = this.#octets.subarray(0, this.#end);
    this.#greeting = this.#old();
  }

  #old(told: { readonly socketType?: number } = {}): Greeting {
    const { mechanism } = this.#own;
    return {
      major: this.#major!,
      minor: 0,
      mechanism,
      asServer: false,
      ...told,
    };
  }

  #conclude(): Greeting {
    const octets = this.#octets;
    const own = this.#own;
    // All 20 octets count: a name that only begins like ours is another one.
    for (let i = 0; i < MECHANISM_LENGTH; i++) {
      if (octets[MECHANISM_AT + i] === this.#mechanism[i]) continue;
      throw protocolError(
        "ERR_ZMTP_MECHANISM_MISMATCH",
        `Cannot agree on a mechanism: the peer has "${
          mechanismText(octets)
        }", expected "${own.mechanism}"`,
      );
    }
    const asServer = octets[AS_SERVER_AT] === 1;
    // Both would wait for a client for ever. That neither says server proves
    // nothing: libzmq never does.
    if (asServer && own.asServer) {
      throw protocolError(
        "ERR_ZMTP_MECHANISM_MISMATCH",
        `Cannot use ${own.mechanism}: both peers are its server`,
      );
    }
    // RFC 37: higher versions are accepted, and spoken to as 3.1.
    const minor = octets[MAJOR_AT] === MAJOR && octets[MINOR_AT] === 0 ? 0 : 1;
    return { major: MAJOR, minor, mechanism: own.mechanism, asServer };
  }
}

/** RFC 37 "mechanism": the name in 20 octets. */
function mechanismField(name: string): Uint8Array {
  if (!/^[A-Z0-9._+-]{1,20}$/.test(name)) {
    throw new ZmqError(
      "EINVAL",
      `Cannot use a mechanism named ${quote(name)}: expected 1 to ` +
        `${MECHANISM_LENGTH} of A to Z, 0 to 9, "-", "_", "." and "+"`,
    );
  }
  const field = new Uint8Array(MECHANISM_LENGTH);
  for (let i = 0; i < name.length; i++) field[i] = name.charCodeAt(i);
  return field;
}

function mechanismText(octets: Uint8Array): string {
  let end = MECHANISM_AT + MECHANISM_LENGTH;
  while (end > MECHANISM_AT && octets[end - 1] === 0) end--;
  return printable(octets.subarray(MECHANISM_AT, end));
}

function noSignature(first: number): ZmqError {
  return protocolError(
    "ERR_ZMTP_UNSPECIFIED",
    `Cannot talk to a peer whose first octet is 0x${
      first.toString(16).padStart(2, "0")
    }: expected 0xff (the peer speaks ZMTP 1.0 or another protocol)`,
  );
}

function wrongSignature(last: number): ZmqError {
  return protocolError(
    "ERR_ZMTP_UNSPECIFIED",
    `Cannot talk to a peer whose signature ends with 0x${
      last.toString(16).padStart(2, "0")
    }: expected 0x7f`,
  );
}

function tooOld(major: number, oldest: number): ZmqError {
  return protocolError(
    "ERR_ZMTP_UNSPECIFIED",
    `Cannot talk to a peer that speaks ZMTP ${major}.0: expected ` +
      `${oldest}.0 or later`,
  );
}
