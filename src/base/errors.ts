/**
 * The one error class of the library and its closed list of codes.
 *
 * Codes are libzmq's errno names, so that code written against libzmq or
 * zeromq.js keeps working. What failed with a peer, a proxy or an
 * authenticator has a finer `reason` beside.
 *
 * @module
 */

/** Every error code, with what it means. The list is closed. */
export const errorCodes = {
  EACCES: "An address or a file may not be used, or a login was refused",
  EADDRINUSE: "Another socket is bound to the address",
  EADDRNOTAVAIL: "The address does not belong to this host",
  EAGAIN: "The operation would have to wait, or its timeout passed",
  EBADF: "The socket is closed",
  ECONNREFUSED: "Nothing listens at the address",
  ECONNRESET: "The peer broke the connection",
  EFSM: "The socket is in the wrong state for the operation",
  EHOSTUNREACH: "No peer has the routing id, or the host is out of reach",
  EINVAL: "An argument or an option has a wrong value",
  EMFILE: "No file descriptor is left, or `maxSockets` are open",
  EMSGSIZE: "A message or a frame is larger than the limit",
  ENAMETOOLONG: "A path or a name is too long",
  ENOCOMPATPROTO: "The socket type cannot use the transport",
  ENODEV: "The network interface or the local host does not exist",
  ENOENT: "There is no such endpoint of the socket, or no directory",
  ENOTSUP: "The socket, the runtime or a missing package cannot do it",
  EPROTO: "The peer broke the protocol; `reason` says how",
  EPROTONOSUPPORT: "No transport is registered for the scheme",
  ETERM: "The context was shut down",
  ETIMEDOUT: "The peer or the network did not answer in time",
} as const;

/** One of the codes of {@linkcode errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** What a {@linkcode ZmqError} may carry beside its code and message. */
export interface ZmqErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** See {@linkcode ZmqError.reason}. */
  readonly reason?: string;
  /** The endpoint or the peer address that the error is about. */
  readonly address?: string;
}

const brand: unique symbol = Symbol.for("isomq.ZmqError") as never;

/**
 * Every error that the library throws or reports.
 *
 * `instanceof` works across two installed copies of the package.
 *
 * @example
 * ```ts
 * import { Push, ZmqError } from "isomq";
 *
 * const push = new Push({ sendTimeout: 0 });
 * try {
 *   await push.send("nobody is connected");
 * } catch (error) {
 *   if (!(error instanceof ZmqError) || error.code !== "EAGAIN") throw error;
 * }
 * await push.close();
 * ```
 */
export class ZmqError extends Error {
  /** The libzmq errno name. */
  readonly code: ErrorCode;
  /**
   * What exactly went wrong, for tools to compare. `ERR_ZMTP_…`, `ERR_WS_…`:
   * how the peer broke the protocol. `ERR_ZAP_…`: what is wrong with the
   * answer of an authenticator. `"300"`, `"400"` or `"500"`: the status code
   * of a login that was refused. `ERR_SOCKS_…`: why a proxy refused.
   * `ERR_TLS_…`, `ERR_WS_OPENING`: what failed before the handshake of ZMTP.
   * `ERR_GSS_…`: the status of GSSAPI. `docs/errors.md` lists them.
   */
  readonly reason?: string;
  /** The endpoint or the peer address that the error is about. */
  readonly address?: string;

  /** Makes an error with a code of the closed list. */
  constructor(code: ErrorCode, message: string, options?: ZmqErrorOptions) {
    super(
      message,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = "ZmqError";
    this.code = code;
    if (options?.reason !== undefined) this.reason = options.reason;
    if (options?.address !== undefined) this.address = options.address;
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for a `ZmqError` of any copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/**
 * Makes the error for a broken protocol: code `EPROTO`, with a reason that
 * tools can compare.
 */
export function protocolError(
  reason: string,
  message: string,
  options?: ZmqErrorOptions,
): ZmqError {
  return new ZmqError("EPROTO", message, { ...options, reason });
}

/** The value as an error message quotes it: short, and harmless in a log. */
export function quote(value: unknown): string {
  if (typeof value === "string") {
    const text = value.length > 80 ? `${value.slice(0, 77)}...` : value;
    return JSON.stringify(text).replace(UNSEEN, escaped);
  }
  if (value instanceof Uint8Array) return `${value.length} octets`;
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? `an array of ${value.length}` : "an object";
  }
  return String(value);
}

/**
 * Checks an object of options that was passed to a call, or to a constructor.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function checkOptions(options: unknown, action: string): void {
  if (typeof options === "object" && options !== null) return;
  throw new ZmqError(
    "EINVAL",
    `Cannot ${action} with ${quote(options)}: expected an object of options`,
  );
}

/**
 * What a terminal obeys, or does not show, and JSON leaves as it is: C1
 * controls, formats such as a change of direction, line separators.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
