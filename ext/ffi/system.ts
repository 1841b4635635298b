/**
 * The system's calls for descriptors and sockets, as much as transports need
 * of them. Errors are thrown as {@linkcode SystemError}; a call that would
 * have to wait gives `undefined` instead.
 *
 * @module
 */

import { SystemError } from "./errors.ts";
import type { Koffi } from "./koffi.ts";
import type { Library, LibrarySource, NativeFunction } from "./library.ts";
import { type Constants, constantsOf } from "./constants.ts";
import type { Pointer } from "./types.ts";

/** The C library. */
export const LIBC: LibrarySource = {
  name: "libc",
  files: { linux: ["libc.so.6", "libc.so"], darwin: ["libSystem.B.dylib"] },
  install: {},
};

/** The longest address of a socket: `sockaddr_storage`. */
const ADDRESS_OCTETS = 128;

const SHUT_WR = 1;
const SHUT_RDWR = 2;

type Call = NativeFunction<[number, Pointer, number], number>;
type AddressCall = NativeFunction<[number, Pointer, Pointer], number>;

/** Calls of the C library. */
export class System {
  /** The C library. */
  readonly library: Library;
  /** Numbers that differ between operating systems. */
  readonly constants: Constants;
  readonly #koffi: Koffi;
  readonly #codes: ReadonlyMap<number, string>;
  readonly #calls: ReturnType<typeof declare>;
  readonly #fcntl: (fd: number, command: number, value: number) => number;

