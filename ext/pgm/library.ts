/**
 * OpenPGM: how it is found, and its functions.
 *
 * @module
 */

import { type ErrorCode, ZmqError } from "../../mod.ts";
import {
  type Ffi,
  LIBC,
  type Library,
  type LibrarySource,
  type NativeFunction,
  type Pointer,
  struct,
} from "../ffi/mod.ts";
import { Failure, IPPROTO_PGM } from "./constants.ts";

/** Where it is, and where it comes from. */
export const OPEN_PGM: LibrarySource = {
  name: "OpenPGM",
  files: {
    linux: ["libpgm-5.3.so.0", "libpgm-5.2.so.0"],
    darwin: ["libpgm-5.3.0.dylib", "libpgm.dylib"],
  },
  install: {
    Debian: "apt install libpgm-5.3-0",
    Fedora: "dnf install openpgm",
    macOS: "brew install libpgm",
  },
};

const pgmError = struct({ domain: "i32", code: "i32", message: "pointer" });
const timeval = struct({ seconds: "i64", microseconds: "i64" });

/** The library's codes as the closed list has them. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [Failure.AFNOSUPPORT, "ENOTSUP"],
  [Failure.AGAIN, "ENODEV"],
  [Failure.FAIL, "ENODEV"],
  [Failure.MFILE, "EMFILE"],
  [Failure.NFILE, "EMFILE"],
  [Failure.NODATA, "ENODEV"],
  [Failure.NODEV, "ENODEV"],
  [Failure.NOENT, "ENODEV"],
  [Failure.NONAME, "ENODEV"],
  [Failure.NONET, "ENODEV"],
  [Failure.NXIO, "ENODEV"],
  [Failure.PERM, "EACCES"],
  [Failure.SYSTEM, "ENODEV"],
  [Failure.XDEV, "ENODEV"],
]);

/** The library, loaded and started. */
export class OpenPgm {
  /** Native code. */
  readonly ffi: Ffi;
  /** Its functions by their names, without `pgm_`. */
  readonly calls: PgmCalls;
  /** `memcpy`: to, from, how many octets. */
  readonly copy: NativeFunction<[Pointer, Pointer, Size], undefined>;
  readonly #error = new BigUint64Array(1);
  readonly #value = new Int32Array(1);
  readonly #length = new Uint32Array(1);
  readonly #time = timeval.make({});

