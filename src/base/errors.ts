/**
 * The one error class of the library and its closed list of codes.
 *
 * Codes are libzmq's errno names, so that code written against libzmq or
 * zeromq.js keeps working. A protocol violation has the code `EPROTO` and a
 * finer `reason` of the form `ERR_ZMTP_…`, `ERR_ZAP_…` or `ERR_WS_…`.
 *
 * @module
 */

/** Every error code, with what it means. The list is closed. */
export const errorCodes = {
  EACCES: "Permission to use the address or the file was denied",
  EADDRINUSE: "Another socket is bound to the address",
  EADDRNOTAVAIL: "The address does not belong to this host",
  EAGAIN: "The operation would have to wait, or its timeout passed",
  EBADF: "The socket is closed",
  ECONNREFUSED: "Nothing listens at the address",
  ECONNRESET: "The peer broke the connection",
  EFSM: "The socket is in the wrong state for the operation",
  EHOSTUNREACH: "No peer has the routing id",
  EINVAL: "An argument or an option has a wrong value",
  EMFILE: "The process has no file descriptor left",
  EMSGSIZE: "A message or a frame is larger than the limit",
  ENAMETOOLONG: "A path or a name is too long",
  ENOCOMPATPROTO: "The socket type cannot use the transport",
  ENODEV: "The network interface or the local host does not exist",
  ENOENT: "The socket is not bound or connected to the endpoint",
  ENOTSUP: "The socket type or the runtime does not support the operation",
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
  /**
   * For `EPROTO`: how the protocol was broken, `ERR_ZMTP_…`, `ERR_ZAP_…` or
   * `ERR_WS_…`; of a proxy: why it refused, `ERR_SOCKS_…`. What fails in the
   * handshake of TLS or of a WebSocket has `ERR_TLS_…` or `ERR_WS_OPENING`,
   * whatever the code.
   */
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
  /** For `EPROTO`, how the protocol was broken; why a proxy refused. */
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
 * What a terminal obeys, or does not show, and JSON leaves as it is: C1
 * controls, formats such as a change of direction, line separators.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
