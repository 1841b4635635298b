/**
 * How messages are sent where there are no connections: as units of octets
 * that a publisher sends, and that a subscriber which has come late, or has
 * lost some, understands again from the next message on.
 *
 * @module
 */

import type { FrameSink } from "./frame_decoder.ts";
import type { FrameLimits } from "./frame_decoder.ts";

/** The framings that there are, by the transport that they come from. */
export type MulticastFraming = "norm" | "pgm";

/** Makes units of messages. */
export interface UnitEncoder {
  /** Octets of frames that are not in a unit yet. */
  readonly pending: number;
  /** True when the last unit ends with a message; absent where units say so. */
  readonly endsMessage?: boolean;
  /**
   * Takes whole messages in the framing of ZMTP 2.0 and later. They must stay
   * as they are while some of it is pending.
   */
  push(parts: readonly Uint8Array[]): void;
  /**
   * The next unit: good until the next call. `undefined` when nothing is
   * pending.
   *
   * @param more asked for more to fill a unit with, by `push`.
   */
  next(more: () => void): Uint8Array | undefined;
}

/** Understands the units of one source, from a message's beginning on. */
export interface UnitDecoder {
  /** True while a unit waits because the sink stopped the decoder. */
  readonly stopped: boolean;
  /** True once a message has begun: what is lost now leaves a gap. */
  readonly joined: boolean;
  /**
   * Decodes a unit.
   *
   * @throws {ZmqError} `EPROTO` on a malformed one, `EMSGSIZE` on a frame
   * beyond its limit. Nothing may be fed afterwards.
   */
  push(octets: Uint8Array): void;
  /** Goes on with the unit that was stopped in; throws as `push` does. */
  resume(): void;
}

/** One way to frame. */
export interface UnitFraming {
  /** @param maxUnit octets of a packet of the transport, if it has any. */
  encoder(maxUnit: number | undefined): UnitEncoder;
  decoder(sink: FrameSink, limits: FrameLimits): UnitDecoder;
}