  /**
   * Loads it.
   *
   * @throws {ZmqError} `ENOTSUP` when it is not there.
   */
  constructor(ffi: Ffi) {
    this.ffi = ffi;
    this.calls = declare(ffi.library(OPEN_PGM));
    this.copy = ffi.library(LIBC)
      .function("memcpy", "void", ["pointer", "pointer", "size"]);
    // As before `pgm_bind3`, which says why.
    ffi.errno(0);
    const isStarted = quietly(ffi, () => this.calls.init(this.#error));
    if (!isStarted) {
      throw this.failure("Cannot start OpenPGM", "ENOTSUP");
    }
  }

  /**
   * Where calls leave an error; empty before. Not for calls off the main
   * thread: those need their own.
   */
  get error(): BigUint64Array {
    return this.#error;
  }

  /**
   * The error that the last call left, and its text.
   *
   * @param code what it is when the library's code says nothing.
   * @param error where the call has left it, if not with the others.
   */
  failure(
    doing: string,
    code: ErrorCode,
    address?: string,
    error?: BigUint64Array,
  ): ZmqError {
    const { why, known } = this.#take(error);
    const isTaken = why.endsWith("Address already in use");
    const found = isTaken ? "EADDRINUSE" : known ?? code;
    return new ZmqError(found, `${doing}: ${why}`, {
      ...address !== undefined && { address },
    });
  }

  /** The text of the error that the last call left, if any. */
  reason(): string {
    return this.#take().why;
  }

  /** Sets an option of one or more numbers; false when it is refused. */
  set(
    sock: bigint,
    option: number,
    ...values: number[]
  ): boolean {
    const value = Int32Array.from(values);
    // The library would take what is left of a number that is too large.
    if (values.some((each, index) => each !== value[index])) return false;
    return this.setOctets(sock, IPPROTO_PGM, option, value);
  }

  /** Sets an option of octets; false when it is refused. */
  setOctets(
    sock: bigint,
    level: number,
    option: number,
    value: ArrayBufferView,
  ): boolean {
    return this.calls.setsockopt(sock, level, option, value, value.byteLength);
  }

  /** An option that is a number, -1 when there is none. */
  get(sock: bigint, option: number): number {
    this.#length[0] = 4;
    const value = this.#value;
    const isThere = this.calls.getsockopt(
      sock,
      IPPROTO_PGM,
      option,
      value,
      this.#length,
    );
    return isThere ? value[0]! : -1;
  }

  /** An option that is a time, in milliseconds. */
  time(sock: bigint, option: number): number {
    this.#length[0] = timeval.size;
    this.calls.getsockopt(sock, IPPROTO_PGM, option, this.#time, this.#length);
    const { seconds, microseconds } = timeval.read(this.#time);
    return Number(seconds) * 1000 + Number(microseconds) / 1000;
  }

  #take(
    error: BigUint64Array = this.#error,
  ): { readonly why: string; readonly known: ErrorCode | undefined } {
    const address = error[0]!;
    if (address === 0n) return { why: "no reason is given", known: undefined };
    const { code, message } = pgmError.read(
      this.ffi.view(address, pgmError.size),
    );
    const why = message === 0n ? `error ${code}` : this.ffi.text(message);
    error[0] = 0n;
    this.calls.error_free(address);
    return { why, known: CODES.get(code) };
  }
}

/**
 * Starts the library in a way that has its warnings, of loopback interfaces,
 * not go to the standard output; unless the environment says otherwise.
 */
function quietly(ffi: Ffi, start: () => boolean): boolean {
  const libc = ffi.library(LIBC);
  const name = "PGM_MIN_LOG_LEVEL";
  const isSet = libc.function("getenv", "pointer", ["text"])(name) !== null;
  if (isSet) return start();
  libc.function("setenv", "i32", ["text", "text", "i32"])(name, "ERROR", 0);
  try {
    return start();
  } finally {
    libc.function("unsetenv", "i32", ["text"])(name);
  }
}

type Size = number | bigint;
/** Socket, level, option, value. */
type OptionCall<Length> = NativeFunction<
  [Pointer, number, number, Pointer, Length],
  boolean
>;

/** The functions in use. */
export interface PgmCalls {
  readonly init: NativeFunction<[error: Pointer], boolean>;
  readonly error_free: NativeFunction<[error: Pointer], undefined>;
  readonly getaddrinfo: NativeFunction<
    [network: Pointer, hints: Pointer, found: Pointer, error: Pointer],
    boolean
  >;
  readonly freeaddrinfo: NativeFunction<[found: Pointer], undefined>;
  readonly socket: NativeFunction<
    [found: Pointer, family: number, type: number, protocol: number, Pointer],
    boolean
  >;
  readonly setsockopt: OptionCall<number>;
  readonly getsockopt: OptionCall<Pointer>;
  readonly gsi_create_from_data: NativeFunction<
    [gsi: Pointer, octets: Pointer, length: Size],
    boolean
  >;
  readonly bind3: NativeFunction<
    [Pointer, Pointer, number, Pointer, number, Pointer, number, Pointer],
    boolean
  >;
  readonly connect: NativeFunction<[sock: Pointer, error: Pointer], boolean>;
  readonly close: NativeFunction<[sock: Pointer, flush: boolean], boolean>;
  readonly recvmsg: NativeFunction<
    [sock: Pointer, unit: Pointer, flags: number, length: Pointer, Pointer],
    number
  >;
  readonly send: NativeFunction<
    [sock: Pointer, octets: Pointer, length: Size, sent: Pointer],
    number
  >;
}

function declare(library: Library): PgmCalls {
  const option = ["pointer", "i32", "i32", "pointer"] as const;
  return {
    init: library.function("pgm_init", "bool", ["pointer"]),
    error_free: library.function("pgm_error_free", "void", ["pointer"]),
    getaddrinfo: library.function("pgm_getaddrinfo", "bool", [
      "pointer",
      "pointer",
      "pointer",
      "pointer",
    ]),
    freeaddrinfo: library.function("pgm_freeaddrinfo", "void", ["pointer"]),
    socket: library.function("pgm_socket", "bool", [
      "pointer",
      "u16",
      "i32",
      "i32",
      "pointer",
    ]),
    setsockopt: library.function("pgm_setsockopt", "bool", [...option, "u32"]),
    getsockopt: library.function("pgm_getsockopt", "bool", [
      ...option,
      "pointer",
    ]),
    gsi_create_from_data: library.function("pgm_gsi_create_from_data", "bool", [
      "pointer",
      "pointer",
      "size",
    ]),
    bind3: library.function("pgm_bind3", "bool", [
      "pointer",
      "pointer",
      "u32",
      "pointer",
      "u32",
      "pointer",
      "u32",
      "pointer",
    ]),
    connect: library.function("pgm_connect", "bool", ["pointer", "pointer"]),
    close: library.function("pgm_close", "bool", ["pointer", "bool"]),
    recvmsg: library.function("pgm_recvmsg", "i32", [
      "pointer",
      "pointer",
      "i32",
      "pointer",
      "pointer",
    ]),
    send: library.function("pgm_send", "i32", [
      "pointer",
      "pointer",
      "size",
      "pointer",
    ]),
  };
}
