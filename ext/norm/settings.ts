/**
 * What the options of a socket are for NORM, and the limits of what the
 * library can be asked for without harm.
 *
 * @module
 */

import { type MulticastSettings, ZmqError } from "../../mod.ts";

/** The options that are honoured, by option name. */
export const NORM_OPTIONS: readonly string[] = [
  "rate",
  "multicastHops",
  "multicastLoop",
  "typeOfService",
  "sendBufferSize",
  "receiveBufferSize",
  "normMode",
  "normUnicastNack",
  "normBufferSize",
  "normSegmentSize",
  "normBlockSize",
  "normParity",
  "normAutoParity",
  "normPush",
];

/** Twice as much fits into the 32 bits of the library. */
const MOST_BUFFER = 2 ** 20;
/** Less than a packet of UDP can carry, by the library's headers. */
const MOST_SEGMENT = 65_000;

/** The settings of a socket of NORM. */
export interface NormSettings {
  /** True for publishers. */
  readonly sends: boolean;
  /** Bits a second; absent where congestion control finds it. */
  readonly rate?: number;
  /** What congestion control heeds: marks of routers, losses less, not at all. */
  readonly heeds: {
    readonly marks: boolean;
    readonly marksOnly: boolean;
    readonly toleratesLoss: boolean;
  };
  /** Routers that a packet may pass. */
  readonly hops: number;
  /** True: this host hears itself. */
  readonly loop: boolean;
  /** The octet of IP's header. */
  readonly service: number;
  /** True: losses are told to the sender alone. */
  readonly unicastNack: boolean;
  /** Octets of the buffer of each stream. */
  readonly buffer: number;
  /** Octets of a segment. */
  readonly segment: number;
  /** Segments of a block. */
  readonly block: number;
  /** Segments of parity that a block can have. */
  readonly parity: number;
  /** Those of them that are sent unasked. */
  readonly autoParity: number;
  /** True: new messages take the place of old ones. */
  readonly push: boolean;
  /** Octets of the system's buffers, where they were asked for. */
  readonly sendBuffer?: number;
  readonly receiveBuffer?: number;
}

/**
 * Reads the options.
 *
 * @throws {ZmqError} `EINVAL` for what the library could not take.
 */
export function readSettings(
  settings: MulticastSettings,
  address: string,
): NormSettings {
  const number = (
    name: string,
    absent: number,
    [least, most]: readonly [number, number] = [0, Infinity],
  ): number => {
    const value = (settings[name] ?? absent) as number;
    if (value >= least && value <= most) return value;
    throw new ZmqError(
      "EINVAL",
      `Cannot open "${address}" with the ${name} ${value}: expected ` +
        `${least} to ${most}`,
      { address },
    );
  };
  const mode = settings.normMode ?? "cc";
  const marks = mode === "cce" || mode === "cceEcnOnly";
  const autoParity = number("normAutoParity", 0);
  // As libzmq does: what would contradict itself is raised.
  const parity = Math.max(number("normParity", 4), autoParity);
  const sendBuffer = settings.sendBufferSize as number | undefined;
  const receiveBuffer = settings.receiveBufferSize as number | undefined;
  return {
    sends: settings.role === "send",
    ...mode === "fixed" && { rate: number("rate", 100) * 1000 },
    heeds: {
      marks,
      marksOnly: mode === "cceEcnOnly",
      toleratesLoss: mode === "ccl",
    },
    hops: number("multicastHops", 1, [1, 255]),
    loop: settings.multicastLoop !== false,
    service: markable(number("typeOfService", 0), marks),
    unicastNack: settings.normUnicastNack === true,
    buffer: number("normBufferSize", 2048, [1, MOST_BUFFER]) * 1024,
    segment: number("normSegmentSize", 1400, [16, MOST_SEGMENT]),
    block: Math.max(number("normBlockSize", 16), parity + 1),
    parity,
    autoParity,
    push: settings.normPush === true,
    ...sendBuffer !== undefined && sendBuffer > 0 && { sendBuffer },
    ...receiveBuffer !== undefined && receiveBuffer > 0 && { receiveBuffer },
  };
}

/** Says in the octet of service that routers may mark, RFC 3168 §5. */
function markable(service: number, isMarked: boolean): number {
  if (!isMarked) return service;
  if (service % 4 === 0) return service + 1;
  return service % 4 === 3 ? service - 1 : service;
}