  /** Takes the C library of an operating system. */
  constructor(koffi: Koffi, library: Library, platform: string) {
    this.library = library;
    this.constants = constantsOf(platform);
    this.#koffi = koffi;
    const codes = Object.entries(koffi.os.errno);
    // Of two names for one number, the last to be set is the first in order.
    this.#codes = new Map(
      codes.reverse().map(([code, errno]) => [errno, code]),
    );
    this.#calls = declare(library);
    // Some processors pass what comes after "..." in another way.
    const fcntl = koffi.load(library.file)
      .func("fcntl", "int", ["int", "int", "..."]);
    this.#fcntl = (fd, command, value) =>
      fcntl(fd, command, "int", value) as number;
  }

  /** The name of an error number: `"ECONNREFUSED"`. */
  errorName(errno: number): string {
    return this.#codes.get(errno) ?? `E${errno}`;
  }

  /** Makes a socket that does not block. */
  socket(family: number, type: number, protocol = 0): number {
    const fd = this.#calls.socket(family, type, protocol);
    return this.#prepared(this.#check("socket", fd));
  }

  /** Gives a socket its local address. */
  bind(fd: number, address: Uint8Array): void {
    this.#check("bind", this.#calls.bind(fd, address, address.length));
  }

  /** Begins to take connections. */
  listen(fd: number, backlog: number): void {
    this.#check("listen", this.#calls.listen(fd, backlog));
  }

  /**
   * Begins to connect; `false` when that takes a while: the socket gets
   * writable then, and {@linkcode failure} tells how it went.
   */
  connect(fd: number, address: Uint8Array): boolean {
    const result = this.#calls.connect(fd, address, address.length);
    if (result === 0) return true;
    const failure = this.#error("connect");
    if (["EINPROGRESS", "EINTR"].includes(failure.code)) return false;
    throw failure;
  }

  /** What a socket has failed of since it was asked last. */
  failure(fd: number, call = "connect"): SystemError | undefined {
    const { SOL_SOCKET, SO_ERROR } = this.constants;
    const [errno = 0] = new Int32Array(
      this.option(fd, SOL_SOCKET, SO_ERROR).buffer,
    );
    return errno === 0
      ? undefined
      : new SystemError(call, this.errorName(errno), errno);
  }

  /** The next connection, not blocking; `undefined` when none waits. */
  accept(fd: number): number | undefined {
    const accepted = this.#calls.accept(fd, null, null);
    if (accepted >= 0) return this.#prepared(accepted);
    return this.#waits("accept");
  }

  /** The local address of a socket. */
  localAddress(fd: number): Uint8Array {
    return this.#address("getsockname", this.#calls.getsockname, fd);
  }

  /** The peer's address of a socket. */
  peerAddress(fd: number): Uint8Array {
    return this.#address("getpeername", this.#calls.getpeername, fd);
  }

  /** The value of a socket's option. */
  option(
    fd: number,
    level: number,
    name: number,
    octets = 4,
  ): Uint8Array<ArrayBuffer> {
    const value = new Uint8Array(octets);
    const length = new Uint32Array([octets]);
    this.#check(
      "getsockopt",
      this.#calls.getsockopt(fd, level, name, value, length),
    );
    return value.slice(0, length[0]);
  }

  /** Sets a socket's option: an `int`, or octets. */
  setOption(
    fd: number,
    level: number,
    name: number,
    value: number | Uint8Array,
  ): void {
    const octets = typeof value === "number" ? new Int32Array([value]) : value;
    const { byteLength } = octets;
    this.#check(
      "setsockopt",
      this.#calls.setsockopt(fd, level, name, octets, byteLength),
    );
  }

  /** Reads; 0 is the end, `undefined` means that it would have to wait. */
  read(fd: number, into: Uint8Array): number | undefined {
    const length = Number(this.#calls.read(fd, into, into.length));
    return length >= 0 ? length : this.#waits("read");
  }

  /** Writes some of the octets; `undefined` means that it would wait. */
  write(fd: number, octets: Uint8Array): number | undefined {
    const length = Number(this.#calls.write(fd, octets, octets.length));
    return length >= 0 ? length : this.#waits("write");
  }

  /**
   * Writes to a socket; its peer's end is an error and never a signal.
   * `undefined` means that it would wait.
   */
  send(fd: number, octets: Uint8Array): number | undefined {
    const { MSG_NOSIGNAL } = this.constants;
    const length = Number(
      this.#calls.send(fd, octets, octets.length, MSG_NOSIGNAL),
    );
    return length >= 0 ? length : this.#waits("send");
  }

  /** Ends the writing side of a socket, or both. */
  shutdown(fd: number, side: "writing" | "both"): void {
    const how = side === "writing" ? SHUT_WR : SHUT_RDWR;
    this.#check("shutdown", this.#calls.shutdown(fd, how));
  }

  /** A pipe, neither end of which blocks. */
  pipe(): [reads: number, writes: number] {
    const fds = new Int32Array(2);
    this.#check("pipe", this.#calls.pipe(fds));
    return [this.#prepared(fds[0]!), this.#prepared(fds[1]!)];
  }

  /** Makes a descriptor one that does not block. */
  unblock(fd: number): void {
    const { F_GETFL, F_SETFL, O_NONBLOCK } = this.constants;
    const flags = this.#check("fcntl", this.#fcntl(fd, F_GETFL, 0));
    if ((flags & O_NONBLOCK) !== 0) return;
    this.#check("fcntl", this.#fcntl(fd, F_SETFL, flags | O_NONBLOCK));
  }

  /** Keeps a descriptor from the programs that this one starts. */
  closeOnExec(fd: number): void {
    const { F_SETFD, FD_CLOEXEC } = this.constants;
    this.#check("fcntl", this.#fcntl(fd, F_SETFD, FD_CLOEXEC));
  }

  /** Closes a descriptor. */
  close(fd: number): void {
    this.#calls.close(fd);
  }

  /** Ends the process, and waits for nothing. */
  exit(code: number): void {
    this.#calls._exit(code);
  }

  /** Neither blocks, nor goes to the programs that this one starts. */
  #prepared(fd: number): number {
    this.closeOnExec(fd);
    this.unblock(fd);
    return fd;
  }

  #address(name: string, call: AddressCall, fd: number): Uint8Array {
    const address = new Uint8Array(ADDRESS_OCTETS);
    const length = new Uint32Array([ADDRESS_OCTETS]);
    this.#check(name, call(fd, address, length));
    return address.subarray(0, length[0]);
  }

  #check(call: string, result: number): number {
    if (result < 0) throw this.#error(call);
    return result;
  }

  #waits(call: string): undefined {
    const failure = this.#error(call);
    if (!["EAGAIN", "EINTR"].includes(failure.code)) {
      throw failure;
    }
  }

  #error(call: string): SystemError {
    const errno = this.#koffi.errno();
    return new SystemError(call, this.errorName(errno), errno);
  }
}

function declare(libc: Library) {
  const call = (name: string): Call =>
    libc.function(name, "i32", ["i32", "pointer", "u32"]);
  const addressCall = (name: string): AddressCall =>
    libc.function(name, "i32", ["i32", "pointer", "pointer"]);
  const option = ["i32", "i32", "i32", "pointer"] as const;
  const transfer = ["i32", "pointer", "size"] as const;
  return {
    socket: libc.function("socket", "i32", ["i32", "i32", "i32"]),
    bind: call("bind"),
    connect: call("connect"),
    listen: libc.function("listen", "i32", ["i32", "i32"]),
    accept: addressCall("accept"),
    getsockname: addressCall("getsockname"),
    getpeername: addressCall("getpeername"),
    getsockopt: libc.function("getsockopt", "i32", [...option, "pointer"]),
    setsockopt: libc.function("setsockopt", "i32", [...option, "u32"]),
    read: libc.function("read", "i64", transfer),
    write: libc.function("write", "i64", transfer),
    send: libc.function("send", "i64", [...transfer, "i32"]),
    shutdown: libc.function("shutdown", "i32", ["i32", "i32"]),
    pipe: libc.function("pipe", "i32", ["pointer"]),
    close: libc.function("close", "i32", ["i32"]),
    _exit: libc.function("_exit", "void", ["i32"]),
  };
}
