/**
 * Opens sessions of libnorm: the calls of libzmq in its order.
 *
 * @module
 */

import { ZmqError } from "../../mod.ts";
import type { NormAddress } from "./address.ts";
import { SYNC_CURRENT } from "./constants.ts";
import type { NormInstance } from "./instance.ts";
import { checkInterface } from "./interface.ts";
import type { NormCalls } from "./library.ts";
import type { NormSettings } from "./settings.ts";

/** What is open. */
export interface OpenNorm {
  /** The session, of all those in the instance. */
  readonly session: bigint;
  /** What is written to; NULL for subscribers. */
  readonly stream: bigint;
}

/** Addresses that need not be looked up. */
const LITERAL =
  /^(?:(?:(?:25[0-5]|(?:2[0-4]|1?[0-9])?[0-9])(?:\.(?!$)|$)){4}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*)$/;

/** Groups of one link, or of one host, RFC 4291 §2.7. */
const LINK_GROUP = /^ff[0-9a-f][12]:/i;

/**
 * Seconds to the farthest receiver, before anybody has answered. More of them
 * are found out at once, less of them slowly: the library's quarter of a
 * second would make the first repairs later than the buffer lasts.
 */
const FIRST_ROUND_TRIP = 0.02;

/**
 * The most that is taken for a round trip at a fixed rate, in seconds. Repairs
 * are asked for and made in some five of them. The library believes ten, and
 * for long: once somebody stood still for a second, nothing would be repaired
 * before the buffer, of seconds, has gone on.
 */
const LONGEST_ROUND_TRIP = 0.25;

/**
 * Round trips for which a publisher that has no more to send asks whether all
 * have it: ten seconds with the shortest, as libzmq's have with their longer.
 */
const ASKS = 500;

/** Objects of a publisher at a time: its stream, and the one that follows. */
const MOST_OBJECTS = 2;

/** Failures that an interface has nothing to do with. */
const KNOWN: ReadonlySet<string> = new Set(["EACCES", "EADDRINUSE", "EMFILE"]);

/**
 * Opens a session.
 *
 * @throws {ZmqError} when it cannot.
 */
export async function openNorm(
  instance: NormInstance,
  given: NormAddress,
  text: string,
  settings: NormSettings,
): Promise<OpenNorm> {
  const address = { ...given, host: await addressOf(given.host, text) };
  const { library, handle } = instance;
  const { calls } = library;
  checkInterface(library.ffi, address, text);
  const doing = `Cannot open "${text}"`;
  const check: Check = (call, worked) => {
    if (worked) return;
    const failure = library.failure(call, doing, text);
    if (address.interface === undefined || KNOWN.has(failure.code)) {
      throw failure;
    }
    // Whatever number a system has for it.
    throw new ZmqError(
      "ENODEV",
      `${doing}: the interface "${address.interface}" cannot be used`,
      { cause: failure, address: text },
    );
  };
  let session = 0n;
  instance.acquire();
  try {
    session = createSession(calls, handle, address, text);
    prepare(calls, session, address, settings);
    if (!settings.sends) {
      startReceiver(calls, session, settings, check);
      return { session, stream: 0n };
    }
    return { session, stream: startSender(calls, session, settings, check) };
  } catch (cause) {
    closeNorm(instance, session);
    throw cause;
  }
}

/** Closes a session with all that belongs to it; none when it is NULL. */
export function closeNorm(instance: NormInstance, session: bigint): void {
  instance.still(() => instance.library.calls.NormDestroySession(session));
  instance.release();
}

type Check = (call: keyof NormCalls, worked: unknown) => void;

/**
 * The address of a host. The library would find it too, while all its sessions
 * wait.
 */
async function addressOf(host: string, text: string): Promise<string> {
  if (LITERAL.test(host)) return host;
  if (/^[0-9.]+$/.test(host)) throw noAddress(host, text);
  const { lookup } = await import("node:dns/promises");
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new ZmqError(
      "ENODEV",
      `Cannot open "${text}": the address "${host}" cannot be found`,
      { cause, address: text },
    );
  }
}

