/**
 * Who may enter: the one decision, for all mechanisms, of who is asked and
 * what follows. RFC 27.
 *
 * It refuses whenever in doubt: no handler where one is due, a handler that
 * throws, an answer that is not valid.
 *
 * @module
 */

import { printable, toBytes } from "../base/bytes.ts";
import { protocolError, quote, ZmqError } from "../base/errors.ts";
import { Metadata } from "../wire/metadata.ts";
import type { RefusalCode } from "./mechanism.ts";
import {
  checkZapReply,
  type PatientAuthenticator,
  type ZapAnswer,
  type ZapRequest,
} from "./zap.ts";

/** What a socket has been told about who may enter. */
export interface AdmissionPolicy {
  /** The mechanism of the connection. */
  readonly mechanism: string;
  /** The `zapDomain` option; `""` when it is not set. */
  readonly zapDomain: string;
  /** The `zapEnforceDomain` option: CURVE asks only where a domain is set. */
  readonly enforceDomain: boolean;
  /** Who is asked: the context's function, or its ZAP handler socket. */
  readonly authenticator: PatientAuthenticator | undefined;
}

/** The peer enters. */
export interface Admitted {
  /** Tells it from a refusal. */
  readonly admitted: true;
  /** Who the authenticator says it is, or `""`. */
  readonly userId: string;
  /** What the authenticator says of it. */
  readonly metadata: Metadata;
}

/** The peer does not enter. */
export interface Refused {
  /** Tells it from an admission. */
  readonly admitted: false;
  /** What the mechanism is to be told. */
  readonly code: RefusalCode;
  /** Why: `EACCES` when the answer was no, `EPROTO` when it was not valid. */
  readonly error: ZmqError;
}

/** The outcome of {@linkcode decide}. */
export type Verdict = Admitted | Refused;

const ADMITTED: Admitted = {
  admitted: true,
  userId: "",
  metadata: Metadata.empty,
};

/** Errors of an authenticator that has no time, or is at its end. */
const TEMPORARY: ReadonlySet<string> = new Set(["EAGAIN", "ETERM"]);

type Course = "admit" | "ask" | "refuse";

/**
 * False when every peer may enter unasked, so that there is nothing to wait
 * for.
 */
export function needsDecision(policy: AdmissionPolicy): boolean {
  return courseOf(policy) !== "admit";
}

/**
 * Decides about a peer. Never rejects. An answer that is there at once costs
 * no more than the promise returned.
 *
 * There is no time limit here: the handshake has one, and who waits must drop
 * a verdict that comes too late.
 */
export function decide(
  policy: AdmissionPolicy,
  request: ZapRequest,
): Promise<Verdict> {
  const { authenticator } = policy;
  const course = courseOf(policy);
  if (course === "admit") return Promise.resolve(ADMITTED);
  if (course === "refuse" || authenticator === undefined) {
    return Promise.resolve(noHandler(policy));
  }
  try {
    const reply = authenticator(request);
    return isThenable(reply)
      ? Promise.resolve(reply).then(judge).catch(failed)
      : Promise.resolve(judge(reply));
  } catch (error) {
    return Promise.resolve(failed(error));
  }
}

function courseOf(policy: AdmissionPolicy): Course {
  const domain = policy.zapDomain !== "";
  const ask: Course = policy.authenticator === undefined ? "refuse" : "ask";
  switch (policy.mechanism) {
    case "NULL":
      // RFC 27: NULL is authenticated only where a domain asks for it.
      return domain ? ask : "admit";
    case "PLAIN":
      return policy.enforceDomain && !domain ? "refuse" : ask;
    case "CURVE":
      if (policy.enforceDomain && !domain) return "admit";
  }
  // CURVE and GSSAPI prove who the peer is by themselves: without a handler
  // and without a domain that wants one, whoever can prove it enters.
  return ask === "ask" || domain ? ask : "admit";
}

function judge(reply: unknown): Verdict {
  const answer = checkZapReply(reply);
  if (answer.statusCode === "200") {
    const { userId, metadata } = answer;
    return { admitted: true, userId, metadata };
  }
  return { admitted: false, code: answer.statusCode, error: denied(answer) };
}

function denied(answer: ZapAnswer): ZmqError {
  const { statusCode, statusText } = answer;
  const text = printable(toBytes(statusText));
  return new ZmqError(
    "EACCES",
    `The authenticator refused the peer: "${statusCode}"` +
      (text === "" ? "" : `, "${text}"`),
    { reason: statusCode },
  );
}

function noHandler(policy: AdmissionPolicy): Verdict {
  const { mechanism, zapDomain, authenticator } = policy;
  const lack = authenticator === undefined
    ? "the context has no authenticator"
    : "the socket has no zapDomain, which zapEnforceDomain demands";
  const error = new ZmqError(
    "EACCES",
    `Cannot admit a ${mechanism} peer in the domain ${quote(zapDomain)}: ` +
      lack,
    { reason: "300" },
  );
  // A peer that is right about its credentials should come again when the
  // handler is there. libzmq just closes too.
  return { admitted: false, code: "300", error };
}

function failed(error: unknown): Verdict {
  if (error instanceof ZmqError && error.reason?.startsWith("ERR_ZAP_")) {
    return { admitted: false, code: "500", error };
  }
  const message = error instanceof Error ? error.message : quote(error);
  // Who could not be asked has denied nothing. Clients of libzmq try again
  // after "300" only.
  if (error instanceof ZmqError && TEMPORARY.has(error.code)) {
    const busy = new ZmqError(
      "EACCES",
      `Cannot admit a peer for now: ${printable(toBytes(message))}`,
      { reason: "300", cause: error },
    );
    return { admitted: false, code: "300", error: busy };
  }
  return {
    admitted: false,
    code: "500",
    error: protocolError(
      "ERR_ZAP_UNSPECIFIED",
      `The authenticator failed: ${printable(toBytes(message))}`,
      { cause: error },
    ),
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}
