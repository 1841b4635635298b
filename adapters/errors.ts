/**
 * What the runtimes' system errors mean in the library's closed list of
 * codes.
 *
 * @module
 */

import { type ErrorCode, quote, ZmqError } from "../src/base/errors.ts";

/** What was being done when the system refused. */
export type Task = "accept" | "bind" | "connect" | "transfer";

type Meaning = readonly [code: ErrorCode, words: string];

const reset: Meaning = ["ECONNRESET", "the peer broke the connection"];
const unreachable: Meaning = ["EHOSTUNREACH", "the host cannot be reached"];
const denied: Meaning = ["EACCES", "permission was denied"];
const exhausted: Meaning = ["EMFILE", "no file descriptor is left"];
const unresolved: Meaning = ["EHOSTUNREACH", "the name cannot be resolved"];
const foreign: Meaning = [
  "EADDRNOTAVAIL",
  "the address does not belong to this host",
];
const nobody: Meaning = ["ECONNREFUSED", "nothing listens there"];
const missing: Meaning = ["ENOENT", "the directory does not exist"];
const late: Meaning = ["ETIMEDOUT", "the peer did not answer in time"];

const meanings: ReadonlyMap<string, Meaning> = new Map([
  ["EACCES", denied],
  ["EADDRINUSE", ["EADDRINUSE", "another socket is bound to the address"]],
  ["EADDRNOTAVAIL", foreign],
  ["EAFNOSUPPORT", foreign],
  ["EAGAIN", ["ECONNREFUSED", "too many connections wait to be accepted"]],
  ["EAI_AGAIN", unresolved],
  ["ECONNABORTED", reset],
  ["ECONNREFUSED", nobody],
  ["ECONNRESET", reset],
  ["EHOSTDOWN", unreachable],
  ["EHOSTUNREACH", unreachable],
  ["EMFILE", exhausted],
  ["ENETDOWN", unreachable],
  ["ENETUNREACH", unreachable],
  ["ENFILE", exhausted],
  ["ENOBUFS", exhausted],
  ["ENODATA", unresolved],
  ["ENODEV", ["ENODEV", "the network interface does not exist"]],
  ["ENOMEM", exhausted],
  ["ENOTCONN", reset],
  ["ENOTDIR", missing],
  ["ENOTFOUND", unresolved],
  ["ENOTSOCK", nobody],
  ["EPERM", denied],
  ["EPIPE", reset],
  ["EPROTOTYPE", nobody],
  ["EROFS", denied],
  ["ETIMEDOUT", late],
]);

// Deno's error classes; not all of its errors carry a code.
const classes: ReadonlyMap<string, string> = new Map([
  ["AddrInUse", "EADDRINUSE"],
  ["AddrNotAvailable", "EADDRNOTAVAIL"],
  ["BrokenPipe", "EPIPE"],
  ["ConnectionAborted", "ECONNABORTED"],
  ["ConnectionRefused", "ECONNREFUSED"],
  ["ConnectionReset", "ECONNRESET"],
  ["NetworkUnreachable", "ENETUNREACH"],
  ["NotCapable", "EACCES"],
  ["NotConnected", "ENOTCONN"],
  ["NotFound", "ENOENT"],
  ["PermissionDenied", "EACCES"],
  ["TimedOut", "ETIMEDOUT"],
]);

const verbs: Readonly<Record<Task, string>> = {
  accept: "Cannot accept a connection at",
  bind: "Cannot bind to",
  connect: "Cannot connect to",
  transfer: "Lost the connection to",
};

const fallbacks: Readonly<Record<Task, Meaning>> = {
  accept: reset,
  bind: foreign,
  connect: unreachable,
  transfer: reset,
};

/** The errno name of a system error, `undefined` when it has none. */
export function systemCode(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null) return undefined;
  const { code, name } = cause as { code?: unknown; name?: unknown };
  if (typeof code === "string" && /^E[A-Z_]+$/.test(code)) {
    return code.startsWith("ERR_") ? undefined : code;
  }
  return classes.get(String(name));
}

/**
 * The error that the engine and its users see for a system error. An error
 * of the library itself comes back as it is.
 */
export function toZmqError(
  cause: unknown,
  task: Task,
  address: string,
): ZmqError {
  if (cause instanceof ZmqError) return cause;
  if (cause instanceof TlsFailure) return handshakeError(cause, task, address);
  const tls = tlsError(cause, task, address);
  if (tls !== undefined) return tls;
  const [code, words] = meaningOf(cause, task);
  // Deno's own words name the flag that would give the permission.
  const hint = cause instanceof Error && cause.name === "NotCapable";
  const why = hint ? `${words}: ${cause.message}` : words;
  return new ZmqError(code, `${verbs[task]} ${quote(address)}: ${why}`, {
    cause,
    address,
  });
}

/** A handshake of TLS that failed once the peer was reached; why, as cause. */
export class TlsFailure extends Error {
  /** Takes the reason. */
  constructor(cause: unknown) {
    super("The TLS handshake failed", { cause });
  }
}

function handshakeError(
  { cause }: TlsFailure,
  task: Task,
  address: string,
): ZmqError {
  const error = toZmqError(cause, task, address);
  if (error.reason !== undefined) return error;
  const reason = "ERR_TLS_HANDSHAKE";
  return new ZmqError(error.code, error.message, { cause, address, reason });
}

/** The codes of certificates that are not accepted; OpenSSL's, and Node's. */
const certificateCode =
  /^(CERT_|CRL_|DEPTH_ZERO|ERR_TLS_CERT|HOSTNAME_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|SELF_SIGNED|UNABLE_TO_)/;

/** The error for a failure of TLS, `undefined` when it is another's. */
function tlsError(
  cause: unknown,
  task: Task,
  address: string,
): ZmqError | undefined {
  const { code, message } = (cause ?? {}) as Record<string, unknown>;
  if (typeof code !== "string") return undefined;
  const isCertificate = certificateCode.test(code);
  if (!isCertificate && !/^ERR_(SSL|TLS|OSSL|BORINGSSL)/.test(code)) {
    return undefined;
  }
  const words = isCertificate
    ? "the certificate is not accepted"
    : "TLS failed";
  // The words are the peer's in part: its certificate names it.
  return new ZmqError(
    "EPROTO",
    `${verbs[task]} ${quote(address)}: ${words}: ${quote(String(message))}`,
    {
      cause,
      address,
      reason: isCertificate ? "ERR_TLS_CERTIFICATE" : "ERR_TLS_HANDSHAKE",
    },
  );
}

function meaningOf(cause: unknown, task: Task): Meaning {
  const code = systemCode(cause);
  // A connecting socket finds no file; a binding one finds no directory.
  if (code === "ENOENT") return task === "bind" ? missing : nobody;
  return meanings.get(code ?? "") ?? fallbacks[task];
}
