/**
 * The part of the package `koffi` that is used, typed here so that this
 * compiles where it is not installed; and how it is loaded.
 *
 * @module
 */

import { type AddonHost, ZmqError } from "../../mod.ts";

/** The package behind this extension. */
export const PACKAGE = "koffi";

/** A function of a library, as koffi has it. */
export interface KoffiFunction {
  (...values: unknown[]): unknown;
  /** Calls it on a thread of the runtime's pool. */
  async(...values: unknown[]): void;
}

/** A library, as koffi has it. */
export interface KoffiLibrary {
  /** Declares a function. */
  func(name: string, result: string, parameters: string[]): KoffiFunction;
}

/** libuv's polling of one descriptor. */
export interface KoffiPoll {
  /** Goes on waiting. */
  start(events: KoffiEvents, callback: KoffiPolled): void;
  /** Stops waiting. */
  stop(): void;
  /** Ends. */
  close(): void;
  /** Lets it keep the process running. */
  ref(): void;
  /** Does not let it keep the process running. */
  unref(): void;
}

/** What to wait for. */
export interface KoffiEvents {
  /** Something to read, or an end. */
  readonly readable?: boolean;
  /** Room to write, or an end. */
  readonly writable?: boolean;
}

/** What is told. */
export type KoffiPolled = (status: number, events: KoffiEvents) => void;

/** What `koffi` exports, as far as it is needed. */
export interface Koffi {
  /** `".so"`, `".dylib"` or `".dll"`. */
  readonly extension: string;
  /** The numbers of errors by their names. */
  readonly os: { readonly errno: Readonly<Record<string, number>> };
  /** The event loop. */
  readonly node: {
    poll(fd: number, events: KoffiEvents, callback: KoffiPolled): KoffiPoll;
  };
  /** Loads a library; `null` is the program itself. */
  load(path: string | null): KoffiLibrary;
  /** Allocates memory, filled with zeros. */
  alloc(type: string, length: number): unknown;
  /** Frees what was allocated. */
  free(pointer: unknown): void;
  /** The address of a pointer or of a typed array's memory. */
  address(pointer: unknown): bigint;
  /** Memory as a buffer. */
  view(pointer: unknown, length: number): ArrayBuffer;
  /** Reads memory. */
  decode(pointer: unknown, type: string, length: number): unknown;
  /** The error number of the last call on this thread, or sets it. */
  errno(value?: number): number;
  /** The octets of a type. */
  sizeof(type: string): number;
}

/**
 * Loads koffi.
 *
 * @throws {ZmqError} `ENOTSUP` when it is not installed, or may not be loaded.
 */
export function loadKoffi(host: AddonHost): Koffi {
  let koffi: Koffi;
  try {
    if (host.loadAddon === undefined) {
      throw new Error(`The ${host.name} runtime has no native code`);
    }
    koffi = host.loadAddon(PACKAGE) as Koffi;
  } catch (cause) {
    throw new ZmqError(
      "ENOTSUP",
      `Cannot call native code: expected the package "${PACKAGE}" ` +
        `(npm install ${PACKAGE}@3), got "${firstLine(cause)}"`,
      { cause },
    );
  }
  if (koffi.sizeof("void *") === 8) return koffi;
  throw new ZmqError(
    "ENOTSUP",
    "Cannot call native code: expected pointers of 8 octets, got " +
      String(koffi.sizeof("void *")),
  );
}

/** What an error says, in one line. */
export function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split("\n")[0]!;
}
