/**
 * Errors of the system: their names, and what they are in the closed list of
 * the library's codes.
 *
 * @module
 */

import { type ErrorCode, errorCodes, ZmqError } from "../../mod.ts";

/** A call of the system that failed. */
export class SystemError extends Error {
  /** The name of the error: `"ECONNREFUSED"`. */
  readonly code: string;
  /** Its number. */
  readonly errno: number;

  /** Takes the name of the call, and the error's name and number. */
  constructor(call: string, code: string, errno: number) {
    super(`${call}() failed: ${code}`);
    this.name = "SystemError";
    this.code = code;
    this.errno = errno;
  }
}

/** Those that the closed list calls otherwise. */
const OTHERS: Readonly<Record<string, ErrorCode>> = {
  EAFNOSUPPORT: "ENOTSUP",
  ECONNABORTED: "ECONNRESET",
  EHOSTDOWN: "EHOSTUNREACH",
  ENETDOWN: "EHOSTUNREACH",
  ENETUNREACH: "EHOSTUNREACH",
  ENFILE: "EMFILE",
  ENOBUFS: "EMFILE",
  ENOMEM: "EMFILE",
  ENOPROTOOPT: "ENOTSUP",
  ENOTCONN: "ECONNRESET",
  EOPNOTSUPP: "ENOTSUP",
  EPERM: "EACCES",
  EPIPE: "ECONNRESET",
  EPROTONOSUPPORT: "ENOTSUP",
};

/**
 * The error that users see for one of the system; one of the library itself
 * comes back as it is.
 *
 * @param doing what was tried: `Cannot connect to "tipc://{5560,0}"`.
 * @param address the endpoint.
 */
export function toZmqError(
  cause: unknown,
  doing: string,
  address: string,
): ZmqError {
  if (cause instanceof ZmqError) return cause;
  const name = cause instanceof Error && "code" in cause
    ? String(cause.code)
    : "";
  const code = Object.hasOwn(errorCodes, name)
    ? name as ErrorCode
    : OTHERS[name] ?? "ECONNRESET";
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ZmqError(code, `${doing}: ${why}`, { cause, address });
}
