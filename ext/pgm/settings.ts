/**
 * What the options of a socket are for PGM: libzmq's arithmetic, and the
 * limits of what the library can be asked for without harm.
 *
 * @module
 */

import { ZmqError } from "../../mod.ts";
import type { MulticastSettings } from "../../mod.ts";

/** The options that are honoured, by option name. */
export const PGM_OPTIONS: readonly string[] = [
  "rate",
  "recoveryInterval",
  "multicastMaxTransportDataUnit",
  "multicastHops",
  "multicastLoop",
  "sendBufferSize",
  "receiveBufferSize",
];

/** Room for headers, and for some octets of messages. */
const LEAST_PACKET = 128;
/** What IPv4 can carry in one packet: RFC 791 §3.1. */
const MOST_PACKET = 65535;
/** The library counts octets a second in an `int`. */
const MOST_RATE = 17_179_869;
/**
 * Packets that can be kept: ten seconds of a gigabit. The library allocates
 * for all of them, and ends the process when it cannot.
 */
const MOST_WINDOW = 0x100000;
/** Octets that can be kept. */
const MOST_OCTETS = 0x80000000;

/** The settings of a socket of PGM. */
export interface PgmSettings {
  /** True for publishers. */
  readonly sends: boolean;
  /** Octets a second. */
  readonly rate: number;
  /** Packets that are kept for who has lost them. */
  readonly window: number;
  /** Octets of the largest IP packet. */
  readonly packet: number;
  /** Routers that a packet may pass. */
  readonly hops: number;
  /** True: this host hears itself. */
  readonly loop: boolean;
  /** Octets of the system's buffers; absent leaves it to the system. */
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
): PgmSettings {
  const number = (name: string, absent: number): number =>
    (settings[name] ?? absent) as number;
  const kilobits = number("rate", 100);
  const packet = number("multicastMaxTransportDataUnit", 1500);
  const check = (name: string, value: number, least: number, most: number) => {
    if (value >= least && value <= most) return;
    throw new ZmqError(
      "EINVAL",
      `Cannot open "${address}" with the ${name} ${value}: expected ` +
        `${least} to ${most}`,
      { address },
    );
  };
  const unit = "multicastMaxTransportDataUnit";
  check(unit, packet, LEAST_PACKET, MOST_PACKET);
  // A second must have room for one packet.
  check("rate", kilobits, Math.ceil(packet * 8 / 1000), MOST_RATE);
  const recovery = number("recoveryInterval", 10_000);
  const octets = recovery * Math.floor(kilobits / 8);
  const window = Math.max(1, Math.floor(octets / packet));
  if (window > MOST_WINDOW || octets > MOST_OCTETS) {
    throw new ZmqError(
      "EINVAL",
      `Cannot open "${address}" with the recoveryInterval ${recovery} at the ` +
        `rate ${kilobits}: expected a product of ${MOST_WINDOW} packets and ` +
        `${MOST_OCTETS} octets at most, got ${window} and ${octets}`,
      { address },
    );
  }
  const sendBuffer = settings.sendBufferSize as number | undefined;
  const receiveBuffer = settings.receiveBufferSize as number | undefined;
  return {
    sends: settings.role === "send",
    rate: Math.floor(kilobits * 1000 / 8),
    window,
    packet,
    hops: number("multicastHops", 1),
    loop: settings.multicastLoop !== false,
    ...sendBuffer !== undefined && { sendBuffer },
    ...receiveBuffer !== undefined && { receiveBuffer },
  };
}