function createSession(
  calls: NormCalls,
  instance: bigint,
  { node, host, port }: NormAddress,
  text: string,
): bigint {
  const session = calls.NormCreateSession(instance, host, port, node);
  if (session === null) throw noAddress(host, text);
  return session;
}

function noAddress(host: string, text: string): ZmqError {
  return new ZmqError(
    "EINVAL",
    `Cannot open "${text}": "${host}" is no address`,
    { address: text },
  );
}

function prepare(
  calls: NormCalls,
  session: bigint,
  address: NormAddress,
  { hops, loop, service, unicastNack }: NormSettings,
): void {
  const { host } = address;
  const isUnicast = calls.NormIsUnicastAddress(host);
  if (!isUnicast) {
    calls.NormSetTTL(session, hops);
    // Several of one host share the port of a group. Bound to any address,
    // it would hear other groups of the port that somebody here has joined. A
    // group of one link cannot be bound to, without the name of the link.
    const bound = LINK_GROUP.test(host) ? null : host;
    calls.NormSetRxPortReuse(session, true, bound, null, 0);
    calls.NormSetLoopback(session, loop);
    // A wrong one is found out by what is started.
    if (address.interface !== undefined) {
      calls.NormSetMulticastInterface(session, address.interface);
    }
  }
  calls.NormSetDefaultUnicastNack(session, isUnicast || unicastNack);
  calls.NormSetTOS(session, service);
}

function startReceiver(
  calls: NormCalls,
  session: bigint,
  { buffer, receiveBuffer }: NormSettings,
  check: Check,
): void {
  // libzmq asks for all that the sender has kept. That would hold everybody
  // up while it is sent again, and come twice to who was cut off for a while.
  calls.NormSetDefaultSyncPolicy(session, SYNC_CURRENT);
  calls.NormSetRxCacheLimit(session, MOST_OBJECTS);
  check("NormStartReceiver", calls.NormStartReceiver(session, buffer));
  if (receiveBuffer === undefined) {
    // What congestion control sends at once does not fit into what systems
    // give to UDP. They make of it what they allow; nothing depends on it.
    calls.NormSetRxSocketBuffer(session, buffer);
    return;
  }
  check(
    "NormSetRxSocketBuffer",
    calls.NormSetRxSocketBuffer(session, receiveBuffer),
  );
}

function startSender(
  calls: NormCalls,
  session: bigint,
  settings: NormSettings,
  check: Check,
): bigint {
  const { buffer, segment, block, parity, autoParity, rate } = settings;
  const id = calls.NormGetRandomSessionId();
  calls.NormSetGrttEstimate(session, FIRST_ROUND_TRIP);
  calls.NormSetTxRobustFactor(session, ASKS);
  check(
    "NormStartSender",
    calls.NormStartSender(session, id, buffer, segment, block, parity, 0),
  );
  if (rate !== undefined) {
    // Receivers answer, and nothing is controlled by it: it tells how far away
    // they are, and so how soon they can ask for repairs.
    calls.NormSetCongestionControl(session, true, false);
    calls.NormSetTxRate(session, rate);
    calls.NormSetGrttMax(session, LONGEST_ROUND_TRIP);
  } else {
    const { marks, marksOnly, toleratesLoss } = settings.heeds;
    calls.NormSetCongestionControl(session, true, true);
    if (marks || toleratesLoss) {
      calls.NormSetEcnSupport(session, marks, marksOnly, toleratesLoss);
    }
  }
  if (autoParity > 0) calls.NormSetAutoParity(session, autoParity);
  if (settings.sendBuffer !== undefined) {
    check(
      "NormSetTxSocketBuffer",
      calls.NormSetTxSocketBuffer(session, settings.sendBuffer),
    );
  }
  const stream = calls.NormStreamOpen(session, buffer, null, 0);
  check("NormStreamOpen", stream);
  calls.NormStreamSetPushEnable(stream!, settings.push);
  return stream!;
}
