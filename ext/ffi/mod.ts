/**
 * Native code for extensions, through the optional package `koffi`: libraries
 * and their functions, memory, structs, waiting for descriptors, and sockets
 * of any family as byte streams; the same on Node, Deno and Bun.
 *
 * @example
 * ```ts
 * import { loadFfi, struct } from "isomq/ext/ffi";
 *
 * const ffi = await loadFfi();
 * const libc = ffi.library({
 *   name: "libc",
 *   files: { linux: ["libc.so.6"], darwin: ["libSystem.B.dylib"] },
 *   install: {},
 * });
 * const timespec = struct({ seconds: "i64", nanoseconds: "i64" });
 * const clock = libc.function("clock_gettime", "i32", ["i32", "pointer"]);
 * const now = timespec.make({});
 * if (clock(0, now) !== 0) throw new Error(`errno ${ffi.errno()}`);
 * console.log(Math.abs(Number(timespec.read(now).seconds) * 1000 - Date.now()) < 5000); // true
 *
 * // A pointer to a pointer is an array with room for an address.
 * const text = ffi.allocate(16);
 * text.octets.set(new TextEncoder().encode("42 apples"));
 * const end = new BigUint64Array(1);
 * const parse = libc.function("strtol", "long", ["pointer", "pointer", "i32"]);
 * console.log(parse(text.address, end, 10), ffi.text(end[0])); // 42  apples
 * text.free();
 *
 * // What may block is called off the main thread; a timer holds the process.
 * const sleep = libc.function("usleep", "i32", ["u32"]);
 * const timer = setTimeout(() => {}, 60_000);
 * console.log((await sleep.async(1000)).value); // 0
 * clearTimeout(timer);
 *
 * // A descriptor is waited for by the event loop.
 * const [reads, writes] = ffi.system.pipe();
 * ffi.system.write(writes, new Uint8Array([1, 2, 3]));
 * await ffi.ready(reads, { readable: true });
 * console.log(ffi.system.read(reads, new Uint8Array(8))); // 3
 * ffi.system.close(reads);
 * ffi.system.close(writes);
 * ```
 *
 * @module
 */

export { connect } from "./connect.ts";
export { SystemError, toZmqError } from "./errors.ts";
export { Ffi, loadFfi } from "./ffi.ts";
export { Library } from "./library.ts";
export { type AcceptHandler, listen } from "./listen.ts";
export { Memory } from "./memory.ts";
export { Struct, struct } from "./struct.ts";
export { LIBC, System } from "./system.ts";

export type { Readiness, Watch, WatchCallback } from "../../mod.ts";
export type { Constants } from "./constants.ts";
export type { LibrarySource, NativeFunction } from "./library.ts";
export type { Outcome } from "./threads.ts";
export type { Fields, FieldType, OctetField, Values } from "./struct.ts";
export type {
  Arguments,
  ArgumentsOf,
  ArgumentType,
  Pointer,
  Results,
  ResultType,
} from "./types.ts";
