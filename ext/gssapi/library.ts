/**
 * The library of GSSAPI with Kerberos: how it is found, its functions, and
 * the constants that it wants to be given by their address.
 *
 * @module
 */

import type { GssapiNameType } from "../../mod.ts";
import type {
  Ffi,
  Library,
  LibrarySource,
  Memory,
  NativeFunction,
  Pointer,
} from "../ffi/mod.ts";
import { KERBEROS, NAME_TYPES } from "./constants.ts";
import { Gate } from "./gate.ts";

/** Where it is, and where it comes from: MIT's, or else Heimdal's. */
export const GSSAPI: LibrarySource = {
  name: "GSSAPI (Kerberos)",
  files: {
    linux: ["libgssapi_krb5.so.2", "libgssapi.so.3"],
    darwin: [
      "/opt/homebrew/opt/krb5/lib/libgssapi_krb5.dylib",
      "/usr/local/opt/krb5/lib/libgssapi_krb5.dylib",
    ],
    win32: ["gssapi64.dll"],
  },
  install: {
    Debian: "apt install libgssapi-krb5-2",
    Fedora: "dnf install krb5-libs",
    macOS: "brew install krb5",
    Windows: "MIT Kerberos for Windows, https://web.mit.edu/kerberos/dist/",
  },
};

/**
 * How many contexts may be begun at once: a KDC that does not answer holds a
 * thread for many seconds, and those who accept need threads too.
 */
const MOST_INITIATIONS = 4;

/** Octets of the memory that is kept for what is to be wrapped or unwrapped. */
const SCRATCH = 65536;

/** The library, loaded. */
export class Gssapi {
  /** Native code. */
  readonly ffi: Ffi;
  /** Its functions by their names, without `gss_`. */
  readonly calls: GssCalls;
  /** The address of the OID of Kerberos. */
  readonly kerberos: bigint;
  /** The address of a set of OIDs with nothing but that. */
  readonly mechanisms: bigint;
  /** The addresses of the OIDs of the kinds of names. */
  readonly nameTypes: Readonly<Record<GssapiNameType, bigint>>;
  /** Where those wait who ask for tickets. */
  readonly gate: Gate = new Gate(MOST_INITIATIONS);
  // Used until the process ends.
  readonly #memory: Memory[] = [];
  readonly #scratch: Memory;

  /**
   * Loads it.
   *
   * @throws {ZmqError} `ENOTSUP` when it is not there.
   */
  constructor(ffi: Ffi) {
    this.ffi = ffi;
    this.calls = declare(ffi.library(GSSAPI));
    this.#scratch = this.#constant(SCRATCH);
    this.kerberos = this.#oid(KERBEROS);
    // gss_OID_set_desc: how many, and where they are.
    const set = this.#constant(16);
    const words = new DataView(set.octets.buffer, set.octets.byteOffset);
    words.setBigUint64(0, 1n, true);
    words.setBigUint64(8, this.kerberos, true);
    this.mechanisms = set.address;
    this.nameTypes = {
      hostBased: this.#oid(NAME_TYPES.hostBased),
      userName: this.#oid(NAME_TYPES.userName),
      krb5Principal: this.#oid(NAME_TYPES.krb5Principal),
    };
  }

  /**
   * Memory for one call on the main thread: what is not moved, and not taken
   * away while the call is at work.
   */
  borrow<Result>(length: number, use: (memory: Memory) => Result): Result {
    if (length <= SCRATCH) return use(this.#scratch);
    const memory = this.ffi.allocate(length);
    try {
      return use(memory);
    } finally {
      memory.free();
    }
  }

  /** A gss_OID_desc: how many octets, and where they are. */
  #oid(octets: readonly number[]): bigint {
    const head = 16;
    const memory = this.#constant(head + octets.length);
    const view = new DataView(memory.octets.buffer, memory.octets.byteOffset);
    // On macOS the headers of the library pack their structs to two octets.
    const pointerAt = this.ffi.platform === "darwin" ? 4 : 8;
    view.setUint32(0, octets.length, true);
    view.setBigUint64(pointerAt, memory.address + BigInt(head), true);
    memory.octets.set(octets, head);
    return memory.address;
  }

