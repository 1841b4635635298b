/**
 * libnorm: how it is found, and its functions.
 *
 * @module
 */

import type {
  ArgumentsOf,
  Ffi,
  Library,
  LibrarySource,
  NativeFunction,
  Results,
} from "../ffi/mod.ts";
import { SystemError, toZmqError } from "../ffi/mod.ts";
import type { ZmqError } from "../../mod.ts";

/** Where it is, and where it comes from. */
export const LIBNORM: LibrarySource = {
  name: "libnorm",
  files: {
    linux: ["libnorm.so.1"],
    darwin: ["libnorm.1.dylib", "libnorm.dylib"],
  },
  install: {
    Debian: "apt install libnorm1",
    Fedora: "dnf install norm",
    macOS: "brew install norm",
  },
};

/** What the functions in use return and take. */
const SIGNATURES = {
  NormCreateInstance: ["pointer", ["bool"]],
  NormStopInstance: ["void", ["pointer"]],
  NormDestroyInstance: ["void", ["pointer"]],
  NormRestartInstance: ["bool", ["pointer"]],
  NormSuspendInstance: ["bool", ["pointer"]],
  NormResumeInstance: ["void", ["pointer"]],
  NormGetDescriptor: ["i32", ["pointer"]],
  NormGetNextEvent: ["bool", ["pointer", "pointer", "bool"]],
  NormIsUnicastAddress: ["bool", ["text"]],
  NormCreateSession: ["pointer", ["pointer", "text", "u16", "u32"]],
  NormDestroySession: ["void", ["pointer"]],
  NormSetTTL: ["bool", ["pointer", "u8"]],
  NormSetTOS: ["bool", ["pointer", "u8"]],
  NormSetRxPortReuse: ["void", [
    "pointer",
    "bool",
    "text",
    "text",
    "u16",
  ]],
  NormSetLoopback: ["bool", ["pointer", "bool"]],
  NormSetMulticastInterface: ["bool", ["pointer", "text"]],
  NormSetDefaultUnicastNack: ["void", ["pointer", "bool"]],
  NormSetDefaultSyncPolicy: ["void", ["pointer", "i32"]],
  NormSetRxCacheLimit: ["void", ["pointer", "u16"]],
  NormStartReceiver: ["bool", ["pointer", "u32"]],
  NormStopReceiver: ["void", ["pointer"]],
  NormSetRxSocketBuffer: ["bool", ["pointer", "u32"]],
  NormGetRandomSessionId: ["u16", []],
  NormStartSender: ["bool", [
    "pointer",
    "u16",
    "u32",
    "u16",
    "u16",
    "u16",
    "u8",
  ]],
  NormStopSender: ["void", ["pointer"]],
  NormSetTxSocketBuffer: ["bool", ["pointer", "u32"]],
  NormSetTxRate: ["void", ["pointer", "f64"]],
  NormSetCongestionControl: ["void", ["pointer", "bool", "bool"]],
  NormSetEcnSupport: ["void", ["pointer", "bool", "bool", "bool"]],
  NormSetGrttEstimate: ["void", ["pointer", "f64"]],
  NormSetGrttMax: ["void", ["pointer", "f64"]],
  NormSetTxRobustFactor: ["void", ["pointer", "i32"]],
  NormSetAutoParity: ["void", ["pointer", "u8"]],
  NormStreamOpen: ["pointer", ["pointer", "u32", "pointer", "u32"]],
  NormStreamSetPushEnable: ["void", ["pointer", "bool"]],
  NormStreamWrite: ["u32", ["pointer", "pointer", "u32"]],
  NormStreamMarkEom: ["void", ["pointer"]],
  NormStreamFlush: ["void", ["pointer", "bool", "i32"]],
  NormStreamSeekMsgStart: ["bool", ["pointer"]],
  NormStreamRead: ["bool", ["pointer", "pointer", "pointer"]],
  NormObjectGetType: ["i32", ["pointer"]],
  NormObjectGetSize: ["i64", ["pointer"]],
  NormObjectRetain: ["void", ["pointer"]],
  NormObjectRelease: ["void", ["pointer"]],
  NormNodeGetId: ["u32", ["pointer"]],
  NormNodeGetAddress: ["bool", ["pointer", "pointer", "pointer", "pointer"]],
  NormNodeFreeBuffers: ["void", ["pointer"]],
  NormNodeDelete: ["void", ["pointer"]],
} as const;

/** The functions in use. */
export type NormCalls = {
  readonly [Name in keyof typeof SIGNATURES]: NativeFunction<
    ArgumentsOf<(typeof SIGNATURES)[Name][1]>,
    Results[(typeof SIGNATURES)[Name][0]]
  >;
};

/** The library, loaded. */
export class LibNorm {
  /** Native code. */
  readonly ffi: Ffi;
  /** Its functions by their names. */
  readonly calls: NormCalls;

  /**
   * Loads it.
   *
   * @throws {ZmqError} `ENOTSUP` when it is not there.
   */
  constructor(ffi: Ffi) {
    this.ffi = ffi;
    this.calls = declare(ffi.library(LIBNORM));
  }

  /** The error of a call that failed, by the system's error number. */
  failure(call: keyof NormCalls, doing: string, address = "norm"): ZmqError {
    const errno = this.ffi.errno();
    const code = this.ffi.system.errorName(errno);
    return toZmqError(new SystemError(call, code, errno), doing, address);
  }
}

function declare(library: Library): NormCalls {
  const calls = Object.entries(SIGNATURES).map(
    ([name, [result, parameters]]) => [
      name,
      library.function(name, result, parameters),
    ],
  );
  return Object.fromEntries(calls) as NormCalls;
}
