/**
 * Options of the reliable multicast transports, PGM and NORM, which are
 * extensions: until one adds their names to the runtime's, setting one throws
 * `ENOTSUP`.
 *
 * @module
 */

import { choice, flag, integer, type OptionGroup } from "./option.ts";

/** How NORM paces its packets. */
export type NormMode = "fixed" | "cc" | "ccl" | "cce" | "cceEcnOnly";

/** Options of every socket for multicast. */
export interface MulticastOptions {
  /** Kilobits a second that are sent. Default: 100. `ZMQ_RATE` */
  rate: number;
  /**
   * Milliseconds that a receiver may be absent without losing anything.
   * Default: 10000. `ZMQ_RECOVERY_IVL`
   */
  recoveryInterval: number;
  /**
   * Octets of the largest packet that is sent. Default: 1500.
   * `ZMQ_MULTICAST_MAXTPDU`
   */
  multicastMaxTransportDataUnit: number;
  /**
   * NORM: a fixed rate, or a congestion control: plain, one that tolerates
   * loss, one that heeds explicit notification, one that heeds nothing else.
   * Default: "cc". `ZMQ_NORM_MODE`
   */
  normMode: NormMode;
  /**
   * NORM: true answers lost packets to the sender alone. Default: false.
   * `ZMQ_NORM_UNICAST_NACK`
   */
  normUnicastNack: boolean;
  /** NORM: KiB of the buffer. Default: 2048. `ZMQ_NORM_BUFFER_SIZE` */
  normBufferSize: number;
  /** NORM: octets of a segment. Default: 1400. `ZMQ_NORM_SEGMENT_SIZE` */
  normSegmentSize: number;
  /** NORM: segments of a block. Default: 16. `ZMQ_NORM_BLOCK_SIZE` */
  normBlockSize: number;
  /** NORM: parity segments of a block. Default: 4. `ZMQ_NORM_NUM_PARITY` */
  normParity: number;
  /**
   * NORM: parity segments that are sent unasked. Default: 0.
   * `ZMQ_NORM_NUM_AUTOPARITY`
   */
  normAutoParity: number;
  /**
   * NORM: true drops the oldest of what is queued when the buffer is full.
   * Default: false. `ZMQ_NORM_PUSH`
   */
  normPush: boolean;
}

const PGM = { needs: "the PGM transport" } as const;
const NORM = { needs: "the NORM transport" } as const;

/** The rows of {@linkcode MulticastOptions}. */
export const multicastOptions = (): OptionGroup<MulticastOptions> => ({
  rate: integer({
    libzmq: [["ZMQ_RATE", 8]],
    needs: "the PGM and NORM transports",
    min: 1,
    default: 100,
    unit: "kbit/s",
  }),
  recoveryInterval: integer({
    libzmq: [["ZMQ_RECOVERY_IVL", 9]],
    ...PGM,
    default: 10000,
    unit: "ms",
  }),
  multicastMaxTransportDataUnit: integer({
    libzmq: [["ZMQ_MULTICAST_MAXTPDU", 84]],
    ...PGM,
    min: 1,
    default: 1500,
    unit: "octets",
  }),
  normMode: choice<NormMode>({
    libzmq: [["ZMQ_NORM_MODE", 117]],
    ...NORM,
    choices: ["fixed", "cc", "ccl", "cce", "cceEcnOnly"],
    default: "cc",
  }),
  normUnicastNack: flag({ libzmq: [["ZMQ_NORM_UNICAST_NACK", 118]], ...NORM }),
  normBufferSize: integer({
    libzmq: [["ZMQ_NORM_BUFFER_SIZE", 119]],
    ...NORM,
    min: 1,
    default: 2048,
    unit: "KiB",
  }),
  normSegmentSize: integer({
    libzmq: [["ZMQ_NORM_SEGMENT_SIZE", 120]],
    ...NORM,
    min: 1,
    default: 1400,
    unit: "octets",
  }),
  normBlockSize: integer({
    libzmq: [["ZMQ_NORM_BLOCK_SIZE", 121]],
    ...NORM,
    min: 1,
    max: 255,
    default: 16,
    unit: "segments",
  }),
  normParity: integer({
    libzmq: [["ZMQ_NORM_NUM_PARITY", 122]],
    ...NORM,
    max: 254,
    default: 4,
    unit: "segments",
  }),
  normAutoParity: integer({
    libzmq: [["ZMQ_NORM_NUM_AUTOPARITY", 123]],
    ...NORM,
    max: 254,
    default: 0,
    unit: "segments",
  }),
  normPush: flag({ libzmq: [["ZMQ_NORM_PUSH", 124]], ...NORM }),
});