  #constant(octets: number): Memory {
    const memory = this.ffi.allocate(octets);
    this.#memory.push(memory);
    return memory;
  }
}

type Status = number;

/** The functions in use; all give a status. */
export interface GssCalls {
  readonly import_name: NativeFunction<
    [minor: Pointer, text: Pointer, type: Pointer, name: Pointer],
    Status
  >;
  readonly display_name: NativeFunction<
    [minor: Pointer, name: Pointer, text: Pointer, type: Pointer],
    Status
  >;
  readonly release_name: NativeFunction<
    [minor: Pointer, name: Pointer],
    Status
  >;
  readonly acquire_cred: NativeFunction<
    [
      minor: Pointer,
      name: Pointer,
      time: number,
      mechanisms: Pointer,
      usage: number,
      credential: Pointer,
      granted: Pointer,
      lifetime: Pointer,
    ],
    Status
  >;
  readonly release_cred: NativeFunction<
    [minor: Pointer, credential: Pointer],
    Status
  >;
  readonly init_sec_context: NativeFunction<
    [
      minor: Pointer,
      credential: Pointer,
      context: Pointer,
      target: Pointer,
      mechanism: Pointer,
      flags: number,
      time: number,
      bindings: Pointer,
      input: Pointer,
      used: Pointer,
      output: Pointer,
      granted: Pointer,
      lifetime: Pointer,
    ],
    Status
  >;
  readonly accept_sec_context: NativeFunction<
    [
      minor: Pointer,
      context: Pointer,
      credential: Pointer,
      input: Pointer,
      bindings: Pointer,
      source: Pointer,
      mechanism: Pointer,
      output: Pointer,
      flags: Pointer,
      lifetime: Pointer,
      delegated: Pointer,
    ],
    Status
  >;
  readonly delete_sec_context: NativeFunction<
    [minor: Pointer, context: Pointer, output: Pointer],
    Status
  >;
  readonly wrap: NativeFunction<
    [
      minor: Pointer,
      context: Pointer,
      confidential: number,
      quality: number,
      input: Pointer,
      isConfidential: Pointer,
      output: Pointer,
    ],
    Status
  >;
  readonly unwrap: NativeFunction<
    [
      minor: Pointer,
      context: Pointer,
      input: Pointer,
      output: Pointer,
      confidential: Pointer,
      quality: Pointer,
    ],
    Status
  >;
  readonly display_status: NativeFunction<
    [
      minor: Pointer,
      code: number,
      kind: number,
      mechanism: Pointer,
      more: Pointer,
      text: Pointer,
    ],
    Status
  >;
  readonly release_buffer: NativeFunction<
    [minor: Pointer, buffer: Pointer],
    Status
  >;
}

function declare(library: Library): GssCalls {
  const at = "pointer";
  return {
    import_name: library.function("gss_import_name", "u32", [at, at, at, at]),
    display_name: library.function("gss_display_name", "u32", [at, at, at, at]),
    release_name: library.function("gss_release_name", "u32", [at, at]),
    acquire_cred: library.function("gss_acquire_cred", "u32", [
      at,
      at,
      "u32",
      at,
      "i32",
      at,
      at,
      at,
    ]),
    release_cred: library.function("gss_release_cred", "u32", [at, at]),
    init_sec_context: library.function("gss_init_sec_context", "u32", [
      at,
      at,
      at,
      at,
      at,
      "u32",
      "u32",
      at,
      at,
      at,
      at,
      at,
      at,
    ]),
    accept_sec_context: library.function("gss_accept_sec_context", "u32", [
      at,
      at,
      at,
      at,
      at,
      at,
      at,
      at,
      at,
      at,
      at,
    ]),
    delete_sec_context: library.function("gss_delete_sec_context", "u32", [
      at,
      at,
      at,
    ]),
    wrap: library.function("gss_wrap", "u32", [
      at,
      at,
      "i32",
      "u32",
      at,
      at,
      at,
    ]),
    unwrap: library.function("gss_unwrap", "u32", [at, at, at, at, at, at]),
    display_status: library.function("gss_display_status", "u32", [
      at,
      "u32",
      "i32",
      at,
      at,
      at,
    ]),
    release_buffer: library.function("gss_release_buffer", "u32", [at, at]),
  };
}
