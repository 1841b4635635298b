/**
 * What a security mechanism is to the engine: a pure state machine over
 * handshake commands, without I/O or timers. One that has to ask others says
 * so in `work`; those of this folder never do.
 *
 * The session drives it: it sends whatever `next()` returns, feeds what
 * arrives to `receive()`, and, when a server-side mechanism stops at
 * `"authenticating"`, takes the one decision of the whole library about who
 * may enter (`src/security/admission.ts`) and tells the mechanism.
 *
 * @module
 */

import type { ExtensionOptions } from "../options/extension_options.ts";
import type { Metadata } from "../wire/metadata.ts";

/**
 * Octets that a CURVE MESSAGE has beside the frame's body. RFC 26. Here, for
 * who makes room before CURVE is loaded.
 */
export const MESSAGE_OVERHEAD = 33;

/**
 * - `"handshaking"`: commands are still exchanged.
 * - `"authenticating"`: waits for `admit()` or `refuse()`. Every server-side
 *   mechanism passes through it exactly once, before it tells the peer that
 *   it is welcome. NULL starts in it, and takes the peer's READY meanwhile.
 * - `"ready"`: the peer's last handshake command has come and our own is
 *   made: traffic flows as soon as `next()` has nothing left.
 * - `"refused"`: `refuse()` was called, or the peer's properties were
 *   refused; what `next()` still has is sent, then the connection is closed.
 */
export type MechanismStatus =
  | "handshaking"
  | "authenticating"
  | "ready"
  | "refused";

/** ZAP status codes of a refusal. RFC 27. */
export type RefusalCode = "300" | "400" | "500";

/** One side of one connection's handshake, and its traffic protection. */
export interface Mechanism {
  /** The name in the greeting: `"NULL"`, `"PLAIN"`, `"CURVE"`, … */
  readonly name: string;
  /** The as-server octet of the greeting. */
  readonly asServer: boolean;
  /** Where the handshake stands. */
  readonly status: MechanismStatus;
  /**
   * What the peer proved, as ZAP credential frames: PLAIN user name and
   * password, CURVE public key; empty for NULL. Set from `"authenticating"`.
   */
  readonly credentials: readonly Uint8Array[];
  /**
   * The peer's properties, once known. They come with the peer's last
   * handshake command: what arrives between them and `"ready"` is traffic,
   * which waits for the decision.
   */
  readonly peerMetadata: Metadata | undefined;
  /** True when traffic frames must go through `seal` and `open`. */
  readonly encrypts: boolean;
  /**
   * Set while the mechanism is at work on something that takes its time:
   * until it resolves, nothing is received, and nothing decided. It rejects
   * with what `receive` would have thrown.
   */
  readonly work?: Promise<void> | undefined;
  /**
   * Milliseconds for which the peer's credentials are good, once ready; then
   * the connection ends. `undefined`: for ever.
   */
  readonly lifetime?: number | undefined;
  /**
   * The body of the next handshake command to send (`s8(name)` and data), or
   * `undefined` when it is the peer's turn. To be called until then at the
   * start, after every `receive`, `admit` and `refuse`, and when `work` is
   * done.
   */
  next(): Uint8Array | undefined;
  /**
   * Takes the body of a handshake command. When it throws, `next()` may
   * still have an ERROR to send before the connection is closed.
   *
   * @throws {ZmqError} `EPROTO` with an `ERR_ZMTP_…` reason; `EACCES` when
   * the peer refused us (an ERROR command).
   */
  receive(command: Uint8Array): void;
  /** The peer may enter. Only at `"authenticating"`. */
  admit(): void;
  /** The peer may not enter. Only at `"authenticating"`. */
  refuse(code: RefusalCode): void;
  /**
   * How many octets `seal` adds to a frame's body, or `wrap` at most. 0
   * without encryption.
   */
  readonly overhead: number;
  /**
   * Makes the body of an outer frame in place. At `at` there are `overhead`
   * octets of room, the last of which holds the flags (bit 0 MORE, bit 1
   * COMMAND: RFC 26, as libzmq has it), then the frame's body of `length`
   * octets; afterwards all of that is the body of the outer frame.
   *
   * @throws {ZmqError} `EPROTO` when the connection has used up its nonces.
   */
  seal(octets: Uint8Array, at: number, length: number): void;
  /**
   * Makes the body of an outer frame, with flags as for `seal`, where it
   * cannot be made in place. Takes the place of `seal` where it is there.
   *
   * @throws {ZmqError} when the mechanism cannot protect it.
   */
  wrap?(flags: number, body: Uint8Array): Uint8Array;
  /**
   * Opens the body of an outer frame, whose memory may be used for it. The
   * first octet of the result holds the flags as for `seal`, the rest is the
   * frame's body.
   *
   * @throws {ZmqError} `EPROTO` when it is forged, replayed or malformed.
   */
  open(body: Uint8Array): Uint8Array;
  /** Forgets keys. The mechanism must not be used afterwards. */
  close(): void;
}

/** What a mechanism is made from: one connection's side of the matter. */
export interface MechanismSetup {
  /** Properties to tell the peer: `Socket-Type`, `Identity`, `X-…`. */
  readonly metadata: readonly (readonly [name: string, value: Uint8Array])[];
  /**
   * Checks the peer's properties (socket type, identity) at the point where
   * the mechanism has parsed them; throws to refuse.
   */
  readonly checkMetadata: (metadata: Metadata) => void;
  /** How many properties the peer may have. Default: 64. */
  readonly maxProperties?: number;
}

/** Makes one mechanism for each connection of an endpoint. */
export interface MechanismMaker {
  /** The name in the greeting. */
  readonly name: string;
  /** The as-server octet of the greeting. */
  readonly asServer: boolean;
  /**
   * Makes the mechanism for one connection.
   *
   * @param authenticate NULL: true when the peer needs to be admitted.
   */
  make(setup: MechanismSetup, authenticate: boolean): Mechanism;
}

/** A mechanism that is not built in, `"gssapi"`. */
export interface MechanismFactory {
  /** The value of the `securityMechanism` option that it is for. */
  readonly name: string;
  /** The options that it honours. */
  readonly options: ReadonlySet<string>;
  /**
   * Loads what the mechanism needs; done once an endpoint.
   *
   * @throws {ZmqError} `EINVAL` for options that do not fit together,
   * `ENOTSUP` for what is not installed.
   */
  prepare(
    options: Readonly<ExtensionOptions>,
  ): MechanismMaker | Promise<MechanismMaker>;
}
